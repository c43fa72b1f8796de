import * as path from "node:path";
import { now } from "../../edges/clock.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { type Folders, generationFolder } from "../folders.ts";
import { differences, recordHistory } from "../history.ts";
import { readManifest } from "../manifest/manifest.ts";
import { type Bad, changeState, readState, type Trial } from "../state.ts";
import { standingOfTrial } from "../watched.ts";
import { withHold } from "./holds.ts";

/** So many bad candidates are remembered. */
const MOST_BAD = 50;

/** The folder in which the starts of a trial are noted. */
export function upgradeTrialFolder({ data }: Folders): string {
  return path.join(data, "trial");
}

export type TrialEnd =
  | { readonly kind: "passed"; readonly trial: Trial }
  | { readonly kind: "back"; readonly trial: Trial; readonly why: string }
  /** There is nothing to go back to. */
  | { readonly kind: "stays"; readonly trial: Trial; readonly why: string };

/**
 * Ends a trial once it is decided: it is passed, or all of its starts have failed. After a failure, what was shown
 * before is shown again until another upgrade, and what failed is remembered by all that it was made of.
 */
export function settleUpgradeTrial(folders: Folders): TrialEnd | undefined {
  const { holds, bad, trial } = readState(folders);
  if (trial === undefined) return undefined;
  const { end } = standingOfTrial(upgradeTrialFolder(folders), trial.starts);
  if (end === undefined) return undefined;
  if (end === "passed") {
    changeState(folders, { trial: undefined });
    endTrial(folders);
    return { kind: "passed", trial };
  }
  const { why } = end;
  const { candidate, build, generation, previous, asked } = trial;
  const [tried, proved] = [generation, previous].map((id) => readManifest(generationFolder(folders, id)));
  const at = now();
  if (proved !== undefined) {
    const told = { why: `it failed on trial: ${why}`, changes: differences(tried, proved) };
    recordHistory(folders, { at, what: "rollback", flags: "", from: generation, to: previous, ...told });
  }
  changeState(folders, {
    trial: undefined,
    bad: withBad(bad, { candidate, build, demands: undefined, generation, at, why }),
    ...(proved === undefined
      ? {}
      : { holds: withHold(holds, asked, { generation: previous, since: at, by: "trial" }) }),
  });
  endTrial(folders);
  return { kind: proved === undefined ? "stays" : "back", trial, why };
}

/** Remembers what proved bad, the latest last. */
export function rememberBad(folders: Folders, one: Omit<Bad, "at">): void {
  changeState(folders, { bad: withBad(readState(folders).bad, { ...one, at: now() }) });
}

function withBad(bad: readonly Bad[], one: Bad): Bad[] {
  return [...bad.filter(({ candidate }) => candidate !== one.candidate), one].slice(-MOST_BAD);
}

/** Removes what was noted of a trial's starts. */
export function endTrial(folders: Folders): void {
  remove(upgradeTrialFolder(folders));
}
