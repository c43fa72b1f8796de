import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { Environment } from "../../command.ts";
import { exists } from "../../files/read.ts";
import { runSync } from "../run-sync.ts";

/**
 * Takes a lock that no process has to give back: it is held as long as anybody reads the named pipe `file`, so it goes with the last process
 * that has the descriptor, however that ends, and is seen from other PID namespaces. Gives the descriptor; `undefined`: it is held, or the
 * system makes no such pipe. Two that take it at once are the caller's to prevent.
 */
export function holdPipe(file: string, env: Environment): number | undefined {
  if (isHeld(file)) return undefined;
  try {
    if (!exists(file)) runSync({ file: "mkfifo", args: ["-m", "600", file], env, cwd: "/" }, "", () => {});
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
}

/** Nobody opens a pipe for writing, without waiting, when nobody reads it (open(2), ENXIO). A copy of it in a backup is a plain file. */
export function isHeld(file: string): boolean {
  try {
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const isPipe = fstatSync(descriptor).isFIFO();
    closeSync(descriptor);
    return isPipe;
  } catch {
    return false;
  }
}

export function releasePipe(descriptor: number): void {
  closeSync(descriptor);
}
