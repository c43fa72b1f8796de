import { spawnSync } from "node:child_process";
import type { Command } from "../command.ts";
import { whyNotStarted } from "./permit.ts";

/**
 * Runs a command of a few milliseconds to its end, without the library that longer ones deserve. Gives its standard
 * output, or `undefined` with what went wrong told to `onFailure`.
 */
export function runSync(command: Command, input: string, onFailure: (reason: string) => void): string | undefined {
  const refused = whyNotStarted(command);
  if (refused !== undefined) {
    onFailure(refused);
    return undefined;
  }
  const done = spawnSync(command.file, command.args, {
    cwd: command.cwd,
    env: { ...command.env } as NodeJS.ProcessEnv,
    input,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status === 0) return done.stdout;
  onFailure(done.error?.message ?? (done.stderr.trim() || `it ended with ${done.signal ?? `status ${done.status}`}`));
  return undefined;
}
