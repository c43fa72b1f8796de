import * as path from "node:path";
import { PROTOPRIMER_OWN } from "../config/protoprimer/reader.ts";
import type { Context } from "../context.ts";
import { askFor } from "../decision/asked.ts";
import type { Decision } from "../decision/decide.ts";
import { holdOf, linkOf, mayMoveLink } from "../decision/shown.ts";
import { trustVariables } from "../decision/whose-repo.ts";
import { now } from "../edges/clock.ts";
import { plain } from "../edges/terminal/text.ts";
import { generationFolder } from "../environment/folders.ts";
import { differences, type HistoryEntry, lastEntry, recordHistory } from "../environment/history.ts";
import { recordInputs } from "../environment/manifest/interpreter-record.ts";
import { hasManifest, type Manifest } from "../environment/manifest/manifest.ts";
import { readState, stateInput } from "../environment/state.ts";
import { activate } from "../environment/venv-link.ts";
import { PrimeError, tolerate } from "../errors.ts";
import { excludeFromGit } from "../git/exclude.ts";
import type { Input } from "../inputs/input.ts";
import { keepNames } from "../plan/names.ts";
import { remembered } from "../secrets.ts";
import type { Activation } from "../shells/activation.ts";
import { counted } from "../size.ts";
import { type Cold, tellCold } from "./cold.ts";
import { plannedTasks } from "./command/tasks.ts";
import type { Ready } from "./ready.ts";
import { runSetup } from "./setup.ts";
import { leftToOthers } from "./shared/shared-checkout.ts";
import { movableLink, wayBack } from "./way-back.ts";
import { isPlanned, writePlan } from "./write-plan.ts";

/** The venv stage: shows the generation, runs the repo's setup commands in it, and writes the ready plan. */
export async function settleIn(
  context: Context,
  decision: Decision,
  manifest: Manifest,
  cold: Cold,
  what: HistoryEntry["what"] = context.progress?.stage === "venv" ? "build" : "switch",
): Promise<Ready> {
  const { config, folders, project } = decision;
  const generation = generationFolder(folders, manifest.id);
  const hidden = config.kernelFile === null && config.protoprimer === null ? [] : PROTOPRIMER_OWN;
  const activation: Activation = { generation, prompt: plain(manifest.project), variables: config.env.value, hidden };
  const link = mayMoveLink(context, folders) ? linkOf(context, decision) : undefined;
  const theirs = link === undefined ? undefined : leftToOthers(context, decision, link, cold);
  if (link !== undefined && theirs === undefined) showLink(context, decision, generation);
  await runSetup(context, decision, activation, cold.reason);

  const isBuilt = what === "build";
  const why = { ...cold, reason: context.progress?.facts.reason ?? cold.reason };
  rememberChange(context, decision, manifest, why, what); // before the plan, which the next start may already take
  const stays = what === "switch" && path.basename(cold.before ?? "") === manifest.id;
  tellCold(context, why, `${stays ? DONE.patch : DONE[what]} generation ${manifest.id}`); // takes no time: the plan waits for a tick anyway

  const isHeld = holdOf(decision)?.generation === manifest.id;
  const readyLine = plain(describeReady(manifest, isHeld));
  const { trial: current } = readState(folders);
  const trial = current?.generation === manifest.id ? current : undefined;
  if (trial !== undefined) context.terminal.detail("no ready plan is written while an upgrade is on trial");
  else if (!isBuilt && isPlanned(context, activation, cold.at)) {
    context.terminal.detail("another start has written the ready plan meanwhile");
  } else if (isHeld || isStillAsked(context, decision, manifest)) {
    const shown = link === undefined ? [] : [{ kind: "same", path: link, target: theirs ?? generation } as const];
    const parts = planParts(context, decision, manifest, shown);
    const movable = theirs === undefined ? movableLink(context, decision, link) : undefined;
    const back = movable === undefined ? undefined : wayBack(context, decision, manifest, cold, movable);
    writePlan(context, { ...parts, activation, readyLine, known: cold.known, movable, wayBack: back });
  } else context.terminal.detail("inputs were changed during the build: the next start looks at them");
  rememberNames(context, decision, manifest); // after the plan: what is kept of the one before has its names
  refuseGone(generation);

  const before = decision.generations.find(({ id }) => id === path.basename(cold.before ?? ""));
  const built = isBuilt ? { manifest, project, selected: decision.selected, how: decision.how, before } : undefined;
  const kernel = config.kernelFile ?? undefined;
  const freshness = config.freshness.value;
  const ready: Ready = { kind: "ready", activation, readyLine, kernel, freshness, trial, built };
  if (isBuilt && kernel !== undefined) (await import("./command/entry-scripts.ts")).learnScripts(context, ready);
  return ready;
}

/**
 * What the ready plan watches, sets and starts, as far as the decision determines it; `shown`: the link, if it is
 * watched.
 */
function planParts(context: Context, decision: Decision, manifest: Manifest, shown: readonly Input[]) {
  const { config, folders, loaded, project } = decision;
  const generation = generationFolder(folders, manifest.id);
  const app = context.app?.start(generation);
  const inputs: Input[] = [
    { kind: "file", path: context.launcher },
    ...decision.inputs,
    stateInput(folders),
    ...generationInputs(generation, manifest),
    ...(context.app?.inputs ?? []),
    ...(app === undefined ? [] : [{ kind: "present", path: app.words[0] as string } as const]),
    ...shown,
  ];
  const settings = context.app === undefined ? loaded.variables : [];
  const names = [...new Set([...settings, ...project.variables, ...trustVariables(context)])];
  return {
    root: context.root,
    freshness: config.freshness.value,
    variables: {
      ...Object.fromEntries(names.map((name) => [name, remembered(name, context.env[name])])),
      ...project.userSettings.variables,
    },
    kernel: config.kernelFile ?? undefined,
    bootsCold: config.protoprimer?.leaps.link?.disagrees === true,
    tasks: plannedTasks(context, config),
    app,
    inputs,
  };
}

/**
 * Throws `environment-gone` when somebody has collected the generation meanwhile. Who shows an environment looks at it
 * afterwards, and who collects one looks afterwards whether it is shown: so one of the two sees the other.
 */
function refuseGone(generation: string): void {
  if (hasManifest(generation)) return;
  throw new PrimeError(
    "environment-gone",
    `could not go on with ${generation}: somebody removed it meanwhile`,
    "start again",
  );
}

const DONE: Readonly<Record<HistoryEntry["what"], string>> = {
  build: "built",
  switch: "switched to",
  rollback: "rolled back to",
  adopt: "adopted",
  patch: "went on with",
  upgrade: "upgraded to",
};

/**
 * Writes one line of history when these flags come to show another generation; of many starts at once, one writes it.
 */
export function rememberChange(
  { flagKey, terminal }: Context,
  { folders, generations }: Decision,
  manifest: Manifest,
  { reason, before }: Cold,
  what: HistoryEntry["what"],
): void {
  const from = before === undefined ? null : path.basename(before);
  if (from === manifest.id || flagKey === undefined) return;
  if (lastEntry(folders, ({ flags }) => flags === flagKey)?.to === manifest.id) return;
  const changes = differences(
    generations.find(({ id }) => id === from),
    manifest,
  );
  tolerate(
    () => recordHistory(folders, { at: now(), what, why: reason, flags: flagKey, from, to: manifest.id, changes }),
    ({ message }) => terminal.warn(`./prime history will not know of this: ${message}`),
  );
}

/** Writes the names that the user's shell completes; without them it completes less. */
function rememberNames(
  { plans, terminal }: Context,
  { config, project, generations }: Decision,
  { id }: Manifest,
): void {
  if (plans === undefined) return;
  const names = {
    group: Object.keys(project.declaredGroups),
    extra: Object.keys(project.declaredExtras),
    task: Object.keys(config.tasks.value),
    generation: [...new Set([...generations.map((one) => one.id), id])],
  };
  tolerate(
    () => keepNames(plans, names),
    ({ message }) => terminal.detail(`shells complete no names here: ${message}`),
  );
}

/**
 * Whether the inputs still ask for this generation. An edit during the build is left to the next start: the plan must
 * not vouch for it.
 */
function isStillAsked(context: Context, decision: Decision, manifest: Manifest): boolean {
  const { asked } = decision;
  return asked !== undefined && askFor(context, decision, asked.base).digest === manifest.digest;
}

function showLink(context: Context, decision: Decision, generation: string): void {
  const link = linkOf(context, decision);
  const kept = activate(link, generation, decision.folders);
  if (kept !== undefined) context.terminal.warn(`${link} was ${kept.what}: it is kept as ${kept.path}`);
  hideFromGit(context, link);
}

/**
 * Has git ignore the link. `.git` may be closed to this user, or read-only in a sandbox: the environment is as good
 * without.
 */
function hideFromGit({ root, terminal }: Context, link: string): void {
  const exclude = tolerate(
    () => excludeFromGit(root, link),
    ({ message }) => void terminal.detail(`git is not told to ignore ${link}: ${message}`),
  );
  if (exclude !== undefined)
    terminal.say(`git ignores ${path.basename(link)} from now on: a line was added to ${exclude}`);
}

function generationInputs(generation: string, manifest: Manifest): Input[] {
  return [
    { kind: "file", path: path.join(generation, "pyvenv.cfg") },
    ...Object.keys(manifest.sitePackages).map(
      (folder) => ({ kind: "listing", path: path.join(generation, folder) }) as const,
    ),
    ...recordInputs(generation, manifest.interpreter),
  ];
}

function describeReady({ project, interpreter, packages }: Manifest, isHeld: boolean): string {
  const count = Object.keys(packages).length;
  const name = interpreter.implementation === "pypy" ? "PyPy" : "Python";
  const held = isHeld ? " (rolled back: ./prime rollback --cancel goes forward again)" : "";
  return `prime: ready: ${project}, ${name} ${interpreter.version}, ${counted(count, "package")}${held}`;
}
