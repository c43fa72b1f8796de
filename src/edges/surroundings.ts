import type { Environment } from "./command.ts";
import { headShell, stalePlan, userEnvironment } from "./head.ts";
import { startOfProcess } from "./machine.ts";
import { isTerminal, userInput } from "./terminal/streams.ts";

/** What this process was started with. Nobody else reads it from the process. */
export interface Surroundings {
  readonly env: Environment;
  /** What an earlier stage of this start left, or somebody who wants it to look so. */
  readonly progress: string | undefined;
  /** The ready plan that declined this start only because of what has a later time now; absolute. */
  readonly stale: string | undefined;
  /** Absolute; "/" when the folder that the user stood in is gone. */
  readonly cwd: string;
  readonly args: readonly string[];
  /** Absolute path of the Node that runs this. */
  readonly node: string;
  /** As Node names it, e.g. `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** Whether the user types into the command. */
  isInteractive(): boolean;
  /** The process that the user started: the head's shell, or this one for `node prime`. */
  readonly shell: { readonly pid: number; readonly start: string };
}

/** Relative ones are invalid and count as none, also for what prime starts (XDG Base Directory Specification; POSIX 8.3 of HOME). */
const FOLDERS = ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"];

export function surroundings(): Surroundings {
  for (const name of FOLDERS) if (!process.env[name]?.startsWith("/")) delete process.env[name]; // `os.homedir` reads it there
  const pid = headShell() ?? process.pid;
  return {
    env: userEnvironment(process.env),
    progress: process.env.PRIME_PROGRESS,
    stale: stalePlan(),
    cwd: currentFolder(),
    args: process.argv.slice(2),
    node: process.execPath,
    platform: process.platform,
    isInteractive: () => isTerminal(userInput()),
    shell: { pid, start: startOfProcess(pid) ?? "" },
  };
}

/** Whether this process is the superuser's; false where the system knows none. */
export function isSuperuser(): boolean {
  return process.geteuid?.() === 0;
}

/** Whether a user, as a file's owner, is this process's. */
export function isThisUser(uid: number | undefined): boolean {
  return uid === process.geteuid?.();
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}
