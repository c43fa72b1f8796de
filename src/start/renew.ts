import { faultOfOwn, isOwnFolder } from "../edges/files/own/own-folder.ts";
import { facts } from "../edges/files/read.ts";
import { trustOf } from "../edges/files/trust.ts";
import { shellOfProcess } from "../edges/machine.ts";
import type { Surroundings } from "../edges/surroundings.ts";
import { passOn } from "../errors.ts";
import type { Answer } from "../launch/answer.ts";
import { isSettled } from "../plan/pin.ts";
import { placeOfPlan, recordFile } from "../plan/place.ts";
import { readRecord } from "../plan/record.ts";
import { type Cold, coldSince, keepAccount } from "./cold.ts";
import { partsOfRecord, putPlan } from "./write-plan.ts";

/** What a start did about inputs that were touched and have the same contents. */
export const RENEWED = "nothing that counts changed: the ready plan was renewed";

/**
 * Serves the most common cold start, before which a file was touched: gives the plan that declined new stamps and has
 * the head try it again, in a part of the time that the program takes. Undefined: the program has to look.
 */
export function renewTouched({
  stale,
  launcher,
  progress,
  env,
  node,
  shell,
  at,
}: Surroundings & { readonly at: number; readonly launcher: string }): Answer | undefined {
  const place = stale === undefined || progress !== undefined ? undefined : placeOfPlan(stale, launcher);
  if (place === undefined || !isOwnFolder(place.state)) return undefined;
  if (faultOfOwn(place.state, trustOf(env)) !== undefined) return undefined;
  const record = readRecord(recordFile(place));
  if (record === undefined || record.launcher !== launcher) return undefined;
  const cold = coldSince(record, env, at);
  if (cold.renew === undefined || cold.changes.length === 0 || isTooEarly(cold)) return undefined;
  try {
    const parts = { ...partsOfRecord(record, cold.changes), known: cold.known };
    if (putPlan(place, { env, node, startedAt: at }, parts) !== undefined) return undefined;
    keepAccount(place, cold, RENEWED);
  } catch (error) {
    passOn(error);
    return undefined;
  }
  return { kind: "again", shell: shellOfProcess(shell.pid) };
}

/** Whether a file was touched so shortly before that no plan could tell a second edit from this one. */
function isTooEarly({ changes }: Cold): boolean {
  return changes.some(({ path: file }) => !isSettled(facts(file)?.mtimeNs ?? "0"));
}
