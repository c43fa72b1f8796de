import { isatty } from "node:tty";
import type { Environment } from "./command.ts";
import { startOfProcess } from "./machine.ts";

/** What this process was started with. Nobody else reads it from the process. */
export interface Surroundings {
  readonly env: Environment;
  /** Absolute; "/" when the folder that the user stood in is gone. */
  readonly cwd: string;
  readonly args: readonly string[];
  /** Absolute path of the Node that runs this. */
  readonly node: string;
  /** As Node names it, e.g. `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** Whether the user types into the command. */
  readonly isInteractive: boolean;
  /** The process that the user started: the head's shell, or this one for `node prime`. */
  readonly shell: { readonly pid: number; readonly start: string };
}

/** The head says its own number: a bash that was started with a signal ignored keeps a subshell above this process. */
export function surroundings(): Surroundings {
  const pid = Number(process.env.PRIME_HEAD ?? process.pid);
  return {
    env: userEnvironment(process.env),
    cwd: currentFolder(),
    args: process.argv.slice(2),
    node: process.execPath,
    platform: process.platform,
    isInteractive: isatty(0),
    shell: { pid, start: startOfProcess(pid) ?? "" },
  };
}

/** What the head spares prime's own Node: options can stop it, and reading more certificates costs it as much as its start. */
const SPARED = ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"] as const;

/** The environment as the user made it: what the head spared this process is there for all that it starts. */
export function userEnvironment(own: Environment): Environment {
  const env = { ...own };
  for (const name of SPARED) {
    const told = env[`PRIME_${name}`]; // `=` and the value; nothing when it was not set
    delete env[`PRIME_${name}`];
    if (told === undefined) continue;
    if (told === "") delete env[name];
    else env[name] = told.slice(1);
  }
  return env;
}

/** Whether this process is the superuser's; false where the system knows none. */
export function isSuperuser(): boolean {
  return process.geteuid?.() === 0;
}

/** What this process and its children make from now on can be read by everybody, and written by its owner alone. */
export function writeForEverybody(): void {
  process.umask(0o022);
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}
