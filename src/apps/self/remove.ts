import { remove } from "../../edges/files/own/remove.ts";
import { isFile } from "../../edges/files/read.ts";
import { findPlaces } from "../../edges/places.ts";
import { PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { appKey } from "../../launch/app-text.ts";
import { planFile, recordFile, removeStamps, stampsOf } from "../../plan/ready-plan.ts";
import { type App, ownerFile } from "../app.ts";
import type { Run } from "../run.ts";
import { isUpdating, readCheck } from "../state.ts";

/** `foo self remove`: all that is kept of the app; the launcher is the user's. */
export function removeApp(run: Run, words: readonly string[]): Answer {
  const { app, terminal } = run;
  if (words.length > 0 || !app.isOwn || isUpdating(readCheck(app))) {
    const why = words.length > 0 ? `it takes no ${words[0]}` : app.isOwn ? "an updater is at work" : "it is root's";
    throw new PrimeError("remove-refused", `could not remove ${app.config.name}: ${why}`, {
      hint: "see the status, and start again",
    });
  }
  const bytes = removeHome(app.home);
  removePlan(app, findPlaces(run.started.env).state);
  terminal.say(`removed ${app.home} (${Math.round(bytes / 1e6)} MB); the launcher is left: rm ${app.launcher}`);
  return { kind: "exit", code: 0 };
}

/** A folder that says whose it is was made by prime. */
export function removeHome(home: string): number {
  return isFile(ownerFile({ home })) ? remove(home) : 0;
}

function removePlan({ launcher, key }: Pick<App, "launcher" | "key">, state: string): void {
  const place = { state, launcher, flagKey: appKey(key) };
  const stamps = stampsOf(place);
  for (const file of [`${planFile(place)}+why`, planFile(place), recordFile(place)]) remove(file);
  if (stamps !== undefined) removeStamps(stamps);
}
