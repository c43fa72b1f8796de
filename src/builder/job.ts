import { causeOf } from "../causes/find-cause.ts";
import type { Context } from "../context.ts";
import { now } from "../edges/clock.ts";
import type { Command } from "../edges/command.ts";
import { howEnded, type Outcome, run } from "../edges/processes/run.ts";
import { type Folders, makeFolders, newLog } from "../environment/folders.ts";
import { listGenerations } from "../environment/manifest/manifest.ts";
import { PrimeError } from "../errors.ts";
import type { Project } from "../project/project.ts";
import { takeRefusal } from "../provision/network.ts";
import { cut, LONGEST_LINE } from "../quoted.ts";
import { countProgress, stillRunning, type Tally } from "../uv/progress.ts";

/** One build: where its words and its log go, and how long each step took. */
export interface Job {
  readonly context: Context;
  readonly folders: Folders;
  readonly log: string;
  /** What is built, as far as it is known. */
  readonly project: Project | undefined;
  readonly steps: { title: string; durationMs: number }[];
  /** uv asks the interpreter to build on what it is, which it remembers: a step waits for that rather than have it ask again. */
  learning?: Promise<unknown> | undefined;
}

/** Begins one: makes the folders, and names a log. */
export async function beginJob(context: Context, folders: Folders, project?: Project): Promise<Job> {
  await makeFolders(folders);
  return { context, folders, log: newLog(folders, now(), process.pid), project, steps: [] };
}

/** What stays as it was after a failure, as the end of a hint, and where the log is; a first start had nothing that worked. */
export function whatStays({ folders, log }: Job): string {
  return `${listGenerations(folders.generations).length > 0 ? "what worked before still works; " : ""}the whole output is in ${log}`;
}

export interface StepOptions {
  /** Stable id of the error when the step fails. */
  readonly id: string;
  /** What to do about a failure of which the tool's words tell no cause; the log is named anyway. */
  readonly hint?: string;
  /** What is worth knowing whatever the cause is. */
  readonly note?: string;
  readonly limitMs?: number;
  /** Tried before, without a word: a faster way to the same, where it works. */
  readonly first?: Command | undefined;
}

const LINES_SHOWN = 20;

/** Runs one command as a step that people see, and keeps all of its output. A failure shows the tool's own last words. */
export async function runStep(job: Job, title: string, command: Command, options: StepOptions): Promise<Outcome> {
  const outcome = await tryStep(job, title, command, { ...options, otherwise: "failed" });
  if (outcome.ok) return outcome;
  throw stepError(job, title, outcome, options);
}

/** What a step that failed says: its likeliest cause, the tool's own last words, and where all of them are. */
export function stepError(job: Job, title: string, outcome: Outcome, options: StepOptions): PrimeError {
  const { root, env } = job.context;
  const words = outcome.failure ?? lastLines(outcome.output);
  const told = outcome.failure === undefined ? ` (${howEnded(outcome)})` : "";
  const cause = causeOf(outcome.failure ?? outcome.output, { root, env, project: job.project });
  const why = cause === undefined ? "" : `: ${cause.why}`;
  const hint = [cause?.next ?? options.hint ?? [], options.note ?? []]
    .flat()
    .map((part) => `${part}; `)
    .join("");
  return new PrimeError(options.id, `could not finish \`${title}\` for ${root}${why}${told}:\n${words}`, {
    hint: hint + whatStays(job),
  });
}

/** As `runStep`, for commands whose failure is an answer: `otherwise` says which. */
export async function tryStep(
  job: Job,
  title: string,
  command: Command,
  options: Pick<StepOptions, "limitMs" | "first"> & { readonly otherwise: string },
): Promise<Outcome> {
  await job.learning;
  const step = job.context.terminal.step(title);
  let tally: Tally | undefined;
  let running: readonly string[] = [];
  const tried = options.first === undefined ? undefined : await run(options.first, { log: job.log });
  const isDone = tried?.ok === true;
  const outcome = isDone
    ? tried
    : await run(command, {
        limitMs: options.limitMs,
        log: job.log,
        onLine: (line) => {
          const before = running.length;
          running = stillRunning(running, line);
          tally = countProgress(tally, line);
          const awaited = running.length < before ? running.at(-1) : undefined; // what ended is nothing to wait for
          if (line.trim() !== "") step.update(awaited ?? line, tally);
        },
      });
  step.done(outcome.ok ? undefined : options.otherwise);
  if (!outcome.ok) refuseByRule(job, title, outcome);
  job.steps.push({ title, durationMs: Math.round(outcome.durationMs + (isDone ? 0 : (tried?.durationMs ?? 0))) });
  return outcome;
}

/** A tool that was refused a way to the network tells that in words of its own, or takes it for an answer. */
function refuseByRule(job: Job, title: string, { output }: Outcome): void {
  const { root } = job.context;
  const refusal = takeRefusal(root, output);
  if (refusal === undefined) return;
  const { id, message, exitCode, hint } = refusal;
  throw new PrimeError(id, `could not finish \`${title}\` for ${root}: ${message}`, {
    exitCode,
    hint: `${hint}; ${whatStays(job)}`,
  });
}

/** The end of a tool's own words, set in, for a message. */
export function lastLines(output: string): string {
  const lines = output.trimEnd().split("\n");
  const shown = lines.slice(-LINES_SHOWN).map((line) => cut(`  ${line}`, LONGEST_LINE));
  return (lines.length > LINES_SHOWN ? ["  …", ...shown] : shown).join("\n");
}
