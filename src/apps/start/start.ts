import * as path from "node:path";
import type { Context } from "../../context.ts";
import { now } from "../../edges/clock.ts";
import { isFile, realPath } from "../../edges/files/read.ts";
import { watched } from "../../environment/watched.ts";
import { PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { planFile } from "../../plan/place.ts";
import { boot } from "../../start/boot.ts";
import { type App, updateCommand } from "../app.ts";
import { claimHome, isShared, makeHome } from "../home.ts";
import { readEvents, record } from "../log.ts";
import { passesWindows, policyOf, whyNotNow } from "../policy.ts";
import { readChannelState } from "../release/channel-state.ts";
import {
  appStart,
  collectReleases,
  isSound,
  mend,
  readRelease,
  refuseTorn,
  refuseWithoutEntry,
  releaseRoot,
  writeRelease,
} from "../release/releases.ts";
import { mainPackage } from "../release/wanted.ts";
import { makeReportsFolder, selectShared, takeReports } from "../shared.ts";
import {
  alone,
  isSelected,
  readCheck,
  readSelection,
  type Selection,
  selectionFile,
  writeCheck,
  writeSelection,
} from "../state.ts";
import { type Run, releaseContext } from "./run.ts";
import { nextCheck, setDue } from "./schedule.ts";
import { adopt, BY_HAND, giveUp, settleTrial, watcherOf, watchTrial } from "./trial.ts";
import { blameOf, resolveNow, verify } from "./update.ts";
import { isPatient, spawnWhenDue, updateFirst } from "./updater.ts";

/** A start of the app itself: what is selected, taken or gone back to before; a check that is due goes on beside it. */
export async function startApp(run: Run): Promise<Answer> {
  const { app, started } = run;
  const isFirstStage = started.progress === undefined;
  const { passedOver } = app.beside;
  if (isFirstStage && passedOver !== undefined) run.terminal.warn(`${passedOver}: it does not count`);
  const isSettled = app.isOwn && !isFirstStage;
  let isPlanned = true;
  const selection = isSettled
    ? readSelection(app)
    : await select(run).catch((error) => {
        isPlanned = false; // the next start tries again
        return asItWas(run, error);
      });
  const obtained = selection.current ?? (await obtain(run).catch((error: unknown) => forgetFirst(run, error)));
  if (typeof obtained !== "string") return obtained;
  const isNew = selection.current === null || readCheck(app).building === obtained;
  try {
    return await startRelease(run, obtained, { isNew, isTrial: selection.trial?.id === obtained, isPlanned });
  } catch (error) {
    if (isNew) await forgetFirst(run, error);
    if (isNew || !(error instanceof PrimeError)) throw error;
    return startOtherwise(run, selection, error);
  }
}

interface Standing {
  readonly isNew?: boolean;
  readonly isTrial?: boolean;
  readonly isPlanned?: boolean;
}

async function startRelease(run: Run, id: string, standing: Standing): Promise<Answer> {
  const { isNew = false, isTrial = false, isPlanned = true } = standing;
  const { app, started } = run;
  if (app.isOwn) await mend(app, id);
  refuseTorn(app, id);
  const context = await releaseContext(run, id, isPlanned && !isTrial);
  const booted = await boot(context, { anew: false, servesPlan: servesPlan(context, started) });
  if (booted.kind === "hop") return booted.answer;
  if (isNew) {
    await verify(run, booted, id);
    await alone(app, () => settleFirst(run, id));
    context.terminal.say(`${app.config.name} ${readRelease(app, id)?.version} is ready`);
  }
  return answerIn(run, id, booted.activation.generation, standing);
}

async function answerIn(run: Run, id: string, generation: string, standing: Standing): Promise<Answer> {
  const { isNew = false, isTrial = false } = standing;
  const { app, started } = run;
  refuseWithoutEntry(app, generation);
  const update = isPatient(run) && !isNew ? undefined : await spawnWhenDue(run);
  const trial = isTrial ? watchTrial(app, id, started.shell) : undefined;
  const answer: Answer = { kind: "app", shift: run.shift, start: appStart(app, id, generation, trial?.file) };
  if (trial === undefined && update === undefined) return answer;
  const python = watcherOf(app) ?? path.join(generation, "bin/python");
  return watched({ python, launcher: app.launcher, trial, update }, answer);
}

/** What is in the way of an update is in the way of no start. */
function asItWas({ app, terminal }: Run, error: unknown): Selection {
  const known = readSelection(app);
  const current = known.current ?? lastOf(app) ?? null;
  if (!(error instanceof PrimeError) || current === null) throw error;
  terminal.warn(`${app.config.name} can't be updated: ${error.message}`);
  return { ...known, current };
}

/**
 * Where a release can't be made anew, as its state asks for, its environment is started as it is; where that is torn, too, the release before one
 * on trial is, else what an installation gives now.
 */
async function startOtherwise(run: Run, { current, trial, previous }: Selection, error: PrimeError): Promise<Answer> {
  const { app, started, terminal } = run;
  const id = current as string;
  const isTrial = trial?.id === id;
  const generation = realPath(path.join(releaseRoot(app, id), ".venv"));
  if (generation !== undefined && isSound(app, generation, started.env)) {
    const next = `${app.isOwn ? "" : "let root do "}${updateCommand(app)}`;
    terminal.warn(`${app.config.name} ${id} runs as it was: ${error.message}\n  next: ${next}`);
    return answerIn(run, id, generation, { isTrial });
  }
  if (!app.isOwn || started.progress !== undefined || started.env.PRIME_UPDATE === "never") throw error;
  if (isTrial && previous !== null) {
    const { told } = await giveUp(app, id, error.message);
    terminal.warn(told);
    return startRelease(run, previous, {});
  }
  terminal.warn(error.message);
  await updateFirst(run, true);
  const next = (await adopt(app)).current ?? id;
  return startRelease(run, next, { isTrial: next !== id });
}

/** Whether the ready plan has declined for no more than that a check is due. */
function servesPlan({ plans, flagKey }: Context, { stale }: Run["started"]): boolean {
  return plans !== undefined && flagKey !== undefined && stale === undefined && isFile(planFile({ ...plans, flagKey }));
}

/** What the last start came to, and what an updater has made ready. */
async function select(run: Run): Promise<Selection> {
  const { app, started } = run;
  if (!app.isOwn) return selectShared(app, started.env, (told) => run.terminal.warn(told));
  makeHome(app, started.env);
  if (isShared(app)) makeReportsFolder(app);
  if (claimHome(app)) await startOver(app);
  await leaveGone(run);
  if (readSelection(app).current === null) await recover(run);
  if (isPatient(run) && readSelection(app).current !== null) await updateFirst(run);
  const { selection, told } = await settleTrial(app, isShared(app) ? takeReports(app) : undefined);
  if (told !== undefined) run.terminal.warn(told);
  if (selection.staged === null || selection.trial !== null) return selection;
  if (app.config.adopt === "ask" && !isPatient(run)) {
    run.terminal.say(`${selection.staged} is ready: ${updateCommand(app)} takes it`);
    return selection;
  }
  const policy = await policyOf(app);
  const closed = whyNotNow(policy);
  const passes = passesWindows(app, policy);
  if (closed !== undefined && !(passes && readChannelState(app).urgent === selection.staged)) {
    if (!passes) setDue(app, closed.from);
    return selection;
  }
  const next = await adopt(app);
  collectReleases(app, policy);
  return next;
}

/** The launcher was made anew of other things: they are looked for now, what failed may work, and another app's release is not started. */
async function startOver(app: App): Promise<void> {
  setDue(app, 0);
  if (!isSelected(app)) return;
  await alone(app, () => {
    const { current, skipped } = readSelection(app);
    const isOthers = readRelease(app, current)?.packages[mainPackage(app)] === undefined;
    const none = { current: null, previous: null, staged: null, trial: null, pin: null };
    writeSelection(app, { skipped: skipped.filter(({ why }) => why === BY_HAND), ...(isOthers ? none : {}) });
  });
}

/** What somebody has removed is not started: what ran last of those that are there is, or what an installation gives now. */
async function leaveGone({ app, terminal }: Run): Promise<void> {
  const isGone = (id: string | null) => id !== null && readRelease(app, id) === undefined;
  const { current } = readSelection(app);
  if (!isGone(current)) return;
  terminal.warn(`${current} is gone from ${path.join(app.home, "releases")}`);
  await alone(app, () => {
    const { previous, staged } = readSelection(app);
    const left = { previous: isGone(previous) ? null : previous, staged: isGone(staged) ? null : staged };
    writeSelection(app, { ...left, current: null, trial: null });
  });
}

/** The release that was taken last, of those that are there, is known by the log. */
function lastOf(app: App): string | undefined {
  const ran = readEvents(app).filter(({ event }) => event === "activate" || event === "fallback");
  const isThere = (id: string | null) => readRelease(app, id)?.packages[mainPackage(app)] !== undefined;
  return ran.findLast(({ release }) => isThere(release))?.release ?? undefined;
}

/** Where the state is lost, that one is selected. */
async function recover({ app, terminal }: Run): Promise<void> {
  const last = lastOf(app);
  if (last === undefined) return;
  const isLost = !isSelected(app);
  await alone(app, () => writeSelection(app, { current: last }));
  if (!isLost) return;
  terminal.warn(`${selectionFile(app)} was lost, or torn: ${last} runs on; pins and rollbacks are forgotten`);
}

/** The first release, whose environment the start goes on to build; or how another launcher does that. */
async function obtain(run: Run): Promise<string | Answer> {
  const { app } = run;
  if (!app.isOwn) {
    throw new PrimeError(
      "no-release",
      `could not start ${app.config.name}: root has not finished installing it`,
      "let root start it once",
    );
  }
  const found = await resolveNow(run, await policyOf(app));
  if ("answer" in found) return found.answer;
  return alone(app, async () => {
    const { current } = readSelection(app); // of a start at the same time
    if (current !== null) return current;
    await writeRelease(app, found);
    writeCheck(app, { building: found.id });
    writeSelection(app, { current: found.id });
    return found.id;
  });
}

/** The first start came to nothing, and the next one tries again. */
async function forgetFirst({ app }: Run, error: unknown): Promise<never> {
  if (app.isOwn) {
    await alone(app, () => {
      writeSelection(app, { current: null });
      if (error instanceof PrimeError) noteFirst(app, blameOf(error));
    });
  }
  throw error;
}

function noteFirst(app: App, blame: ReturnType<typeof blameOf>): void {
  writeCheck(app, { ...blame, at: now(), next: null, building: null });
  record(app, "refuse", { message: `${blame.outcome}: ${blame.message}` });
}

function settleFirst({ app }: Run, id: string): void {
  if (readCheck(app).building !== id) return;
  const next = nextCheck(app, 0);
  const { version } = readRelease(app, id) ?? {};
  const more = { outcome: "current", reason: null, message: `installed ${app.config.name} ${version}`, next } as const;
  writeCheck(app, { at: now(), ...more, building: null });
  setDue(app, next);
  record(app, "activate", { release: id });
}

/** A start without the app, by a launcher that is on trial. */
export async function startDry(run: Run): Promise<Answer> {
  const { current } = readSelection(run.app);
  if (current !== null) {
    const booted = await boot(await releaseContext(run, current, false), { anew: false });
    if (booted.kind === "hop") return booted.answer;
    await verify(run, booted, current);
  }
  return DONE;
}
