import * as path from "node:path";
import * as v from "valibot";
import { now } from "../edges/clock.ts";
import { readOwnJson, TEXT } from "../edges/files/own/own-json.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import type { App } from "./app.ts";
import { record } from "./log.ts";
import { alone, readSelection, type Selection, writeSelection } from "./state.ts";

/** What the runner writes: see run_app.py. */
const VERDICT = v.object({
  release: TEXT,
  verdict: v.picklist(["healthy", "failed", "stopped"]),
  why: TEXT,
  reached: v.boolean(),
});
type Verdict = v.InferOutput<typeof VERDICT>;

/** Makes of the last verdict what follows from it. Gives the selection, and what users are told. */
export function settleTrial(app: App): Promise<{ readonly selection: Selection; readonly told: string | undefined }> {
  return alone(app, () => {
    const selection = readSelection(app);
    const { trial } = selection;
    if (trial === null) return { selection, told: undefined };
    const file = path.join(app.home, "verdict.json");
    const read = readOwnJson(file, VERDICT);
    const verdict = read?.release === trial.id ? read : undefined;
    const next = after(app, selection, trial, verdict);
    if (next.selection !== selection) writeSelection(app, next.selection);
    removeFile(file);
    return next;
  });
}

/** A start that has not ended may still be well: starts that follow at once do not use up the trial. */
const GRACE_MS = 5000;

function after(app: App, selection: Selection, trial: NonNullable<Selection["trial"]>, verdict: Verdict | undefined) {
  const { id, left, at } = trial;
  const nothing = { selection, told: undefined };
  switch (verdict?.verdict) {
    case "healthy":
      record(app, "healthy", { release: id });
      return { selection: { ...selection, trial: null }, told: undefined };
    case "stopped":
      return { selection: { ...selection, trial: { ...trial, left: left + 1 } }, told: undefined };
    case "failed":
      return verdict.reached && left > 0 ? nothing : goBack(app, selection, id, verdict.why);
    case undefined:
      if (left > 0 || now() - at < app.config.trial.startS * 1000 + GRACE_MS) return nothing;
      return goBack(app, selection, id, "none of its starts told how it went");
  }
}

/** The release before, if it is there; this one is not taken again by itself. */
export function goBack(app: App, selection: Selection, id: string, why: string) {
  const { previous, skipped } = selection;
  record(app, "fallback", { release: previous, from: id, message: why });
  record(app, "skip", { release: id, message: why });
  const next: Selection = {
    ...selection,
    ...{ current: previous ?? id, previous: null, trial: null },
    skipped: [...skipped.filter((one) => one.id !== id), { id, why }],
  };
  return { selection: next, told: `${app.config.name} ${id} did not work (${why}): ${previous ?? id} runs again` };
}

/** Counts a start on trial before it begins. */
export function countTrial(app: App): Promise<void> {
  return alone(app, () => {
    const selection = readSelection(app);
    const { trial } = selection;
    if (trial === null) return;
    writeSelection(app, { ...selection, trial: { ...trial, left: Math.max(0, trial.left - 1), at: now() } });
  });
}

/** Takes what is staged, on trial where there is something to go back to. */
export function adopt(app: App): Promise<Selection> {
  return alone(app, () => {
    const selection = readSelection(app);
    const { staged, current } = selection;
    if (staged === null || selection.trial !== null) return selection;
    const trial = current === null ? null : { id: staged, left: app.config.trial.starts, at: 0 };
    const next = { ...selection, current: staged, previous: current, staged: null, trial };
    writeSelection(app, next);
    record(app, "activate", { release: staged, from: current });
    return next;
  });
}
