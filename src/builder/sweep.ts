import * as path from "node:path";
import type { Context } from "../context.ts";
import { now } from "../edges/clock.ts";
import { isAbandoned, isWorkFolder } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { diskUse, exists, facts, filesIn, isFolder, isWritable, readLink, realPath } from "../edges/files/read.ts";
import { foldersInUse } from "../edges/processes/in-use.ts";
import { deadHolder } from "../edges/processes/locks/lock-holder.ts";
import {
  collect,
  collectable,
  forwardCollected,
  KEPT_DAYS,
  KEPT_GENERATIONS,
  type Keeping,
} from "../environment/collect.ts";
import type { Folders } from "../environment/folders.ts";
import { type HistoryEntry, isMove, readHistory } from "../environment/history.ts";
import { listGenerations, listOlder } from "../environment/manifest/manifest.ts";
import { isOthers } from "../environment/shared-folder.ts";
import { readState } from "../environment/state.ts";
import { type Stock, type StockPlaces, takeStock } from "../environment/stock.ts";
import { type PrimeError, tolerate } from "../errors.ts";
import { oldCompiled } from "../launch/compiled.ts";
import { SEALED_STATE } from "../plan/place.ts";
import { abandonedPlanParts, shownGenerations } from "../plan/ready-plan.ts";
import { unfinished } from "../provision/python/unfinished.ts";
import { deploymentLocks } from "../provision/uv.ts";
import { abandonedProbes } from "../python/probe/probe-cache.ts";
import { storeOfPrime } from "../python/search/candidates.ts";
import { sizeText } from "../size.ts";
import { abandonedDrafts } from "../uv/lock-drafts.ts";

export interface GcRequest {
  readonly keep: number;
  readonly olderDays: number;
  readonly dryRun: boolean;
}

export const DAY_MS = 86_400_000;

/**
 * Removes, after each build, what is old and what nobody can be working on any more, so that disk use stays bounded.
 */
export function collectOld(context: Context, folders: Folders, link: string, keep = KEPT_GENERATIONS): void {
  const { removed, bytes, failures } = removeAll(context, folders, link, { ...AUTOMATIC, keep });
  if (removed.length > 0) context.terminal.say(`removed what is old (${removed.length}): freed ${sizeText(bytes)}`);
  for (const { message } of failures) context.terminal.detail(`could not remove what is old: ${message}`);
}

const AUTOMATIC = { olderDays: KEPT_DAYS, dryRun: false, scrapsOlderMs: DAY_MS };

interface Removal {
  readonly removed: readonly string[];
  readonly bytes: number;
  readonly kept: number;
  /** What nothing proves to be prime's, absolute; it stays. */
  readonly strange: readonly string[];
  readonly failures: readonly PrimeError[];
}

/** What is to be removed: a generation, or what was left behind. */
interface Doomed {
  readonly file: string;
  readonly isGeneration: boolean;
  readonly about: string;
  /** Gives the bytes that this frees; `undefined` when somebody has come to need it. */
  readonly remove: () => number | undefined;
}

/**
 * Removes what is not needed. The caller holds the build lock; a builder that did not wait for that is known by its
 * processes, or by its age.
 */
export function removeAll(
  context: Context,
  folders: Folders,
  link: string,
  request: GcRequest & { readonly scrapsOlderMs: number },
): Removal {
  const here = { root: context.root, generations: folders.generations };
  const own = listGenerations(folders.generations)
    .filter((manifest) => !isOthers(manifest, here))
    .map(({ id, builtAt, project, interpreter }) => ({
      id,
      builtAt,
      about: `${project}, Python ${interpreter.version}`,
    }));
  const older = listOlder(folders.generations, context.root);
  const keeping = keepingOf(context, folders, link, request);
  const unneeded = [...collectable(own, keeping), ...collectable(older, { ...keeping, atLeast: 0 })];
  const scene = { folders, link, needed: keeping.needed };
  const { left, strange } = leftBehind(context, scene, now() - request.scrapsOlderMs);
  const shownBy = exists(link) ? link : undefined;
  const candidates: Doomed[] = [
    ...unneeded.map(({ id, about }) => ({
      file: path.join(folders.generations, id),
      about,
      isGeneration: true,
      remove: () => collect(folders, id, shownBy, () => keepingOf(context, folders, link, request).needed.has(id)),
    })),
    ...left.map((file) => ({ file, about: "left behind", isGeneration: false, remove: () => remove(file) })),
  ];
  const busy = foldersInUse(candidates.map(({ file }) => file));
  const doomed = candidates.filter(({ file }) => !busy.has(file) && (!isFolder(file) || isWritable(file)));
  const done = request.dryRun ? measure(doomed) : carryOut(doomed, folders, shownBy);
  const collected = done.gone.filter(({ isGeneration }) => isGeneration).length;
  return {
    removed: done.gone.map(({ file, about }) => `${file} (${about})`),
    bytes: done.bytes,
    kept: own.length + older.length - collected,
    strange,
    failures: done.failures,
  };
}

interface Done {
  readonly gone: readonly Doomed[];
  readonly bytes: number;
  readonly failures: readonly PrimeError[];
}

function measure(doomed: readonly Doomed[]): Done {
  return { gone: doomed, bytes: doomed.reduce((sum, { file }) => sum + diskUse(file), 0), failures: [] };
}

/** Removes one after the other; a failure does not stop the rest. */
function carryOut(doomed: readonly Doomed[], folders: Folders, shownBy: string | undefined): Done {
  const gone: Doomed[] = [];
  const failures: PrimeError[] = [];
  let bytes = 0;
  const attempt = (act: () => void) => tolerate(act, (error) => void failures.push(error));
  if (shownBy !== undefined) attempt(() => forwardCollected(folders, shownBy));
  for (const one of doomed) {
    attempt(() => {
      const freed = one.remove();
      if (freed === undefined) return;
      bytes += freed;
      gone.push(one);
    });
  }
  return { gone, bytes, failures };
}

/** What killed starts left behind: in the root's own folder, among its ready plans and in the caches. */
function leftBehind({ root, places, plans, env }: Context, scene: StockPlaces, before: number): Stock {
  const { left, strange } = takeStock(scene, before);
  const drafts = abandonedDrafts(scene.folders.data, root, before);
  return {
    strange,
    left: [
      ...drafts, // before the notes that tell of them
      ...left,
      ...(plans === undefined ? [] : abandonedPlanParts(plans, before)),
      ...[places.cache, path.join(places.cache, "uv")].flatMap((folder) =>
        filesIn(folder, isWorkFolder).filter((file) => isAbandoned(file, before)),
      ),
      ...deploymentLocks(places.cache).filter((lock) => deadHolder(lock) !== undefined || isTorn(lock, before)),
      ...abandonedProbes(places.cache, before),
      ...unfinished(storeOfPrime(env, places.home), before),
      ...oldCompiled(places.cache, before, now() - KEPT_DAYS * DAY_MS),
    ],
  };
}

/** Whether a lock is empty since its maker was killed before it could write its name. */
function isTorn(lock: string, before: number): boolean {
  return facts(lock)?.size === 0 && isAbandoned(lock, before);
}

function keepingOf(context: Context, folders: Folders, link: string, request: GcRequest): Keeping {
  const { launcher, plans } = context;
  const entries = readHistory(folders).filter(isMove);
  const { holds, trial, changeover } = readState(folders);
  const needed = new Set([
    ...Object.values(holds).map(({ generation }) => generation),
    ...(trial === undefined ? [] : [trial.generation, trial.previous]),
    ...(changeover === undefined ? [] : [changeover.generation]),
    ...lastOf(entries),
  ]);
  const shown = [...(plans === undefined ? [] : [plans]), { state: SEALED_STATE, launcher }].flatMap(shownGenerations);
  for (const folder of [...shown, realPath(link) ?? link, readLink(link) ?? link]) needed.add(path.basename(folder));
  const lastShown = new Map(entries.flatMap(({ at, from, to }) => [[from ?? to, at] as const, [to, at] as const]));
  return { needed, lastShown, atLeast: request.keep, since: now() - request.olderDays * DAY_MS };
}

/** For each set of flags, what is shown now (by whatever user) and what was shown before. */
function lastOf(entries: readonly HistoryEntry[]): string[] {
  const last = new Map(entries.map((entry) => [entry.flags, entry]));
  return [...last.values()].flatMap(({ from, to }) => [...(from === null ? [] : [from]), to]);
}
