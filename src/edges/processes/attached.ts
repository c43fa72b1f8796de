import { type ChildProcess, spawn } from "node:child_process";
import * as os from "node:os";
import { PrimeError } from "../../errors.ts";
import type { Command } from "../command.ts";
import { userErrors, userInput, userOutput } from "../terminal/streams.ts";
import { refuseWhenEnding, shielded } from "./ending.ts";
import { whyNotStarted } from "./permit.ts";

/** Runs a command with the user's own three streams and gives its exit status, as a shell would say it. */
export async function runAttached(command: Command): Promise<number> {
  refuseWhenEnding();
  const refused = whyNotStarted(command);
  if (refused !== undefined)
    throw new PrimeError(
      "not-started",
      `could not go on: ${refused}`,
      "let root alone change what root runs, or be that user",
    );
  const child = spawn(...shielded(command), {
    cwd: command.cwd,
    env: { ...command.env } as NodeJS.ProcessEnv,
    stdio: [userInput(), userOutput(), userErrors()],
  });
  return (await endOf(child)).status;
}

/** How a child ended: its exit status, as a shell would say it, and the signal, if it was one. */
export function endOf(
  child: ChildProcess,
): Promise<{ readonly status: number; readonly signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      resolve({ status: signal === null ? (code ?? 1) : 128 + os.constants.signals[signal], signal });
    });
  });
}
