import * as path from "node:path";
import { quoteForShell } from "../../edges/command.ts";
import { isOwnFolder } from "../../edges/files/own/own-folder.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { linkFacts, realPath } from "../../edges/files/read.ts";
import { findPlaces } from "../../edges/places.ts";
import { foldersInUse } from "../../edges/processes/in-use.ts";
import { isThisUser } from "../../edges/surroundings.ts";
import { PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { planFile, recordFile } from "../../plan/place.ts";
import { removeStamps, stampsOf } from "../../plan/ready-plan.ts";
import { sizeText } from "../../size.ts";
import { isShared, type Owner, ownerOf } from "../home.ts";
import type { Run } from "../start/run.ts";
import { isUpdating } from "../state.ts";
import { refuseWords } from "./refuse.ts";

/** `foo self remove`: all that is kept of the app; the launcher is the user's. */
export function removeApp(run: Run, words: readonly string[]): Answer {
  const { app, terminal, started } = run;
  refuseWords(run, "remove", words);
  terminal.say(removeHome(app.home, findPlaces(started.env).state));
  return DONE;
}

/**
 * Removes an app's folder (absolute) and its plan in this user's `state`, and says so. What does not say whose it is, or stands where a
 * checkout can have brought it, was not made by prime.
 */
export function removeHome(home: string, state: string): string {
  const owner = ownerOf({ home });
  const is = linkFacts(home);
  if (is === undefined) throw refusal(home, "nothing is there", "`./prime app list` shows what there is");
  if (is.kind === "link")
    throw refusal(
      home,
      `a link leads from there to ${realPath(home)}, and prime removes nothing by one`,
      "take it away",
    );
  if (owner === undefined || !(isShared({ home }) || isOwnFolder(state)))
    throw refusal(home, "nothing proves that prime made it", "look at it, and remove it by hand");
  if (!isThisUser(is.uid))
    throw refusal(owner.name, is.uid === 0 ? "it is root's" : "it is another user's", "let them do it");
  if (isUpdating({ home })) throw refusal(owner.name, "an updater is at work", "wait for its end");
  if (foldersInUse([path.join(home, "releases")]).size > 0) throw refusal(owner.name, "it runs", "end it first");
  const bytes = remove(home);
  removePlan(owner, state);
  const rest = owner.start === quoteForShell(owner.launcher) ? `; the launcher is left: rm ${owner.start}` : "";
  return `removed ${home} (${sizeText(bytes)})${rest}`;
}

function refusal(what: string, why: string, hint: string): PrimeError {
  return new PrimeError("remove-refused", `could not remove ${what}: ${why}`, `${hint}; nothing was removed`);
}

function removePlan({ launcher, planKey: flagKey }: Owner, state: string): void {
  const place = { state, launcher, flagKey };
  const stamps = stampsOf(place);
  for (const file of [`${planFile(place)}+why`, planFile(place), recordFile(place)]) remove(file);
  if (stamps !== undefined) removeStamps(stamps);
}
