import * as path from "node:path";
import { remove } from "../../edges/files/own/remove.ts";
import { isExecutableFile, namesInFolder } from "../../edges/files/read.ts";
import { countStart, standingOfTrial } from "../../environment/watched.ts";
import type { App } from "../app.ts";
import { record } from "../log.ts";
import { releaseRoot, whatMoved } from "../release/releases.ts";
import { alone, noteTaken, readSelection, type Selection, writeSelection } from "../state.ts";

/** Where the starts of a release on trial are noted. */
export const trialFolder = ({ mine }: App, id: string): string => path.join(mine, "trial", id);

/** A trial's notes stay when it has ended, since others of its starts may run still; they go before the next one. */
export function forgetTrials(app: App, but?: string): void {
  const folder = path.dirname(trialFolder(app, "-"));
  for (const id of namesInFolder(folder)) if (id !== but) remove(trialFolder(app, id));
}

/** How many starts of a trial are left. */
export function leftOf(app: App, id: string): number {
  return standingOfTrial(trialFolder(app, id), app.config.trial.starts).left;
}

/** A release that failed for a user (its number), and why. */
export interface Told {
  readonly release: string;
  readonly why: string;
  readonly by: number;
}

/**
 * Makes of the starts on trial, and of what others told, what follows from them. Gives the selection, and what users are told. What others
 * tell can be made up: the word of one user takes one release from everybody, and never a second.
 */
export async function settleTrial(
  app: App,
  others: readonly Told[] = [],
): Promise<{ readonly selection: Selection; readonly told: string | undefined }> {
  const found = readSelection(app);
  if (found.trial === null && others.length === 0) return { selection: found, told: undefined };
  return alone(app, () => {
    const selection = readSelection(app);
    const heard = selection.previous === null ? [] : others.filter(({ release }) => release === selection.current);
    const earlier = ({ by }: Told) => selection.skipped.find((one) => one.by === by);
    const failed = heard.find((one) => earlier(one) === undefined);
    const [unheard] = failed ? [] : heard;
    const told =
      unheard &&
      `${unheard.release} does not work ${unheard.why}: it still runs for everybody else, since this user's report has already replaced ${earlier(unheard)?.id}`;
    if (told !== undefined) record(app, "check", { release: selection.current, message: told });
    const nothing = { selection, told };
    const id = failed ? failed.release : selection.trial?.id;
    if (id === undefined) return nothing;
    const end = failed || standingOfTrial(trialFolder(app, id), app.config.trial.starts).end;
    if (end === undefined) return nothing;
    if (end === "passed") record(app, "healthy", { release: id });
    const next =
      end === "passed" ? { ...nothing, selection: { ...selection, trial: null } } : goBack(app, selection, id, end);
    writeSelection(app, next.selection);
    return next;
  });
}

/** Why a release is left that somebody went back from. */
export const BY_HAND = "rolled back by hand";

/** The release before, if it is there; this one is not taken again by itself. */
export function goBack(
  app: App,
  selection: Selection,
  id: string,
  { why, by }: { readonly why: string; readonly by?: number },
) {
  const { previous, skipped } = selection;
  const move = whatMoved(app, id, previous);
  record(app, "fallback", { release: previous, from: id, message: [why, move].filter(Boolean).join("; ") });
  record(app, "skip", { release: id, message: why });
  const next: Selection = {
    ...selection,
    current: previous ?? id,
    previous: null,
    trial: null,
    skipped: [...skipped.filter((one) => one.id !== id), { id, why, ...(by === undefined ? {} : { by }) }],
  };
  return { selection: next, told: `${app.config.name} ${id} did not work (${why}): ${previous ?? id} runs again` };
}

/** Goes back from one that can't even be started. */
export function giveUp(app: App, id: string, why: string): Promise<ReturnType<typeof goBack>> {
  return alone(app, () => {
    const next = goBack(app, readSelection(app), id, { why });
    writeSelection(app, next.selection);
    return next;
  });
}

/** A start on trial, counted before it begins. */
export function watchTrial(app: App, id: string, shell: Parameters<typeof countStart>[1]) {
  const file = countStart(trialFolder(app, id), shell);
  return file === undefined ? undefined : { file, windowMs: app.config.trial.startS * 1000 };
}

/** The Python that watches a start: the one that is gone back to, if it is there, since the new one may be what is bad. */
export function watcherOf(app: App): string | undefined {
  const { previous, current } = readSelection(app);
  const pythons = [previous, current].map((id) => path.join(releaseRoot(app, id ?? ""), ".venv/bin/python"));
  return pythons.find(isExecutableFile);
}

/** Takes the release that is ready, if there is one, in the place of the current one; where that is on trial, only if it may be. */
export function adopt(app: App, { evenOnTrial = false } = {}): Promise<Selection> {
  return alone(app, () => {
    const selection = readSelection(app);
    const { staged, current, trial } = selection;
    if (staged === null || (trial !== null && !evenOnTrial)) return selection;
    const previous = trial === null ? current : selection.previous;
    forgetTrials(app, trial?.id);
    writeSelection(app, { current: staged, previous, staged: null, trial: previous === null ? null : { id: staged } });
    noteTaken(app, staged);
    record(app, "activate", { release: staged, from: current, message: whatMoved(app, current, staged) });
    return readSelection(app);
  });
}
