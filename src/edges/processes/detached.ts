import { spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import * as os from "node:os";
import type { Command } from "../command.ts";
import { act } from "../files/errors.ts";
import { startOfProcess } from "../machine.ts";
import { whyNotStarted } from "./permit.ts";

/** How much lower than others what nobody waits for is (setpriority(2)). */
const LOW = 10;

/** Where it gets a descriptor that it is to keep: the head leaves this one alone. */
const KEPT = 7;

/**
 * Starts a command that goes on when this process has ended: in a session of its own, with low priority, without anything of the user's
 * terminal; what it says goes behind the end of the file `log`. It keeps the descriptor `kept`. Gives its process; `undefined` where it
 * can't be started.
 */
export function startDetached(
  command: Command,
  log: string,
  kept: number | undefined,
): { pid: number; start: string } | undefined {
  if (whyNotStarted(command) !== undefined) return undefined;
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const output = act("write to", log, () => openSync(log, flags, 0o600));
  try {
    const { cwd, env } = command;
    const child = spawn(command.file, command.args, {
      cwd,
      env: { ...env } as NodeJS.ProcessEnv,
      detached: true,
      stdio: ["ignore", output, output, ...Array(KEPT - 3).fill("ignore"), kept ?? "ignore"],
    });
    child.on("error", () => {});
    child.unref();
    if (child.pid === undefined) return undefined;
    os.setPriority(child.pid, LOW);
    return { pid: child.pid, start: startOfProcess(child.pid) ?? "" };
  } catch {
    return undefined;
  } finally {
    closeSync(output);
  }
}

/** Ends this process, and with it all that it started, as its user would. */
export function endAfter(milliseconds: number): void {
  setTimeout(() => process.kill(process.pid, "SIGTERM"), milliseconds).unref();
}
