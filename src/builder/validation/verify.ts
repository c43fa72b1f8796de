import * as path from "node:path";
import type { VerifyCommand } from "../../config/policy/policy.ts";
import { readStart } from "../../edges/files/read.ts";
import { nonce } from "../../edges/nonce.ts";
import { endLeftBehind } from "../../edges/processes/left-behind.ts";
import { endedWith, run } from "../../edges/processes/run.ts";
import type { Check } from "../../environment/report.ts";
import { oneLine } from "../../quoted.ts";
import { type Activation, activated } from "../../shells/activation.ts";
import { type Job, lastLines } from "../job.ts";

const MARK = "PRIME_VERIFY";
/** The most bytes of a command's output that are read. */
const MOST_SHOWN = 1_000_000;

/**
 * Runs a command by sh in the root, as `./prime run` would. Its process group ends with it, and so does whatever it
 * left behind, which makes it a failure. It prints to a file: a process that it leaves behind could hold a pipe open
 * for ever.
 */
export async function verify(
  { context }: Job,
  { run: line, limitMs }: VerifyCommand,
  activation: Activation,
  work: string,
): Promise<Check> {
  const mark = nonce() + nonce();
  const printed = path.join(work, `verify-${mark}.txt`);
  const about = oneLine(line);
  const step = context.terminal.step(`verify: ${about}`);
  const outcome = await run(
    {
      file: "/bin/sh",
      args: ["-c", 'exec >"$1" 2>&1 && shift && exec /bin/sh -c "$1"', "sh", printed, line],
      env: { ...activated(activation, context.env), [MARK]: mark },
      cwd: context.root,
    },
    { limitMs, ownGroup: true },
  );
  const left = endLeftBehind(outcome.pid, MARK, mark);
  const how = outcome.timedOut
    ? `it took more than ${limitMs / 1000} s`
    : (outcome.failure ?? `it ended with ${endedWith(outcome)}`);
  const words = lastLines(readStart(printed, MOST_SHOWN));
  const problems = [
    ...(outcome.ok ? [] : [`${how}${words.trim() === "" ? "" : `:\n${words}`}`]),
    ...(left.length === 0 || outcome.timedOut ? [] : [`it left processes behind, which are ended: ${left.join(", ")}`]),
  ];
  step.done(problems.length === 0 ? undefined : "failed");
  return {
    name: "verify",
    ok: problems.length === 0,
    about,
    problems,
    durationMs: Math.round(outcome.durationMs),
  };
}
