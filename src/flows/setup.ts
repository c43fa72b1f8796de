import * as path from "node:path";
import { makeFolder, readText, sha256, writeAtomic } from "../edges/files.ts";
import { run } from "../edges/process.ts";
import { PrimeError } from "../errors.ts";
import { type Activation, activated } from "../launch/activation.ts";
import { lastLines } from "./build/job.ts";
import type { Context } from "./context.ts";
import type { Decision } from "./decide.ts";

/**
 * Runs the repo's setup commands inside a generation, once for each generation and list of commands. One that fails ends
 * the start; the environment stays, and the next start runs them all again.
 */
export async function runSetup(context: Context, decision: Decision, activation: Activation): Promise<void> {
  const commands = decision.config.setup.value;
  const done = path.join(decision.folders.data, "setup", path.basename(activation.generation));
  const digest = sha256(JSON.stringify(commands));
  if (commands.length === 0 || readText(done) === digest) return;
  const env = activated(activation, context.env);
  for (const text of commands) {
    const step = context.terminal.step(`setup: ${text}`);
    const outcome = await run({ file: "/bin/sh", args: ["-c", text], env, cwd: context.root }, { onLine: step.update });
    step.done(outcome.ok ? undefined : "failed");
    if (outcome.ok) continue;
    const words = outcome.failure ?? lastLines(outcome.output);
    throw new PrimeError(
      "setup-failed",
      `the setup command \`${text}\` failed in ${context.root} (status ${outcome.exitCode ?? outcome.signal}):\n${words}`,
      {
        hint: "the environment itself is ready and stays; the setup commands run again at the next start",
      },
    );
  }
  makeFolder(path.dirname(done));
  writeAtomic(done, digest);
}
