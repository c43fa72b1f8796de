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

/** One build: its terminal, its log, and how long each step took. */
export interface Job {
  readonly context: Context;
  readonly folders: Folders;
  readonly log: string;
  /** What is built, as far as it is known. */
  readonly project: Project | undefined;
  readonly steps: { title: string; durationMs: number }[];
  /**
   * Set while uv asks the new interpreter what it is, and remembers that: a step waits for it, rather than have it
   * asked again.
   */
  learning?: Promise<unknown> | undefined;
}

/** Begins a job: makes the folders, and names a log. */
export async function beginJob(context: Context, folders: Folders, project?: Project): Promise<Job> {
  await makeFolders(folders);
  return { context, folders, log: newLog(folders, now(), process.pid), project, steps: [] };
}

/**
 * The end of the hint of an error: what still works, and where the log is. Before the first environment there is
 * nothing that worked.
 */
export function whatStays({ folders, log }: Job): string {
  return `${listGenerations(folders.generations).length > 0 ? "what worked before still works; " : ""}the whole output is in ${log}`;
}

export interface StepOptions {
  /** Stable id of the error when the step fails. */
  readonly id: string;
  /** What to do when the tool's output names no known cause; the log is named anyway. */
  readonly hint?: string;
  /** What the hint says whatever the cause is. */
  readonly note?: string;
  readonly limitMs?: number;
  /** A faster way to the same result, which is tried first without a word. */
  readonly first?: Command | undefined;
}

const LINES_SHOWN = 20;

/** Runs one command as a step that people see, and keeps all of its output. A failure shows the tool's own last words. */
export async function runStep(job: Job, title: string, command: Command, options: StepOptions): Promise<Outcome> {
  const outcome = await tryStep(job, title, command, { ...options, otherwise: "failed" });
  if (outcome.ok) return outcome;
  throw stepError(job, title, outcome, options);
}

/** The error of a step that failed: its likeliest cause, the tool's own last lines, and where the log is. */
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
  return new PrimeError(
    options.id,
    `could not finish \`${title}\` for ${root}${why}${told}:\n${words}`,
    hint + whatStays(job),
  );
}

/** As `runStep`, for a command whose failure is an answer; `otherwise` says which one. */
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

/**
 * Throws when prime's network rules refused something to the tool: its own words would say so badly, or it may take the
 * refusal for an answer.
 */
function refuseByRule(job: Job, title: string, { output }: Outcome): void {
  const { root } = job.context;
  const refusal = takeRefusal(root, output);
  if (refusal === undefined) return;
  const { id, message, exitCode, hint } = refusal;
  throw new PrimeError(id, `could not finish \`${title}\` for ${root}: ${message}`, `${hint}; ${whatStays(job)}`, {
    exitCode,
  });
}

/** The last lines of a tool's output, indented, for a message. */
export function lastLines(output: string): string {
  const lines = output.trimEnd().split("\n");
  const shown = lines.slice(-LINES_SHOWN).map((line) => cut(`  ${line}`, LONGEST_LINE));
  return (lines.length > LINES_SHOWN ? ["  …", ...shown] : shown).join("\n");
}
