import * as path from "node:path";
import * as v from "valibot";
import type { Context } from "../context.ts";
import { now } from "../edges/clock.ts";
import type { Environment } from "../edges/command.ts";
import { writePlain } from "../edges/files/change.ts";
import { readOwnJson, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { exists } from "../edges/files/read.ts";
import { tolerate } from "../errors.ts";
import type { Observer } from "../inputs/observation.ts";
import { makePlanFolder, type PlanFolder, planFolder, recordFile } from "../plan/place.ts";
import { compareWithRecord, type InputChange, knownContents, type LaunchRecord, readRecord } from "../plan/record.ts";
import { hideSecrets } from "../secrets.ts";
import { closeState } from "./state/own.ts";

/** Why a start is cold. */
export interface Cold {
  /** In one phrase, for the manifest and for `-v`. */
  readonly reason: string;
  readonly changes: readonly InputChange[];
  /** The record of the last start, when nothing that counts has changed: only the stamps need renewing. */
  readonly renew: LaunchRecord | undefined;
  /** The generation that the last start used, absolute; it need not be there any more. */
  readonly before: string | undefined;
  /** See `ReadyPlan`. */
  readonly movable: string | undefined;
  /** Contents that the record of the last start proves, so that they need not be read again. */
  readonly known: Observer["known"];
  /** Milliseconds since the epoch: when this start looked. */
  readonly at: number;
}

/** What `prime why` tells: why the last cold start was cold, and what it did. */
export interface ColdAccount {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly changes: readonly InputChange[];
  readonly reason: string;
  readonly done: string;
}

/** How `done` begins for a start that failed. */
export const FAILED_PREFIX = "failed: ";

const ACCOUNT = v.object({
  at: TIME,
  changes: v.array(v.object({ path: TEXT, what: TEXT })),
  reason: TEXT,
  done: TEXT,
});

/** Compares the record of the last start with what is there now. When there is no such record, says why. */
export function whyCold(context: Context): Cold {
  const nothing = {
    changes: [],
    renew: undefined,
    before: undefined,
    movable: undefined,
    known: undefined,
    at: context.startedAt,
  };
  const { plans, flagKey } = context;
  if (flagKey === undefined) return { ...nothing, reason: "flags that no ready plan is kept for" };
  if (plans === undefined) return { ...nothing, reason: `nothing is kept: ${context.stateFault?.why}` };
  const record = readRecord(recordFile({ ...plans, flagKey }));
  if (record === undefined || record.root !== context.root) return { ...nothing, reason: "the first start here" };
  return coldSince(record, context.env, context.startedAt);
}

/** What has changed since the last start that was not warm; `at`: see `Cold`. */
export function coldSince(record: LaunchRecord, env: Environment, at: number): Cold {
  const { same, changes, touched } = compareWithRecord(record, env);
  const [first, ...others] = same ? touched : changes;
  const reason =
    first === undefined
      ? "no ready plan knows what is to be run"
      : `${first.path} ${first.what}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;
  return {
    reason,
    changes: same ? touched : changes,
    renew: same ? record : undefined,
    before: record.activation.generation,
    movable: record.movable,
    known: knownContents(record),
    at,
  };
}

/** Writes the account for `prime why`. A folder that can't be written to does not stop the start. */
export function tellCold({ plans, terminal }: Context, cold: Cold, done: string): void {
  if (plans === undefined) return;
  tolerate(
    () => {
      closeState({ terminal }, plans);
      makePlanFolder(plans);
      keepAccount(plans, cold, done);
    },
    ({ message }) => terminal.detail(`\`prime why\` will not know of this start: ${message}`),
  );
}

/** Writes the account. Throws when the folder of plans can't be written. */
export function keepAccount(plans: PlanFolder, { changes, reason }: Cold, done: string): void {
  const account: ColdAccount = { at: now(), changes, reason, done };
  writePlain(accountFile(plans), JSON.stringify(account, hideSecrets), 0o600); // not worth waiting for the disk: a torn one is none
}

/** The account of the last cold start; undefined when there was none, or the account is torn. */
export function lastCold({ plans }: Context): ColdAccount | undefined {
  return plans && readOwnJson(accountFile(plans), ACCOUNT);
}

/** Why the last cold start failed; `undefined` when it did not. */
export function lastFailure(last: ColdAccount | undefined): string | undefined {
  return last?.done.startsWith(FAILED_PREFIX) ? last.done.slice(FAILED_PREFIX.length) : undefined;
}

/** The account of the last cold start, absolute, if this prime can't read it. */
export function unfitAccount(plans: PlanFolder): string[] {
  const file = accountFile(plans);
  return exists(file) && readOwnJson(file, ACCOUNT) === undefined ? [file] : [];
}

/** The file that `prime why` reads, absolute. */
export function accountFile(plans: PlanFolder): string {
  return path.join(planFolder(plans), "why.json");
}
