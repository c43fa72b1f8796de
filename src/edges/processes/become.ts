import { type ChildProcess, spawn } from "node:child_process";
import type { Environment } from "../command.ts";
import { restoreUmask } from "../umask.ts";
import { endOf } from "./attached.ts";
import { leaveSignals, shielded } from "./ending.ts";

/** What another program must be told, since a terminal does not send it to the whole group. */
const FORWARDED = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH"] as const;

/**
 * Runs a command in this process's place: by execve(2) where Node has it (22.15, 23.11), else as a child with the
 * same streams, to which signals are passed on. Gives the status to exit with; a child's death by a signal is this
 * process's own.
 */
export async function becomeCommand(file: string, args: readonly string[], env: Environment): Promise<number> {
  restoreUmask();
  const variables = { ...env } as NodeJS.ProcessEnv;
  const [program, words] = shielded({ file, args });
  const { execve } = process as { execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never };
  if (execve !== undefined) execve.call(process, program, [program, ...words], variables);
  leaveSignals();
  let child: ChildProcess | undefined;
  // Before the start: a signal that comes right after it must not leave the child alone.
  for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, () => {});
  for (const signal of FORWARDED) process.on(signal, () => child?.kill(signal));
  const started = spawn(program, words, { stdio: "inherit", env: variables });
  child = started;
  const { status, signal } = await endOf(started);
  if (signal === null) return status;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  return status;
}
