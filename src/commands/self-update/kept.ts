import * as path from "node:path";
import * as v from "valibot";
import type { Context } from "../../context.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { readOwnJson, TEXT } from "../../edges/files/own/own-json.ts";
import { readBytes, sha256 } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { type PlanFolder, planFolder } from "../../plan/place.ts";
import { closeState } from "../../start/state/own.ts";

/** A launcher that stood in this one's place, and the release that took its place. */
interface Kept {
  readonly bytes: Buffer;
  readonly version: string;
}

const DIGEST = v.pipe(TEXT, v.regex(/^[0-9a-f]{64}$/));
const KEPT = v.object({
  previous: v.object({ version: TEXT, sha256: DIGEST }),
  /** Absent where `--undo` has put back what no release was. */
  release: v.exactOptional(v.object({ version: TEXT, sha256: DIGEST, from: TEXT })),
});
type Account = v.InferOutput<typeof KEPT>;

/** Keeps the launcher that is to be replaced, in prime's state folder. */
export function keepLauncher(context: Context, bytes: Buffer, account: Account): void {
  const folder = folderOf(needed(context));
  makeFolder(folder, 0o700);
  writeAtomic(path.join(folder, "launcher"), bytes, 0o600);
  writeAtomic(path.join(folder, "launcher.json"), JSON.stringify(account), 0o600);
}

export function keptLauncher(context: Context): Kept | undefined {
  const folder = folderOf(needed(context));
  const account = readOwnJson(path.join(folder, "launcher.json"), KEPT);
  const bytes = readBytes(path.join(folder, "launcher"));
  if (account === undefined || bytes === undefined || sha256(bytes) !== account.previous.sha256) return undefined;
  return { bytes, version: account.previous.version };
}

/** The release that the last `self-update` put in place. */
export function lastRelease({ plans }: Pick<Context, "plans">): Account["release"] | undefined {
  return plans && readOwnJson(path.join(folderOf(plans), "launcher.json"), KEPT)?.release;
}

function needed(context: Context): PlanFolder {
  const { plans, stateFault } = context;
  if (plans !== undefined) {
    closeState(context, plans);
    return plans;
  }
  throw new PrimeError(
    "state-folder",
    `could not keep the launcher that is to be replaced: ${stateFault?.why}`,
    `${stateFault?.cure}`,
  );
}

function folderOf(plans: PlanFolder): string {
  return path.join(path.dirname(planFolder(plans)), ".launcher");
}
