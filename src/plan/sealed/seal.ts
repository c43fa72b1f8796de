import * as path from "node:path";
import type { Environment } from "../../edges/command.ts";
import { makeFolder, setTimes, writeAtomic, writePlain } from "../../edges/files/change.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { facts, listFolder, physicalPath, sha256 } from "../../edges/files/read.ts";
import { nonce } from "../../edges/nonce.ts";
import { runSync } from "../../edges/processes/run-sync.ts";
import { PrimeError } from "../../errors.ts";
import { contentsOf, type Observed } from "../../inputs/observation.ts";
import { renderScript, type ScriptCall } from "../commands/known-scripts.ts";
import { callForSh } from "../commands/script-start.ts";
import { type PlanPlace, planFile, planFolder, recordFile, runsAny, SEALED_STATE } from "../place.ts";
import { type LaunchRecord, writeRecord } from "../record.ts";
import { type HeldNames, refuseElsewhere, renderPlan } from "../text.ts";
import { type Seal, sealOf } from "./sealed-freshness.ts";

/**
 * The first folder on the way to the sealed plan that somebody else than root could exchange; the head does not look at
 * them all. `undefined`: there is none.
 */
export function unsafeFolder(launcher: string): string | undefined {
  const place = planFolder({ state: SEALED_STATE, launcher });
  const above = place.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/") || "/");
  return above.find((folder) => {
    const found = facts(folder);
    return found !== undefined && (found.uid !== 0 || (found.mode & 0o022) !== 0);
  });
}

/**
 * Writes a plan that serves every user of this machine, and of each machine that is copied from it, from what the last
 * start knew. Gives the plan's path. The umask must let everybody read what is written. Throws `seal-failed`.
 */
export function writeSealedPlan(
  started: LaunchRecord,
  env: Environment,
  { entryScripts, heldBack }: { readonly entryScripts: readonly ScriptCall[]; readonly heldBack: readonly HeldNames[] },
): string {
  const record = { ...started, observed: [...started.observed, ...entryScripts.map(observedScript)] };
  const { launcher, flagKey } = record;
  const place: PlanPlace = { state: SEALED_STATE, launcher, flagKey };
  const folder = path.join(planFolder(place), `sealed${flagKey}-${nonce()}`);
  refuseUnsealable(record);
  makeFolder(folder, 0o755);
  try {
    const seal = sealOf(record, folder, digestOfListing);
    writeLists(seal, folder);
    tryLists(seal, folder, env);
    const { kernel, tasks } = record;
    const scripts = kernel === undefined ? undefined : { kernel, known: path.join(folder, "scripts") };
    if (scripts !== undefined) writePlain(scripts.known, renderSealedScripts(entryScripts));
    const text = renderPlan({
      ...record,
      node: undefined,
      freshness: seal.freshness,
      scripts,
      tasks: { own: tasks.own, elsewhere: [] },
      elsewhere: runsAny(flagKey) ? refuseElsewhere([]) : refuseElsewhere(heldBack),
    });
    writeRecord(recordFile(place), record, 0o644);
    writeAtomic(planFile(place), text, 0o644);
  } catch (error) {
    remove(physicalPath(folder));
    throw error;
  }
  removeOlder(place, folder);
  return planFile(place);
}

/**
 * Entry scripts are among the files that the seal compares, so that their lines need no tests. Every other script
 * starts as it is: there is no program to ask.
 */
function renderSealedScripts(scripts: readonly ScriptCall[]): string {
  return callForSh(null) + scripts.map((one) => renderScript(one, "")).join("");
}

function observedScript({ path: file }: ScriptCall): Observed {
  const input = { kind: "file", path: file } as const;
  const [is, contents] = [facts(file), contentsOf(input)];
  return { input, ...(is === undefined ? {} : { facts: is }), ...(contents === undefined ? {} : { contents }) };
}

/** Throws `seal-failed` for an input that a later start could not compare. */
function refuseUnsealable({ observed }: LaunchRecord): void {
  for (const { input, contents } of observed) {
    const asks = input.kind !== "file" && input.kind !== "listing";
    const why =
      contents === undefined || (asks && contents !== "yes")
        ? "is not there, or was changed while the environment was made"
        : /[\\\n\r]/.test(input.path)
          ? "has a backslash or a line break in its name"
          : undefined;
    if (why !== undefined) throw failure(`${input.path} ${why}`, "mend that and start again");
  }
}

function digestOfListing(folder: string): string {
  return sha256((listFolder(folder) ?? []).map((name) => `${name}\n`).join(""));
}

function writeLists({ small, large, timed }: Seal, folder: string): void {
  writePlain(path.join(folder, "small"), small);
  writePlain(path.join(folder, "large"), large);
  for (const [number, { second }] of timed.entries()) {
    for (const [ending, seconds] of [
      ["from", second],
      ["to", second + 1],
    ] as const) {
      const stamp = path.join(folder, `${number}.${ending}`);
      writePlain(stamp, "");
      setTimes(stamp, seconds);
    }
  }
}

/** Throws `seal-failed` unless the lists hold now, by the tool that will read them. */
function tryLists({ small, large }: Seal, folder: string, env: Environment): void {
  for (const name of [...(small === "" ? [] : ["small"]), ...(large === "" ? [] : ["large"])]) {
    const command = {
      file: "sha256sum",
      args: ["-c", path.join(folder, name)],
      env: { ...env, LC_ALL: "C" },
      cwd: "/",
    };
    runSync(command, "", (reason) => {
      throw failure(reason, "have `sha256sum` of coreutils or busybox, and start again when nothing changes");
    });
  }
}

function failure(why: string, hint: string): PrimeError {
  return new PrimeError("seal-failed", `could not seal the environment: ${why}`, hint);
}

/** Removes earlier seals of the same flags: the plan that named them has been replaced. */
function removeOlder(place: PlanPlace, present: string): void {
  const start = `sealed${place.flagKey}-`;
  for (const name of listFolder(planFolder(place)) ?? []) {
    const isOurs = name.startsWith(start) && /^[0-9a-f]{8}$/.test(name.slice(start.length));
    if (isOurs && name !== path.basename(present)) remove(physicalPath(path.join(planFolder(place), name)));
  }
}
