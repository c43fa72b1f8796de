import * as path from "node:path";
import { lastLines } from "../builder/job.ts";
import { takeTurn } from "../builder/turn.ts";
import type { Context } from "../context.ts";
import type { Decision } from "../decision/decide.ts";
import { makeFolder, writeAtomic } from "../edges/files/change.ts";
import { readText, sha256 } from "../edges/files/read.ts";
import { endedWith, run } from "../edges/processes/run.ts";
import { PrimeError } from "../errors.ts";
import { type Activation, activated } from "../shells/activation.ts";

/**
 * Runs the repo's setup commands in a generation, once for each generation and list of commands, also when several
 * starts come at once. A command that fails ends the start (`setup-failed`); the environment stays, and the next start
 * runs them all again.
 */
export async function runSetup(
  context: Context,
  decision: Decision,
  activation: Activation,
  reason: string,
): Promise<void> {
  const commands = decision.config.setup.value;
  const { data, shared } = decision.folders;
  const doneIn = (folder: string): string => path.join(folder, "setup", path.basename(activation.generation));
  const done = doneIn(data);
  const digest = sha256(JSON.stringify(commands));
  const isDone = (): boolean =>
    readText(done) === digest || (shared !== undefined && readText(doneIn(shared)) === digest);
  if (commands.length === 0 || isDone()) return;
  makeFolder(path.dirname(done));
  const turn = await takeTurn(context, decision.config, path.join(data, "setup.lock"), {
    doing: `running the setup commands of ${context.root}`,
    reason,
    beside: "running them",
    look: async () => (isDone() ? true : undefined),
  });
  if ("found" in turn) return;
  try {
    if (isDone()) return;
    for (const text of commands) await runOne(context, activation, text);
    writeAtomic(done, digest);
  } finally {
    turn.lock.release();
  }
}

async function runOne(context: Context, activation: Activation, text: string): Promise<void> {
  const env = activated(activation, context.env);
  const step = context.terminal.step(`setup: ${text}`);
  const outcome = await run({ file: "/bin/sh", args: ["-c", text], env, cwd: context.root }, { onLine: step.update });
  step.done(outcome.ok ? undefined : "failed");
  if (outcome.ok) return;
  const words = outcome.failure ?? lastLines(outcome.output);
  throw new PrimeError(
    "setup-failed",
    `the setup command \`${text}\` failed in ${context.root} (${endedWith(outcome)}):\n${words}`,
    "the environment stays; the setup commands run again at the next start",
  );
}
