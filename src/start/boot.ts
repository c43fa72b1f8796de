import { type BuildRequest, build, type Known } from "../builder/build.ts";
import { rootMutex, waitForTurn } from "../builder/turn.ts";
import { refuseUnfitPath } from "../builder/unfit-path.ts";
import type { Config } from "../config/config.ts";
import type { Context } from "../context.ts";
import type { Asked } from "../decision/asked.ts";
import { type Decision, decide } from "../decision/decide.ts";
import { lostFact, replacementError } from "../decision/known-python.ts";
import { linkOf, mayMoveLink } from "../decision/shown.ts";
import { asUsable, findUsable, isSound } from "../decision/usable.ts";
import { refuseForeignRepo } from "../decision/whose-repo.ts";
import { now } from "../edges/clock.ts";
import { makeLink } from "../edges/files/change.ts";
import { droppedVariables, shellOfProcess } from "../edges/machine.ts";
import { atEnd } from "../edges/processes/ending.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { readHolds, writeHold } from "../environment/upgraded/holds.ts";
import { lookAtVenvPlace } from "../environment/venv-link.ts";
import { PrimeError } from "../errors.ts";
import { isChangedSince, readAhead } from "../inputs/observation.ts";
import type { Answer } from "../launch/answer.ts";
import { type Progress, renderProgress, type Stage, type StageFacts } from "../launch/progress.ts";
import type { LaunchRecord } from "../plan/record.ts";
import { type Cold, FAILED_PREFIX, tellCold, whyCold } from "./cold.ts";
import { driftOf } from "./drift.ts";
import { tellHealing } from "./heal.ts";
import type { Ready } from "./ready.ts";
import { RENEWED } from "./renew.ts";
import { rememberChange, settleIn } from "./settle.ts";
import { giveToOwner } from "./shared/give-to-owner.ts";
import { tellMoved } from "./shared/shared-checkout.ts";
import { tellLostState } from "./state/lost.ts";
import { settleUpgrade } from "./state/upgraded.ts";
import { partsOfRecord, writePlan } from "./write-plan.ts";

/** An environment that is ready, or the answer that leads to the next stage. */
export type Booted = Ready | { readonly kind: "hop"; readonly answer: Answer };

/** A generation that was built, and the progress with which the last stage begins. */
interface Made {
  readonly kind: "made";
  readonly manifest: Manifest;
  readonly cold: Cold;
  readonly progress: Progress;
}

/** The decision that an environment has to be built. */
interface Begun {
  readonly kind: "build";
  readonly context: Context;
  readonly decision: Decision;
  readonly facts: StageFacts;
  readonly words: Pick<BuildRequest, "reason" | "silent" | "telling">;
}

export interface BootRequest {
  /** Whether to build anew, whatever is there. */
  readonly anew: boolean;
  /** Why another environment is shown, when the user asked for it. */
  readonly reason?: string;
  /** Whether the ready plan could have served this start, which is cold for another reason than its environment. */
  readonly servesPlan?: boolean;
}

/**
 * The story of a cold start. When nothing that counts has changed, it renews the stamps. When what is asked for was
 * built before, it shows that. Else it builds, stage after stage: node (decide) → python (build) → venv (set up, write
 * the ready plan).
 */
export async function boot(context: Context, { anew, reason, servesPlan }: BootRequest): Promise<Booted> {
  const { progress } = context;
  refuseForeignRepo(context);
  const seen = whyCold(context);
  tellStage(context, seen);
  if (!anew && progress === undefined && seen.renew !== undefined) {
    if (servesPlan !== true || seen.changes.length > 0) renew(context, seen, seen.renew);
    return readyBy(seen.renew);
  }

  if (progress === undefined) await settleUpgrade(context);
  const begun = await accountedFor(context, seen, async () => {
    const decision = await decide(context, anew && progress === undefined);
    return owned(context, decision, () => bootBy(context, decision, seen, { anew, reason }));
  });
  if (begun.kind !== "build") return begun;
  const { context: next, decision } = begun;
  tellStage(next, seen);
  const made = await accountedFor(next, seen, () => owned(next, decision, () => buildStage(begun, seen, anew)));
  if (made.kind !== "made") return made;
  return finish({ ...next, progress: made.progress }, decision, seen, made);
}

/**
 * The last stage. A new Node goes through it, and reads everything anew, when the decision could not know what was
 * built (its interpreter had to be found or installed), when an input has changed meanwhile, and when what was built
 * belongs to another user now.
 */
async function finish(
  context: Context & Pick<Made, "progress">,
  decision: Decision,
  seen: Cold,
  { manifest, cold }: Made,
): Promise<Booted> {
  const { shell, progress } = context;
  const last = { ...context, startedAt: now() }; // what the build made is older; a later edit is seen
  const shellWords = shellOfProcess(shell.pid);
  const hop = {
    kind: "hop",
    answer: { kind: "next-stage", progress: renderProgress(progress), shell: shellWords },
  } as const;
  if (decision.asked?.digest !== manifest.digest || isChangedSince(decision.inputs, context.startedAt)) return hop;
  tellStage(last, seen);
  return accountedFor(last, seen, async () => {
    const again = await decide(last, false); // what was built can have inputs of its own, such as a wheel that the resolution names
    const isHere = again.generations.some(({ id }) => id === manifest.id); // root gave it to the owner of the checkout
    return isHere ? owned(last, again, () => settleIn(last, again, manifest, cold)) : hop;
  });
}

/** Runs one part of a start, and gives what it made to the owner of the checkout if root makes it for somebody else. */
async function owned<T>(context: Context, decision: Decision, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } finally {
    giveToOwner(context, decision, context.progress?.facts.since ?? context.startedAt);
  }
}

/** Runs one part of a start, and notes for `prime why` when it fails or the user stops it. */
async function accountedFor<T>(context: Context, seen: Cold, start: () => Promise<T>): Promise<T> {
  const { progress, terminal } = context;
  const cold = { ...seen, reason: progress?.facts.reason ?? seen.reason };
  const takeBack = atEnd(() => {
    tellCold(context, cold, "stopped before it was done");
    const state = progress?.stage === "venv" ? "" : "nothing was changed; ";
    terminal.say(`prime: stopped; ${state}start again to go on`);
  });
  try {
    return await start();
  } catch (error) {
    if (error instanceof PrimeError) tellCold(context, cold, FAILED_PREFIX + error.message.replace(/:?\n.*/s, ""));
    throw error;
  } finally {
    takeBack();
  }
}

async function bootBy(
  context: Context,
  decision: Decision,
  seen: Cold,
  { anew, reason }: { readonly anew: boolean; readonly reason: string | undefined },
): Promise<Booted | Begun> {
  const { progress } = context;
  makeEnvLink(context, decision.config);
  tellDecision(context, decision);
  if (progress === undefined) tellLostState(context, decision, seen);
  const known = anew && progress?.stage !== "venv" ? undefined : await findBuilt(context, decision);
  const drift = anew || progress !== undefined ? undefined : driftOf(seen, known, context.app === undefined);
  if (!anew && progress === undefined) await tellHealing(context, decision, seen, known);
  const moved = known === undefined && progress === undefined ? tellMoved(context, decision) : undefined;
  const cold = { ...seen, reason: reason ?? drift?.reason ?? moved ?? seen.reason };
  if (known !== undefined && drift !== undefined) context.terminal.say(drift.telling);
  if (known !== undefined) return settleIn(context, decision, known, cold);

  refuseUnfitPath(decision);
  const lock = rootMutex(decision.folders.data);
  if (mayMoveLink(context, decision.folders)) lookAtVenvPlace(linkOf(context, decision), decision.folders);
  const look = anew ? async () => undefined : () => lookAgain(context);
  const waited = progress === undefined ? await waitForTurn(context, decision.config, lock, look) : {};
  if (waited.found !== undefined) return settleFound(waited.found, cold);
  const { lost } = decision;
  const facts: StageFacts = {
    python: decision.selected.path,
    how: decision.how,
    reason: progress?.facts.reason ?? cold.reason,
    since: progress?.facts.since ?? context.startedAt,
    lost: lost && lostFact(lost),
  };
  if (progress === undefined) tellDropped(context);
  const next = nextStage(context, "python", facts, `selected ${facts.python}, ${facts.how}`);
  const words = { reason: facts.reason, silent: waited.silent, telling: drift?.telling };
  return { kind: "build", context: { ...context, progress: next }, decision, facts, words };
}

/** The stage that builds the environment, in the process that decided: nothing has changed meanwhile. */
async function buildStage(
  { context, decision, facts, words }: Begun,
  seen: Cold,
  anew: boolean,
): Promise<Ready | Made> {
  const { lost } = decision;
  const cold = { ...seen, reason: words.reason };
  let ahead: Cold["known"];
  const meanwhile = () => {
    ahead = readAhead([{ kind: "file", path: context.launcher }, ...decision.inputs]);
  };
  const request = { anew, look: anew ? async () => undefined : () => lookAgain(context), meanwhile, ...words };
  const made = await build(context, decision, request).catch((error: unknown) => {
    throw lost === undefined ? error : replacementError(lost, context.env, error);
  });
  if ("found" in made) return settleFound(made.found, cold);
  const { built } = made;
  if (anew) writeHold(decision.folders, built.digest, undefined);
  rememberChange(context, decision, built, cold, "build");
  const stillLost = built.standsInFor === lost?.manifest.id ? lost : undefined;
  const next = { ...facts, lost: stillLost && lostFact(stillLost), generation: built.id };
  const progress = nextStage(context, "venv", next, `built generation ${built.id}`);
  const known: Cold["known"] = (input, is) => ahead?.(input, is) ?? seen.known?.(input, is);
  return { kind: "made", manifest: built, cold: { ...cold, known }, progress };
}

/** Names the variables that this shell does not pass on. It is told with each build, not with each start. */
function tellDropped({ shell, env, terminal }: Context): void {
  const names = droppedVariables(shell.pid, env);
  if (names.length === 0) return;
  const which = names.length === 1 ? "the variable" : "the variables";
  terminal.say(`${which} ${names.join(", ")} will not reach a command: bash ./prime would keep them, sh does not`);
}

function settleFound({ context, decision, manifest }: Known, cold: Cold): Promise<Ready> {
  return settleIn(context, decision, manifest, cold);
}

/** Looks for what another start has built while this one waited. */
async function lookAgain(context: Context): Promise<Known | undefined> {
  const later = { ...context, startedAt: now() };
  const decision = await decide(later, false);
  const manifest = await findBuilt(later, decision);
  return manifest === undefined ? undefined : { context: later, decision, manifest };
}

/** Only times have changed: the environment and the plan stay as they are, with new stamps. */
function renew(context: Context, cold: Cold, record: LaunchRecord): void {
  writePlan(context, { ...partsOfRecord(record, cold.changes), known: cold.known });
  tellCold(context, cold, RENEWED);
}

function readyBy(record: LaunchRecord): Booted {
  return { ...record, kind: "ready", kernel: record.kernel, trial: undefined, built: undefined };
}

/** The finished generation that serves this start. There can be none while the interpreter below it is not known. */
async function findBuilt(context: Context, decision: Decision): Promise<Manifest | undefined> {
  const { asked, generations } = decision;
  const built = generations.find(({ id }) => id === context.progress?.facts.generation);
  if (built !== undefined) return built;
  if (asked === undefined) return undefined;
  return (await findHeld(context, decision, asked)) ?? findUsable(context, decision, asked);
}

/**
 * The generation that a rollback shows in place of what is asked for. When it can't be used any more, the hold ends,
 * and that is said.
 */
async function findHeld(context: Context, decision: Decision, { digest }: Asked): Promise<Manifest | undefined> {
  const hold = readHolds(decision.folders)[digest];
  if (hold === undefined) return undefined;
  const manifest = decision.generations.find(({ id }) => id === hold.generation);
  const usable =
    manifest !== undefined && isSound(decision, manifest) ? await asUsable(context, decision, manifest) : undefined;
  if (usable !== undefined) return usable;
  const why = "that environment is gone, was changed, or has lost its interpreter";
  context.terminal.warn(`the rollback to ${hold.generation} ends: ${why}`);
  writeHold(decision.folders, digest, undefined);
  return undefined;
}

function nextStage({ shell, root, terminal }: Context, stage: Stage, facts: StageFacts, why: string): Progress {
  terminal.detail(`hop to stage ${stage}: ${why}`);
  return { stage, root, shellPid: shell.pid, shellStart: shell.start, facts };
}

function tellStage({ terminal, progress, shell, node, startedAt }: Context, cold: Cold): void {
  const since = progress?.facts.since ?? startedAt;
  const stage = progress?.stage ?? "node";
  terminal.detail(
    `stage ${stage}: ${node}, pid ${shell.pid}, ${now() - since} ms: ${progress?.facts.reason ?? cold.reason}`,
  );
}

function tellDecision({ terminal, progress }: Context, decision: Decision): void {
  if (progress === undefined) {
    for (const warning of decision.warnings) terminal.warn(warning);
    for (const note of decision.loaded.notes) terminal.detail(note);
  }
  if (decision.printed !== "") terminal.say(decision.printed.trimEnd());
  for (const { path: file, why } of decision.passedOver) terminal.detail(`passed over ${file}: ${why}`);
}

/** Makes protoprimer's link to the chosen env, at the first start; another start that is faster makes the same one. */
function makeEnvLink({ terminal }: Context, { protoprimer }: Config): void {
  const link = protoprimer?.leaps.link;
  if (link === undefined || link === null || link.isThere) return;
  if (makeLink(link.path, link.text)) terminal.say(`selected the env ${link.text}: ${link.path} is a link to it now`);
}
