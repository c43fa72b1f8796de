import type { Context } from "../../../context.ts";
import { loadExtensions } from "../../../decision/load-extensions.ts";
import type { Manifest } from "../../../environment/manifest/manifest.ts";
import { lookAtModules } from "../../../venv/extension-modules.ts";
import { ANEW, type Finding, type Rebuild, sound, wrong } from "../finding.ts";

interface Modules {
  readonly manifest: Manifest;
  readonly fix: Rebuild | undefined;
  /** By the environment's interpreter; else by what their files tell, and nothing of the environment is run. */
  readonly loads: boolean;
}

/** Whether an environment's extension modules can be loaded. */
export async function moduleFindings(context: Context, generation: string, modules: Modules): Promise<Finding[]> {
  return modules.loads ? byLoading(context, generation, modules) : byFiles(generation, modules);
}

function byFiles(generation: string, { fix }: Modules): Finding[] {
  const looked = lookAtModules(generation);
  if (looked === undefined) return [sound(CHECK, "were not looked at: ./prime doctor --fix loads them")];
  const { modules, failed } = looked;
  if (modules.length === 0) return [sound(CHECK, "there are none")];
  if (failed.length === 0) return [sound(CHECK, `all have the libraries that their files name (${modules.length})`)];
  return unloadable(
    modules,
    failed.map(([file, library]) => ({ file, why: "it is for another machine", library })),
    fix,
  );
}

async function byLoading(context: Context, generation: string, { manifest, fix }: Modules): Promise<Finding[]> {
  const step = context.terminal.step("load extension modules");
  const { loaded, failed } = await loadExtensions(context, generation, manifest);
  step.done();
  if (failed.length === 0) return [sound(CHECK, loaded === 0 ? "there are none" : `all load (${loaded})`)];
  return unloadable(
    lookAtModules(generation)?.modules ?? [],
    failed.map(([file, why]) => ({ file, why, library: missingLibrary(why) })),
    fix,
  );
}

const CHECK = "extension modules";

interface Unloadable {
  readonly file: string;
  readonly why: string;
  /** What it lacks, if that is why. */
  readonly library: string | undefined | null;
}

/**
 * A package of which one module alone lacks a library mostly works without: wheels bring such a module, as for a thread pool or a
 * toolkit, for those who have the library. That is named, and asks for nothing.
 */
function unloadable(modules: readonly string[], failed: readonly Unloadable[], fix: Rebuild | undefined): Finding[] {
  return failed.map(({ file, why, library }) => {
    if (library === undefined || library === null) return wrong(CHECK, `${file} can't be loaded: ${why}`, ANEW, fix);
    const found = `${file} can't be loaded: ${library} is missing`;
    const isOfSame = (other: string) => packageOf(other) === packageOf(file);
    const isAlone = failed.filter((one) => isOfSame(one.file)).length === 1;
    if (isAlone && modules.filter(isOfSame).length > 1) return sound(CHECK, `${found}, which its package may not need`);
    const mend = `install the system's package that holds ${library}; or, where it was built here, ./prime reboot`;
    return wrong(CHECK, found, mend);
  });
}

/** The folder in site-packages that a module is in, else the module itself. */
function packageOf(file: string): string {
  return /^.*\/site-packages\/[^/]+/.exec(file)?.[0] ?? file;
}

/** By the words of glibc's, musl's and macOS's loaders. */
function missingLibrary(why: string): string | undefined {
  const [, glibc, musl, mac] =
    /(\S+): cannot open shared object file|Error loading shared library (\S+?):|Library not loaded: (\S+)/.exec(why) ??
    [];
  return glibc ?? musl ?? mac;
}
