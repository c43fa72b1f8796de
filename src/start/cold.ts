import * as path from "node:path";
import type { Context } from "../context.ts";
import { now } from "../edges/clock.ts";
import { makeFolder, writePlain } from "../edges/files/change.ts";
import { readText } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import type { Observer } from "../inputs/observation.ts";
import { planFolder, recordFile } from "../plan/ready-plan.ts";
import { type Change, compareWithRecord, knownContents, type LaunchRecord, readRecord } from "../plan/record.ts";

/** Why a start is not warm. */
export interface Cold {
  /** In one phrase, for the manifest and for `-v`. */
  readonly reason: string;
  readonly changes: readonly Change[];
  /** What the last start knew, when it still holds: only the stamps need renewing. */
  readonly renew: LaunchRecord | undefined;
  /** The generation of the last start, absolute; it need not be there any more. */
  readonly before: string | undefined;
  /** What the last start proves of contents, so that they need not be read again. */
  readonly known: Observer["known"];
  /** Milliseconds since the epoch: when this start looked. */
  readonly at: number;
}

/** What `prime why` tells: the last cold start and what was done about it. */
export interface ColdAccount {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly changes: readonly Change[];
  readonly reason: string;
  readonly done: string;
}

export function whyCold(context: Context): Cold {
  const nothing = { changes: [], renew: undefined, before: undefined, known: undefined, at: context.startedAt };
  if (context.flagKey === undefined) return { ...nothing, reason: "flags that no ready plan is kept for" };
  const record = readRecord(
    recordFile({ state: context.places.state, launcher: context.launcher, flagKey: context.flagKey }),
  );
  if (record === undefined || record.root !== context.root) return { ...nothing, reason: "the first start here" };
  const { same, changes, touched } = compareWithRecord(record, context.env);
  const [first, ...others] = same ? touched : changes;
  const reason =
    first === undefined
      ? `no ready plan${record.kernel === undefined ? "" : " that knows this script"}, though nothing changed`
      : `${first.path} ${first.what}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;
  return {
    reason,
    changes: same ? touched : changes,
    renew: same ? record : undefined,
    before: record.activation.generation,
    known: knownContents(record),
    at: context.startedAt,
  };
}

export function tellCold(context: Context, { changes, reason }: Cold, done: string): void {
  const account: ColdAccount = { at: now(), changes, reason, done };
  const file = accountFile(context);
  try {
    makeFolder(path.dirname(file), 0o700);
    writePlain(file, JSON.stringify(account), 0o600); // not worth waiting for the disk: a torn one is none
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    context.terminal.detail(`\`prime why\` will not know of this start: ${error.message}`);
  }
}

export function lastCold(context: Context): ColdAccount | undefined {
  try {
    return JSON.parse(readText(accountFile(context)) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

function accountFile({ places, launcher }: Context): string {
  return path.join(planFolder({ state: places.state, launcher }), "why.json");
}
