import type { Command, Environment } from "../edges/command.ts";
import type { RequirementOptions } from "../project/files/requirement-options.ts";
import { expandVariables } from "../project/files/requirements.ts";
import { type Limits, limitArguments } from "./limits.ts";
import { command, type UvTool } from "./tool.ts";

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
    ...(upgrade === undefined ? [] : limitArguments(upgrade.limits)),
    ...(upgrade?.limits.constraints.length ? ["--constraints", upgrade.constraints] : []), // uv warns of a file with none
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
  readonly choice?: Pick<SyncChoice, "extras" | "groups"> | undefined;
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
