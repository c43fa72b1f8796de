import * as path from "node:path";
import * as v from "valibot";
import type { Environment } from "../edges/command.ts";
import { makeFolder, rename, setFolderMode, writeAtomic, writeExclusive } from "../edges/files/change.ts";
import { makeOwnFolder } from "../edges/files/own/own-folder.ts";
import { readOwnJson, TEXT } from "../edges/files/own/own-json.ts";
import { remove, removeOthers } from "../edges/files/own/remove.ts";
import { facts, linkFacts, namesInFolder, readText } from "../edges/files/read.ts";
import { nonce } from "../edges/nonce.ts";
import { findPlaces } from "../edges/places.ts";
import { standingOfTrial } from "../environment/watched.ts";
import { passOn } from "../errors.ts";
import { IN_STATE } from "../plan/place.ts";
import { quoted } from "../quoted.ts";
import type { App } from "./app.ts";
import { readRelease } from "./release/releases.ts";
import { forgetTrials, type Told, trialFolder } from "./start/trial.ts";
import { readSelection, type Selection } from "./state.ts";

/** What a release of root's came to for a user; `why` it failed. */
const VERDICT = v.object({ release: TEXT, why: v.nullable(TEXT) });

/** Characters of a reason. */
const MOST_WHY = 200;

export const verdictFile = ({ mine }: App): string => path.join(mine, "verdict.json");
/** Where users tell root of a release that failed: anybody adds to it, and only root lists it. */
export const reportsFolder = ({ home }: App): string => path.join(home, "reports");

/** A folder whose mode is set anew has changed, and no plan is made of what changes while it is. */
export function makeReportsFolder(app: App): void {
  const folder = reportsFolder(app);
  makeFolder(folder);
  if (((facts(folder)?.mode ?? 0) & 0o7777) !== REPORTS_MODE) setFolderMode(folder, REPORTS_MODE);
}

const REPORTS_MODE = 0o1733;

/**
 * What a user runs of root's app: each tries a new release in first starts of its own; where it fails, it is the one before that runs.
 * `onFailure` is told why, once.
 */
export function selectShared(app: App, env: Environment, onFailure: (told: string) => void): Selection {
  const { current, previous } = readSelection(app);
  if (current !== null && readRelease(app, previous) !== undefined && verdictOf(app, current) === undefined) {
    makeOwnFolder(findPlaces(env).state, IN_STATE);
    const why = conclude(app, current)?.why;
    if (why) onFailure(`${current} did not work (${why}): ${previous} runs`);
  }
  return sharedSelection(app);
}

/** The same, as it is known. */
export function sharedSelection(app: App): Selection {
  const selection = readSelection(app);
  const { current, previous, skipped } = selection;
  const plain = { ...selection, trial: null };
  if (current === null || readRelease(app, previous) === undefined) return plain;
  const verdict = verdictOf(app, current);
  if (verdict === undefined) return { ...plain, trial: { id: current } };
  const { why } = verdict;
  return why === null ? plain : { ...plain, current: previous, skipped: [...skipped, { id: current, why }] };
}

function verdictOf(app: App, release: string): v.InferOutput<typeof VERDICT> | undefined {
  const known = readOwnJson(verdictFile(app), VERDICT);
  return known?.release === release ? known : undefined;
}

function conclude(app: App, release: string): v.InferOutput<typeof VERDICT> | undefined {
  const { end } = standingOfTrial(trialFolder(app, release), app.config.trial.starts);
  if (end === undefined) return undefined;
  const verdict = { release, why: end === "passed" ? null : end.why.slice(0, MOST_WHY) };
  writeAtomic(verdictFile(app), JSON.stringify(verdict));
  forgetTrials(app, release);
  if (verdict.why !== null) report(app, JSON.stringify(verdict));
  return verdict;
}

function report(app: App, text: string): void {
  try {
    writeExclusive(path.join(reportsFolder(app), `${nonce()}.json`), text, 0o600);
  } catch (error) {
    passOn(error);
  }
}

/** Of so many users at a start; bytes of what one tells, whose reason is cut; how such a file is named. */
const REPORTS = { most: 1000, bytes: 4096, name: /^[0-9a-f]{8}\.json$/ };

/**
 * What users told of releases that failed; it is taken away, and so is what else they have laid there. Each is read where its user can't exchange
 * it, and no folder is entered.
 */
export function takeReports(app: App): Told[] {
  const folder = reportsFolder(app);
  removeOthers(folder, REPORTS.name);
  const all = namesInFolder(folder).filter((name) => REPORTS.name.test(name));
  const files = all.map((name) => path.join(folder, name)).filter((file) => linkFacts(file)?.kind !== "folder");
  return files.slice(0, REPORTS.most).flatMap((file) => takeReport(file, path.join(app.home, "report")));
}

/** Whoever runs containers of their own has thousands of numbers (subuid(5)), and is one user. */
function isOfContainers(uid: number): boolean {
  const ranges = (readText("/etc/subuid") ?? "").matchAll(/^[^:#\n]*:(\d+):(\d+)$/gm);
  return [...ranges].some(([, from, count]) => uid >= Number(from) && uid < Number(from) + Number(count));
}

function takeReport(file: string, aside: string): Told[] {
  try {
    remove(aside);
    rename(file, aside);
    const { kind, size = 0, uid: by = 0 } = linkFacts(aside) ?? {};
    const isRead = kind === "file" && size <= REPORTS.bytes;
    const { release, why } = (isRead && readOwnJson(aside, VERDICT)) || {};
    remove(aside);
    if (release === undefined || !why || isOfContainers(by)) return [];
    return [{ release, by, why: `for the user ${by}: ${quoted(why)}` }];
  } catch (error) {
    passOn(error); // its user is at it just now: nobody else waits for that
    return [];
  }
}
