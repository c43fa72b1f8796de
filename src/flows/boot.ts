import * as path from "node:path";
import { cleanEnvironment } from "../edges/clean.ts";
import { now } from "../edges/clock.ts";
import { shellOfProcess } from "../edges/head.ts";
import { driftSinceUse } from "../environment/drift.ts";
import type { Folders } from "../environment/folders.ts";
import { excludeFromGit } from "../environment/git-exclude.ts";
import type { Manifest } from "../environment/manifest.ts";
import type { Project } from "../environment/project.ts";
import { activate, lookAtVenvPlace } from "../environment/venv-link.ts";
import { PrimeError } from "../errors.ts";
import type { Activation } from "../launch/activation.ts";
import type { Input } from "../launch/input.ts";
import { type Observer, observe } from "../launch/observation.ts";
import type { Answer } from "../launch/plan.ts";
import { renderProgress, type Stage } from "../launch/progress.ts";
import { newObservation, type ReadyPlan, writeReadyPlan } from "../launch/ready.ts";
import { knownContents, type LaunchRecord } from "../launch/record.ts";
import { build, findGeneration } from "./build/build.ts";
import { type Cold, tellCold, whyCold } from "./cold.ts";
import type { Context } from "./context.ts";
import { type Decision, decide, digestFor } from "./decide.ts";
import { runSetup } from "./setup.ts";

/** An environment that is ready for a command, or the next stage that this start has to go through. */
export type Booted =
  | {
      readonly kind: "ready";
      readonly activation: Activation;
      readonly readyLine: string;
      /** What this start built, if it built. */
      readonly built: { readonly manifest: Manifest; readonly project: Project } | undefined;
    }
  | { readonly kind: "hop"; readonly answer: Answer };

export interface BootRequest {
  /** Build anew, whatever is there. */
  readonly anew: boolean;
}

/**
 * The story of a cold start. Nothing changed in what counts: renew the stamps. What is asked for was built before: show
 * it. Else build, stage after stage: node (decide) → python (build) → venv (set up, write the ready plan).
 */
export async function boot(context: Context, { anew }: BootRequest): Promise<Booted> {
  const { progress } = context;
  const cold = whyCold(context);
  tellStage(context, cold);
  if (!anew && progress === undefined && cold.renew !== undefined) return renew(context, cold, cold.renew);

  const decision = await decide(context, anew && progress === undefined);
  tellDecision(context, decision);
  const known = anew && progress?.stage !== "venv" ? undefined : await findBuilt(context, decision);
  if (!anew && progress === undefined) tellDrift(context, cold, known);
  if (known !== undefined) return settleIn(context, decision, known, cold);

  if (mayMoveLink(context, decision.folders)) lookAtVenvPlace(linkOf(context, decision), decision.folders);
  const facts = {
    python: decision.selected.path,
    why: decision.how,
    reason: progress?.facts.reason ?? cold.reason,
    since: progress?.facts.since ?? String(context.startedAt),
  };
  if (progress?.stage !== "python") {
    return hop(context, "python", facts, `selected ${decision.selected.path}, ${decision.how}`);
  }
  const manifest = await build(context, decision, { anew, reason: facts.reason });
  return hop(context, "venv", { ...facts, generation: manifest.id }, `built generation ${manifest.id}`);
}

/** Only times changed: the environment and the plan stay as they are, with new stamps. */
function renew(context: Context, cold: Cold, record: LaunchRecord): Booted {
  const { activation, root, readyLine, freshness, variables, observed } = record;
  const inputs = observed.map(({ input }) => input);
  const known = knownContents(record);
  writePlan(context, { activation, root, readyLine, freshness, variables, inputs, known });
  tellCold(context, cold, "nothing that counts changed: the ready plan was renewed");
  return { kind: "ready", activation, readyLine, built: undefined };
}

/** A finished generation for what is asked; with an unknown interpreter below it there can be none. */
async function findBuilt(context: Context, decision: Decision): Promise<Manifest | undefined> {
  const { base, generations } = decision;
  const built = generations.find(({ id }) => id === context.progress?.facts.generation);
  if (built !== undefined) return built;
  if (base === undefined) return undefined;
  return findGeneration(decision, digestFor(context, decision, base));
}

/** What others did to the environment of the last start, once in each start. */
function tellDrift({ terminal }: Context, { before }: Cold, known: Manifest | undefined): void {
  const drift = before === undefined ? [] : driftSinceUse(before);
  if (drift.length === 0) return;
  const next = known === undefined ? "building it anew beside it" : `${known.id} takes its place`;
  terminal.say(`the environment ${before} was changed by hand: ${drift.join(", ")}; ${next}`);
}

/** The venv stage: show the generation, run the repo's setup commands in it, write the ready plan. */
async function settleIn(context: Context, decision: Decision, manifest: Manifest, cold: Cold): Promise<Booted> {
  const { config, folders, loaded, project } = decision;
  const generation = path.join(folders.generations, manifest.id);
  const activation: Activation = { generation, prompt: manifest.project, variables: config.env.value };
  const moves = mayMoveLink(context, folders);
  if (moves) showLink(context, decision, generation);
  await runSetup(context, decision, activation);
  const readyLine = describeReady(manifest);
  const inputs = [
    { kind: "file", path: context.launcher } as const,
    ...decision.inputs,
    ...generationInputs(generation, manifest),
    ...(moves ? [{ kind: "same", path: linkOf(context, decision), target: generation } as const] : []),
  ];
  const names = [...new Set([...loaded.variables, ...project.variables])];
  const variables = Object.fromEntries(names.map((name) => [name, context.env[name] ?? null]));
  const isBuilt = context.progress?.stage === "venv";
  if (isStillAsked(context, decision, manifest)) {
    writePlan(context, {
      activation,
      root: context.root,
      readyLine,
      freshness: config.freshness.value,
      variables,
      inputs,
    });
  } else context.terminal.detail("inputs were changed during the build: the next start looks at them");
  tellCold(
    context,
    { ...cold, reason: context.progress?.facts.reason ?? cold.reason },
    isBuilt ? `built generation ${manifest.id}` : `switched to generation ${manifest.id}`,
  );
  return { kind: "ready", activation, readyLine, built: isBuilt ? { manifest, project } : undefined };
}

/** An edit during the build is the next start's business: the plan must not vouch for it. */
function isStillAsked(context: Context, decision: Decision, manifest: Manifest): boolean {
  const { base } = decision;
  return base !== undefined && digestFor(context, decision, base) === manifest.digest;
}

/** The link shows the environment of the config alone; one start's flags never move it. */
function mayMoveLink(context: Context, folders: Folders): boolean {
  return Object.keys(context.flags).length === 0 && folders.inRoot;
}

function linkOf({ root }: Context, { config }: Decision): string {
  return path.join(root, config.localVenvDirRelPath.value);
}

function showLink(context: Context, decision: Decision, generation: string): void {
  const link = linkOf(context, decision);
  const kept = activate(link, generation, decision.folders);
  if (kept !== undefined) context.terminal.warn(`${link} was ${kept.what}: it is kept as ${kept.path}`);
  const exclude = excludeFromGit(context.root, link);
  if (exclude !== undefined)
    context.terminal.say(`git ignores ${path.basename(link)} from now on: a line was added to ${exclude}`);
}

function generationInputs(generation: string, manifest: Manifest): Input[] {
  const { executable, realPath } = manifest.interpreter;
  return [
    { kind: "file", path: path.join(generation, "pyvenv.cfg") },
    ...Object.keys(manifest.sitePackages).map(
      (folder) => ({ kind: "listing", path: path.join(generation, folder) }) as const,
    ),
    { kind: "file", path: realPath },
    { kind: "same", path: path.join(generation, "bin", "python"), target: executable },
  ];
}

type PlanParts = Omit<ReadyPlan, "state" | "launcher" | "flagKey" | "observation" | "env"> &
  Pick<Observer, "known"> & { readonly inputs: readonly Input[] };

/** The plan saves time and nothing else: a state folder that can't be written must not stop the command. */
function writePlan(context: Context, { inputs, known, ...parts }: PlanParts): void {
  const { launcher, flagKey, places, terminal } = context;
  if (flagKey === undefined) return;
  const place = { state: places.state, launcher, flagKey };
  const env = cleanEnvironment(context.env);
  const python = path.join(parts.activation.generation, "bin", "python");
  try {
    const observer = { python, env, since: context.startedAt, known };
    const observation = observe(inputs, newObservation(place), observer);
    const reason = writeReadyPlan({ ...place, ...parts, observation, env });
    if (reason !== undefined) terminal.detail(`the next start is cold once more: ${reason}`);
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    terminal.warn(`this start goes on, and the next ones are slower without a ready plan: ${error.message}`);
  }
}

function hop(context: Context, stage: Stage, facts: Record<string, string>, why: string): Booted {
  const { shell, root, terminal } = context;
  terminal.detail(`hop to stage ${stage}: ${why}`);
  const progress = renderProgress({ stage, root, shellPid: shell.pid, shellStart: shell.start, facts });
  return { kind: "hop", answer: { kind: "next-stage", progress, shell: shellOfProcess(shell.pid) } };
}

function tellStage({ terminal, progress, shell, node, startedAt }: Context, cold: Cold): void {
  const since = Number(progress?.facts.since ?? startedAt);
  const stage = progress?.stage ?? "node";
  terminal.detail(
    `stage ${stage}: ${node}, pid ${shell.pid}, ${now() - since} ms: ${progress?.facts.reason ?? cold.reason}`,
  );
}

function tellDecision({ terminal, progress }: Context, decision: Decision): void {
  if (progress === undefined) for (const warning of decision.warnings) terminal.warn(warning);
  if (decision.printed !== "") terminal.say(decision.printed.trimEnd());
  for (const { path: file, why } of decision.passedOver) terminal.detail(`passed over ${file}: ${why}`);
}

function describeReady({ project, interpreter, packages }: Manifest): string {
  const count = Object.keys(packages).length;
  const name = interpreter.implementation === "pypy" ? "PyPy" : "Python";
  return `prime: ready: ${project}, ${name} ${interpreter.version}, ${count} package${count === 1 ? "" : "s"}`;
}
