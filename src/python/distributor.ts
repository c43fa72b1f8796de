import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { isExecutableFile, isFolder, readText } from "../edges/files/read.ts";
import { run } from "../edges/processes/run.ts";
import { isManaged } from "./anchor.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import type { Interpreter } from "./interpreter.ts";
import { pathFolders } from "./search/candidates.ts";
import { minorOf } from "./version.ts";

/** What brought an interpreter to a machine, so that a message can name what brings it back when it can no longer be asked. */
export interface Distributor {
  readonly kind: "dpkg" | "rpm" | "pyenv" | "asdf" | "mise" | "uv" | "homebrew" | "conda" | "nix" | "opt" | "unknown";
  /** The package's name, or what its installer calls it. */
  readonly package: string | null;
  /** The command that restores it. */
  readonly restore: string | null;
}

type Owned = Pick<Interpreter, "realPath" | "version" | "implementation">;

/** Tools that keep their interpreters in a folder of a known name, which holds what they call each. */
const BY_FOLDER: readonly (readonly [Distributor["kind"], RegExp, (name: string) => string])[] = [
  ["pyenv", /\/\.?pyenv\/versions\/([^/]+)\//, (name) => `pyenv install ${name}`],
  ["asdf", /\/\.?asdf\/installs\/python\/([^/]+)\//, (name) => `asdf install python ${name}`],
  ["mise", /\/mise\/installs\/python\/([^/]+)\//, (name) => `mise install python@${name}`],
  ["homebrew", /\/Cellar\/([^/]+)\//, (name) => `brew install ${name}`],
];

/** uv unpacks what prime keeps itself, too. */
const IN_STORE = /\/prime\/python\/[0-9a-f]{16}-[^/]+\//;

/** The distributor by the path alone: package managers know nothing of these. */
export function distributorByPath(
  { realPath: real, version, implementation }: Owned,
  env: Environment = {},
): Distributor | undefined {
  if (isManaged(real)) {
    const name = `${implementation === "cpython" ? "" : `${implementation}@`}${version}`;
    const by = IN_STORE.test(real) ? "./prime" : "./prime uv";
    return { kind: "uv", package: name, restore: `${by} python install ${name}` };
  }
  const root = env.PYENV_ROOT;
  const named = root !== undefined && real.startsWith(`${root}/versions/`) ? `/pyenv${real.slice(root.length)}` : real;
  for (const [kind, pattern, restore] of BY_FOLDER) {
    const name = pattern.exec(named)?.[1];
    if (name !== undefined) return { kind, package: name, restore: restore(name) };
  }
  if (/^\/(?:nix|gnu)\/store\//.test(real)) return { kind: "nix", package: null, restore: null };
  const prefix = path.dirname(path.dirname(real));
  if (!isFolder(path.join(prefix, "conda-meta"))) return undefined;
  return { kind: "conda", package: "python", restore: `conda install --prefix ${prefix} python=${minorOf(version)}` };
}

/** The command by which what brought an interpreter brings a newer patch of it; null where prime knows none. */
export function upgradeCommand({ kind, package: name, restore }: Distributor, version: string): string | null {
  const minor = minorOf(version);
  switch (kind) {
    case "pyenv":
      return `pyenv install ${minor}`; // the newest that begins so
    case "asdf":
      return `asdf install python latest:${minor}`;
    case "mise":
      return `mise install python@${minor}`;
    case "uv":
      return `./prime uv python upgrade ${minor}`;
    case "homebrew":
      return `brew upgrade ${name}`;
    case "conda":
      return restore;
    case "dpkg":
      return restore?.replace(" install ", " install --only-upgrade ") ?? null;
    case "rpm":
      return restore?.replace(" install ", " upgrade ") ?? null;
    default:
      return null;
  }
}

/**
 * The command that installs the distribution's own Python again, once nothing on the machine tells whose it was: the names are
 * those of Debian, Fedora and openSUSE.
 */
export function restoreByName(file: string, env: Environment): string | null {
  const [, minor] = /^\/usr\/bin\/python(3\.\d+)$/.exec(file) ?? [];
  if (minor === undefined) return null;
  const commands = { "apt-get": `python${minor}`, zypper: `python${minor.replace(".", "")}`, dnf: `python${minor}` };
  const found = Object.entries(commands).find(([tool]) => isOnPath(tool, env));
  return found === undefined ? null : `sudo ${found[0]} install ${found[1]}`;
}

function isOnPath(tool: string, env: Environment): boolean {
  return pathFolders(env).some((folder) => isExecutableFile(path.join(folder, tool)));
}

/** Asks the package managers that this machine has where the path does not tell. */
export async function distributorOf(interpreter: Owned, env: Environment, cwd: string): Promise<Distributor> {
  const known = distributorByPath(interpreter, env);
  if (known !== undefined) return known;
  const has = (tool: string) => isOnPath(tool, env);
  const ask = async (tool: string, ...args: string[]): Promise<string | undefined> => {
    if (!has(tool)) return undefined;
    const command = {
      file: tool,
      args: [...args, interpreter.realPath],
      env: { ...cleanEnvironment(env), LC_ALL: "C" },
      cwd,
    };
    const answer = await run(command, { limitMs: LIMIT_MS });
    return answer.ok ? answer.stdout : undefined;
  };
  const deb =
    (has("dpkg") ? listedByDpkg(interpreter.realPath) : undefined) ?? packageOfDpkg((await ask("dpkg", "-S")) ?? "");
  if (deb !== undefined) {
    return { kind: "dpkg", package: deb, restore: `sudo apt-get install ${deb.replace(/-minimal$/, "")}` };
  }
  const rpm = (await ask("rpm", "-qf", "--queryformat", "%{NAME}\\n"))?.split("\n")[0];
  if (rpm) {
    const tool = ["dnf", "zypper", "yum"].find(has) ?? "dnf";
    return { kind: "rpm", package: rpm, restore: `sudo ${tool} install ${rpm}` };
  }
  return { kind: /^\/opt\//.test(interpreter.realPath) ? "opt" : "unknown", package: null, restore: null };
}

/** Where dpkg keeps what each package brought, a file a line (dpkg-query(1), `--listfiles`). */
const LISTS = "/var/lib/dpkg/info";

/** Debian's and Ubuntu's own package of this very file, by its name: dpkg reads the lists of all packages, for a tenth of a second. */
export function listedByDpkg(file: string, lists = LISTS): string | undefined {
  const name = path.basename(file);
  const has = (deb: string) =>
    readText(path.join(lists, `${deb}.list`))
      ?.split("\n")
      .includes(file);
  try {
    return [`${name}-minimal`, name].find(has);
  } catch {
    return undefined; // dpkg itself may be able to read them
  }
}

/** A package database of a thousand packages answers within a fifth of a second. */
const LIMIT_MS = 5000;

/** `python3.11-minimal: /usr/bin/python3.11`, with lines of diversions before and architectures behind (dpkg-query(1)). */
export function packageOfDpkg(answer: string): string | undefined {
  const line = answer.split("\n").find((one) => one !== "" && !/^(?:local )?diversion /.test(one));
  return line === undefined ? undefined : /^([a-z0-9][a-z0-9+.-]*)(?::\w+)?[,:]/.exec(line)?.[1];
}
