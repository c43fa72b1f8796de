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
  const modules = lookAtModules(generation);
  if (modules === undefined) return [sound(CHECK, "were not looked at: ./prime doctor --fix loads them")];
  if (modules.count === 0) return [sound(CHECK, "there are none")];
  if (modules.failed.length === 0)
    return [sound(CHECK, `all have the libraries that their files name (${modules.count})`)];
  return modules.failed.map(([file, library]) =>
    unloadable(file, library ?? "it is for another machine", library, fix),
  );
}

async function byLoading(context: Context, generation: string, { manifest, fix }: Modules): Promise<Finding[]> {
  const step = context.terminal.step("load extension modules");
  const { loaded, failed } = await loadExtensions(context, generation, manifest);
  step.done();
  if (failed.length === 0) return [sound(CHECK, loaded === 0 ? "there are none" : `all load (${loaded})`)];
  return failed.map(([file, why]) => unloadable(file, why, missingLibrary(why), fix));
}

const CHECK = "extension modules";

function unloadable(file: string, why: string, library: string | undefined | null, fix: Rebuild | undefined): Finding {
  if (library === undefined || library === null) return wrong(CHECK, `${file} can't be loaded: ${why}`, ANEW, fix);
  const mend = `install the system's package that holds ${library}; or, where it was built here, ./prime reboot`;
  return wrong(CHECK, `${file} can't be loaded: ${library} is missing`, mend);
}

/** By the words of glibc's, musl's and macOS's loaders. */
function missingLibrary(why: string): string | undefined {
  const [, glibc, musl, mac] =
    /(\S+): cannot open shared object file|Error loading shared library (\S+?):|Library not loaded: (\S+)/.exec(why) ??
    [];
  return glibc ?? musl ?? mac;
}
