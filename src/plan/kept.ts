import * as path from "node:path";
import * as v from "valibot";
import { writeTellable } from "../edges/files/change.ts";
import { readOwnJson, readOwnText, TEXT } from "../edges/files/own/own-json.ts";
import { remove } from "../edges/files/own/remove.ts";
import { namesInFolder } from "../edges/files/read.ts";
import type { Names } from "./names.ts";
import { type PlanFolder, type PlanPlace, planFolder, recordFile } from "./ready-plan.ts";
import { type LaunchRecord, RECORD } from "./record.ts";

/** What was decided once, by all of its inputs: the record of a start, and the repo's names at that time. */
export interface Kept {
  readonly record: LaunchRecord;
  readonly names: RepoNames;
}

/** What a shell can complete of the repo's own files. */
export type RepoNames = Omit<Names, "generation">;

const ALL = v.array(TEXT);
const KEPT = v.object({ record: RECORD, names: v.object({ group: ALL, extra: ALL, task: ALL }) });

/** Keeps the last record of a generation for the day when its inputs are back; those of generations that are gone go. */
export function keepDecision(place: PlanPlace, id: string, names: RepoNames, generations: readonly string[]): void {
  const record = readOwnText(recordFile(place));
  writeTellable(keptFile(place, id), `{"names":${JSON.stringify(names)},"record":${record}}`, 0o600);
  for (const name of namesInFolder(planFolder(place))) {
    const [, of] = /^kept-([0-9a-f]{8}-[0-9a-f]{8})\.json$/.exec(name) ?? [];
    if (of !== undefined && of !== id && !generations.includes(of)) remove(keptFile(place, of));
  }
}

/** What was decided last for these flags when this generation was shown. */
export function keptDecision(place: PlanPlace, id: string): Kept | undefined {
  const kept = readOwnJson(keptFile(place, id), KEPT);
  if (kept === undefined) return undefined;
  const { launcher, flagKey, activation } = kept.record; // a record that could not be written is the one before
  const isIts = launcher === place.launcher && path.basename(activation.generation) === id;
  return isIts && flagKey === place.flagKey ? kept : undefined;
}

function keptFile(place: PlanFolder, id: string): string {
  return path.join(planFolder(place), `kept-${id}.json`);
}
