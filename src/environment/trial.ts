import * as path from "node:path";
import * as v from "valibot";
import { now } from "../edges/clock.ts";
import { makeFolder, writeAtomic } from "../edges/files/change.ts";
import { readOwnJson, TEXT } from "../edges/files/own/own-json.ts";
import { remove } from "../edges/files/own/remove.ts";
import { namesInFolder, nonce } from "../edges/files/read.ts";
import { isRunning } from "../edges/machine.ts";
import { type Folders, generationFolder } from "./folders.ts";
import { withHold } from "./holds.ts";
import { readManifest } from "./manifest/manifest.ts";
import { changeState, readState, type Trial } from "./state.ts";

const RUN = v.object({ pid: v.number(), start: TEXT });
/** What the program that watches a start writes when it has ended. */
const END = v.object({ outcome: v.picklist(["passed", "failed", "neutral"]), why: TEXT });
const NO_END = { outcome: undefined, why: "it never told how it ended" };

const RUN_FILE = /^run-[0-9a-f]{8}\.json$/;
/** What proved bad is remembered for so many upgrades. */
const MOST_BAD = 50;

/** Where starts on trial are noted. */
export function trialFolder({ data }: Folders): string {
  return path.join(data, "trial");
}

/** Counts a start before it begins; gives the file that its outcome is written to. */
export function countStart(folders: Folders, { pid, start }: { readonly pid: number; readonly start: string }): string {
  makeFolder(trialFolder(folders));
  const file = path.join(trialFolder(folders), `run-${nonce()}.json`);
  writeAtomic(file, JSON.stringify({ pid, start }));
  return file;
}

interface Standing {
  readonly trial: Trial;
  readonly left: number;
  /** Why each failed that did. */
  readonly failures: readonly string[];
  readonly isPassed: boolean;
}

/** How the trial stands, if one is on. */
export function standingOf(folders: Folders): Standing | undefined {
  const { trial } = readState(folders);
  if (trial === undefined) return undefined;
  const folder = trialFolder(folders);
  const runs = namesInFolder(folder)
    .filter((name) => RUN_FILE.test(name))
    .flatMap((name) => {
      const [run, end] = [
        readOwnJson(path.join(folder, name), RUN),
        readOwnJson(path.join(folder, `${name}.end`), END),
      ];
      return run === undefined ? [] : { ...run, ...(end ?? NO_END) };
    });
  const failures = runs.filter(
    ({ outcome, pid, start }) => outcome === "failed" || (outcome === undefined && !isRunning(pid, start)),
  );
  const used = runs.filter(({ outcome }) => outcome !== "neutral").length;
  return {
    trial,
    left: Math.max(0, trial.starts - used),
    failures: failures.map(({ why }) => why),
    isPassed: runs.some(({ outcome }) => outcome === "passed"),
  };
}

export type TrialEnd =
  | { readonly kind: "passed"; readonly trial: Trial }
  | { readonly kind: "back"; readonly trial: Trial; readonly why: string }
  /** There is nothing to go back to. */
  | { readonly kind: "stays"; readonly trial: Trial; readonly why: string };

/**
 * Ends a trial that is decided: it is passed, or all of its starts have failed. Then what was shown before is shown again until
 * another upgrade, and what failed is remembered by all that it was made of.
 */
export function settleTrial(folders: Folders): TrialEnd | undefined {
  const standing = standingOf(folders);
  if (standing === undefined) return undefined;
  const { trial, failures, isPassed } = standing;
  if (isPassed) {
    changeState(folders, { trial: undefined });
    endTrial(folders);
    return { kind: "passed", trial };
  }
  const why = failures.at(-1);
  if (why === undefined || failures.length < trial.starts) return undefined;
  const { candidate, generation, previous, asked } = trial;
  const { holds, bad } = readState(folders);
  const isThere = readManifest(generationFolder(folders, previous)) !== undefined;
  const known = bad.filter((one) => one.candidate !== candidate);
  changeState(folders, {
    trial: undefined,
    bad: [...known, { candidate, generation, at: now(), why }].slice(-MOST_BAD),
    ...(isThere ? { holds: withHold(holds, asked, { generation: previous, since: now(), by: "trial" }) } : {}),
  });
  endTrial(folders);
  return { kind: isThere ? "back" : "stays", trial, why };
}

/** Takes away what was noted of a trial's starts. */
export function endTrial(folders: Folders): void {
  remove(trialFolder(folders));
}
