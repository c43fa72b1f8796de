import type { Command, Environment } from "../edges/command.ts";
import { usesCache } from "../edges/places.ts";
import type { RequirementOptions } from "../project/files/requirement-options.ts";
import { expandVariables } from "../project/files/requirements.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import { type Limits, limitArguments } from "./limits.ts";

/** The pinned uv, ready to run, and the folder it works in. */
export interface UvTool {
  /** Absolute path of the executable. */
  readonly file: string;
  /** uv's whole environment: see `uvEnvironment`. */
  readonly env: Environment;
  /** Absolute path of the root. */
  readonly root: string;
}

/**
 * Settings of the user's that say where things come from or how they are fetched. Any other `UV_*` would change what is
 * installed, or where, behind the back of the config.
 */
const KEPT =
  /^UV_(?:INDEX|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|KEYRING_PROVIDER|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|CACHE_DIR|NO_CACHE|HTTP_|REQUEST_TIMEOUT|UPLOAD_HTTP|CONCURRENT_|OFFLINE|LINK_MODE|COMPILE_BYTECODE|LOCK_TIMEOUT|CREDENTIALS_DIR|PYTHON_INSTALL_DIR|PYTHON_INSTALL_MIRROR|PYPY_INSTALL_MIRROR|PYTHON_DOWNLOADS|PYTHON_CACHE_DIR|EXCLUDE_NEWER|CONFIG_FILE|NO_CONFIG)/;

/**
 * The environment in which prime runs uv: the user's index, proxy and certificate settings, nothing that would choose
 * another environment, interpreter or resolution, and the host left alone (no links in ~/.local/bin, no registry entries).
 */
export function uvEnvironment(env: Environment): Environment {
  const kept = Object.entries(cleanEnvironment(env)).filter(
    ([name]) => !name.startsWith("PRIME_") && (!name.startsWith("UV_") || KEPT.test(name)),
  );
  const uncached = usesCache(env) ? {} : { UV_NO_CACHE: "1" };
  return {
    ...Object.fromEntries(kept),
    ...uncached,
    UV_PYTHON_INSTALL_BIN: "0",
    UV_PYTHON_NO_REGISTRY: "1",
    UV_NO_PROGRESS: "1",
  };
}

/** Whether uv's own words say that another process held one of its locks for longer than UV_LOCK_TIMEOUT. */
export function saysLocked(words: string): boolean {
  return /Timeout \(\d+s\) when waiting for lock/.test(words);
}

/** What of a project is installed; null leaves it to uv's defaults. */
export interface SyncChoice {
  readonly extras: readonly string[];
  readonly groups: readonly string[] | null;
  /** Nothing but the groups. */
  readonly groupsAlone: boolean;
  readonly packages: readonly string[] | "all" | null;
  /** Local projects that uv's cache can't be trusted with. */
  readonly rebuilt: readonly string[];
}

/** A new venv in `folder`, which must not exist yet: clearing one would follow links. */
export function createVenv(uv: UvTool, folder: string, python: string, prompt: string): Command {
  return command(uv, ["venv", "--no-project", "--python", python, `--prompt=${prompt}`, folder]);
}

/**
 * What `uv sync` makes of the lock as it is: a new venv in `folder`, which must not exist yet. To make the venv first
 * would cost a process, and uv would ask the interpreter in it what it knows of `python` already.
 */
export function syncLock(
  uv: UvTool,
  folder: string,
  python: string,
  choice: SyncChoice,
  part: LockPart = "all",
): Command {
  const args = ["sync", "--frozen", "--no-progress", "--python", python, ...choiceArguments(choice), ...PARTS[part]];
  args.push(...rebuildArguments(choice.rebuilt));
  return { ...command(uv, args), env: { ...uv.env, UV_PROJECT_ENVIRONMENT: folder } };
}

/** What of a lock is installed: `local` are projects on this machine, beside what is there already, `fetched` all else. */
type LockPart = "all" | "fetched" | "local";

const PARTS: Readonly<Record<LockPart, readonly string[]>> = {
  all: [],
  fetched: ["--no-install-local"],
  local: ["--inexact", "--only-install-local"],
};

export interface Resolution {
  /** Requirement files and pyproject.toml files. */
  readonly files: readonly string[];
  /** Groups by the pyproject.toml that declares them. */
  readonly groups: readonly { readonly file: string; readonly name: string }[];
  /** Extras of the pyproject.toml files among `files`. */
  readonly extras: readonly string[];
  /** Where the answer goes, a pylock.toml; what stands there already is preferred. */
  readonly output: string;
  readonly rebuilt: readonly string[];
  /** What requirement files say. */
  readonly options: RequirementOptions | null;
  readonly overrides: Overrides;
  /** For an upgrade: its limits, and the file in which its constraints stand. */
  readonly upgrade?: { readonly limits: Limits; readonly constraints: string } | undefined;
}

/** What is said against uv's own settings; undefined leaves them as they are. */
export interface Overrides {
  readonly universal: false | undefined;
  /** `X.Y.Z` */
  readonly pythonVersion: string | undefined;
}

function pythonVersion({ pythonVersion: version }: Overrides): string[] {
  return version === undefined ? [] : ["--python-version", version];
}

/**
 * Resolves what has no lock, for an interpreter, into a pylock.toml (PEP 751). Nothing of it is printed, with the secrets of addresses: a
 * log is kept. An upgrade wants uv's warnings, which it does not give quietly.
 */
export function resolve(
  uv: UvTool,
  python: string,
  { files, groups, extras, output, rebuilt, options, overrides, upgrade }: Resolution,
): Command {
  const compile = command(uv, [
    ...[
      "pip",
      "compile",
      "--python",
      python,
      ...(upgrade === undefined ? ["--quiet"] : []),
      "--no-header",
      "--format",
      "pylock.toml",
    ],
    ...(options?.pre === true ? ["--prerelease", "allow"] : []),
    ...(overrides.universal === false ? ["--no-universal"] : []),
    ...pythonVersion(overrides),
    ...insecure(options),
    ...extras.flatMap((extra) => ["--extra", extra]),
    ...groups.flatMap(({ file, name }) => ["--group", `${file}:${name}`]),
    ...rebuildArguments(rebuilt),
    ...(upgrade === undefined ? [] : [...limitArguments(upgrade.limits), "--constraints", upgrade.constraints]),
    ...["--output-file", output, ...files],
  ]);
  return upgrade === undefined ? compile : withoutOutput(compile);
}

function withoutOutput({ file, args, ...rest }: Command): Command {
  return { ...rest, file: "/bin/sh", args: ["-c", 'exec "$@" >/dev/null', "sh", file, ...args] };
}

/**
 * Installs a pylock.toml into the venv in `folder`, with its digests checked; `choice` names extras and groups that it
 * declares. What requirement files say of indexes and builds is said again: a lock does not hold it, and what has to be
 * built asks for it. Secrets among it go by variables, which no list of processes shows.
 */
export function installPylock(
  uv: UvTool,
  folder: string,
  pylock: string,
  { choice, options, rebuilt, overrides }: PylockInstall,
): Command {
  const args = [
    ...["pip", "install", "--python", `${folder}/bin/python`, "--preview-features", "pylock", "--verify-hashes"],
    ...["-r", pylock],
    ...pythonVersion(overrides),
    ...(choice?.extras ?? []).flatMap((extra) => ["--extra", extra]),
    ...(choice?.groups ?? []).flatMap((group) => ["--group", group]),
    ...insecure(options),
    ...(options?.noIndex === true ? ["--no-index"] : []),
    ...(options?.noBinary ?? []).flatMap((names) => ["--no-binary", names]),
    ...(options?.onlyBinary ?? []).flatMap((names) => ["--only-binary", names]),
    ...rebuildArguments(rebuilt),
  ];
  return { ...command(uv, args), env: { ...uv.env, ...indexVariables(uv.env, options) } };
}

export interface PylockInstall {
  readonly choice?: Pick<SyncChoice, "extras" | "groups">;
  readonly options: RequirementOptions | null;
  readonly rebuilt: readonly string[];
  readonly overrides: Overrides;
}

/** Installs local projects editable, without what they require. */
export function installAlone(uv: UvTool, folder: string, file: string, rebuilt: readonly string[]): Command {
  return command(uv, [
    ...["pip", "install", "--python", `${folder}/bin/python`, "--no-deps", "-r", file],
    ...rebuildArguments(rebuilt),
  ]);
}

function insecure(options: RequirementOptions | null): string[] {
  return (options?.trustedHosts ?? []).flatMap((host) => ["--allow-insecure-host", host]);
}

/** The user's own settings come before a requirement file's, as when uv reads the file itself. */
function indexVariables(env: Environment, options: RequirementOptions | null): Environment {
  if (options === null) return {};
  const value = (text: string) => expandVariables(text, env);
  const join = (name: string, more: readonly string[], separator: string): Environment =>
    more.length === 0 ? {} : { [name]: [env[name] ?? "", ...more.map(value)].filter(Boolean).join(separator) };
  const hasDefault = env.UV_DEFAULT_INDEX !== undefined || env.UV_INDEX_URL !== undefined;
  return {
    ...(options.indexUrl === undefined || hasDefault ? {} : { UV_INDEX_URL: value(options.indexUrl) }),
    ...join("UV_EXTRA_INDEX_URL", options.extraIndexUrls, " "),
    ...join("UV_FIND_LINKS", options.findLinks, ","),
  };
}

/** Installs requirements beside what is there; what is there stays unless it contradicts them. */
export function installBeside(
  uv: UvTool,
  folder: string,
  requirements: readonly string[],
  options: RequirementOptions | null,
): Command {
  const args = ["pip", "install", "--python", `${folder}/bin/python`, ...insecure(options), ...requirements];
  return { ...command(uv, args), env: { ...uv.env, ...indexVariables(uv.env, options) } };
}

/** The same with pip in it, as protoprimer makes it. */
export function createSeededVenv(uv: UvTool, folder: string, python: string, prompt: string): Command {
  const { args, ...rest } = createVenv(uv, folder, python, prompt);
  return { ...rest, args: [...args, "--seed"] };
}

/** What both installers take. */
export interface EditableInstall {
  readonly constraints: string;
  /** The repo's own arguments. */
  readonly args: readonly string[];
  readonly projects: readonly { readonly folder: string; readonly extras: readonly string[] }[];
}

/** Installs local projects editable; a resolution of its own for each call, as protoprimer does. */
export function installEditable(
  uv: UvTool,
  folder: string,
  install: EditableInstall,
  rebuilt: readonly string[],
): Command {
  return command(uv, [
    ...["pip", "install", "--python", `${folder}/bin/python`],
    ...editableArguments(install),
    ...rebuildArguments(rebuilt),
  ]);
}

/** The part of such a command that uv and pip have in common. */
export function editableArguments({ constraints, args, projects }: EditableInstall): string[] {
  const editables = projects.map(({ folder, extras }) =>
    extras.length === 0 ? folder : `${folder}[${extras.join(",")}]`,
  );
  return ["--constraint", constraints, ...args, ...editables.flatMap((one) => ["--editable", one])];
}

/** Whether what is installed fits together. */
export function checkInstalled(uv: UvTool, folder: string): Command {
  return command(uv, ["pip", "check", "--python", `${folder}/bin/python`]);
}

/** What is installed, a line each, local projects left out. */
export function freeze(uv: UvTool, folder: string): Command {
  return command(uv, ["pip", "freeze", "--exclude-editable", "--python", `${folder}/bin/python`]);
}

/** Takes what is cached of these packages out of uv's cache. */
export function forgetPackages(uv: UvTool, names: readonly string[]): Command {
  return command(uv, ["cache", "clean", ...names]);
}

/**
 * A folder as a requirement line. A URL, since a path with spaces or brackets has no other safe form there (PEP 508).
 */
export function editableLine(folder: string, extras: readonly string[]): string {
  const url = encodeURI(folder).replace(/[?#[\]]/g, (mark) => encodeURIComponent(mark));
  return `-e file://${url}${extras.length === 0 ? "" : `[${extras.join(",")}]`}`;
}

/**
 * uv's environment for the user's own uv commands: it sees the generation, if one is given, and syncs nothing, since that
 * would change an environment in place.
 */
export function readingEnvironment(env: Environment, generation: string | undefined): Environment {
  const { UV_NO_PROGRESS: _, ...kept } = env;
  return { ...kept, UV_NO_SYNC: "1", ...(generation === undefined ? {} : { VIRTUAL_ENV: generation }) };
}

function choiceArguments({ extras, groups, groupsAlone, packages }: SyncChoice): string[] {
  if (groupsAlone) return (groups ?? []).flatMap((group) => ["--only-group", group]);
  return [
    ...extras.flatMap((extra) => ["--extra", extra]),
    ...(groups === null ? [] : ["--no-default-groups", ...groups.flatMap((group) => ["--group", group])]),
    ...(packages === "all" ? ["--all-packages"] : (packages ?? []).flatMap((name) => ["--package", name])),
  ];
}

/** uv looks at pyproject.toml, setup.py, setup.cfg and `src` alone before it takes a project's build from its cache. */
export function rebuildArguments(rebuilt: readonly string[]): string[] {
  return rebuilt.flatMap((name) => ["--refresh-package", name]);
}

export function command(uv: UvTool, args: readonly string[]): Command {
  return { file: uv.file, args, env: uv.env, cwd: uv.root };
}
