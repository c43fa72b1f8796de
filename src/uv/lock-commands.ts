import type { Command, Environment } from "../edges/command.ts";
import { rebuildArguments } from "./commands.ts";
import { type Limits, limitArguments } from "./limits.ts";
import { command, type UvTool } from "./tool.ts";

export interface LockCheck {
  readonly python: string;
  /** Those that the lock names. */
  readonly registries: readonly string[];
  readonly rebuilt: readonly string[];
  readonly offline: boolean;
  /** Whether projects may be built to learn their requirements. */
  readonly builds: boolean;
}

/**
 * Whether uv.lock fits the project's requirements: status 0 or 1, and 2 when it can't be told. The registries that the
 * lock names are given as the indexes, so that a mirror in the user's settings is no reason to call it outdated.
 */
export function checkLock(uv: UvTool, { python, registries, rebuilt, offline, builds }: LockCheck): Command {
  const args = [
    "lock",
    "--check",
    "--python",
    python,
    ...(offline ? ["--offline"] : rebuildArguments(rebuilt)),
    ...(builds ? [] : ["--no-build"]),
    ...indexesOf(registries),
  ];
  return { ...command(uv, args), env: noIndexes(uv) };
}

/** What uv would write into uv.lock, told and not written; by the registries that it names, as in `checkLock`. */
export function previewLock(
  uv: UvTool,
  { python, registries, rebuilt }: Omit<LockCheck, "offline" | "builds">,
): Command {
  const args = ["lock", "--dry-run", "--python", python, ...rebuildArguments(rebuilt), ...indexesOf(registries)];
  return { ...command(uv, args), env: noIndexes(uv) };
}

function indexesOf([main, ...others]: readonly string[]): string[] {
  return main === undefined ? [] : ["--default-index", main, ...others.flatMap((url) => ["--index", url])];
}

function noIndexes(uv: UvTool): Environment {
  return noVenv(uv, without(uv.env, /^UV_(?:INDEX|DEFAULT_INDEX|EXTRA_INDEX)/));
}

/** Writes uv.lock anew, keeping every version that still fits. */
export function updateLock(uv: UvTool, python: string, rebuilt: readonly string[]): Command {
  const lock = command(uv, ["lock", "--python", python, ...rebuildArguments(rebuilt)]);
  return { ...lock, env: noVenv(uv, lock.env) };
}

/** Writes uv.lock anew within limits; their constraints have to stand in pyproject.toml, where alone uv looks for them. */
export function upgradeLock(uv: UvTool, python: string, limits: Limits): Command {
  const lock = command(uv, ["lock", "--python", python, ...limitArguments(limits)]);
  return { ...lock, env: noVenv(uv, lock.env) };
}

/** uv asks the interpreter of the project's environment before the one that it is told to use, be it a stranger's or broken. */
function noVenv({ file }: UvTool, env: Environment): Environment {
  return { ...env, UV_PROJECT_ENVIRONMENT: `${file}-has-none-here` };
}

function without(env: Environment, names: RegExp): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.test(name)));
}
