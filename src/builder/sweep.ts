import * as path from "node:path";
import type { Context } from "../context.ts";
import { now } from "../edges/clock.ts";
import { isAbandoned } from "../edges/files/maker-mark.ts";
import { diskUse, exists, facts, isFolder, isWritable, realPath } from "../edges/files/read.ts";
import { remove } from "../edges/files/remove.ts";
import { foldersInUse } from "../edges/processes/in-use.ts";
import { deadHolder } from "../edges/processes/mutex.ts";
import {
  collect,
  collectable,
  forwardCollected,
  KEPT_DAYS,
  KEPT_GENERATIONS,
  type Keeping,
  rubbish,
} from "../environment/collect.ts";
import type { Folders } from "../environment/folders.ts";
import { type HistoryEntry, readMoves } from "../environment/history.ts";
import { readHolds } from "../environment/holds.ts";
import { listGenerations, listOlder } from "../environment/manifest.ts";
import { isOthers } from "../environment/shared-folder.ts";
import { PrimeError } from "../errors.ts";
import { oldCompiled } from "../launch/compiled.ts";
import { abandonedPlanParts, SEALED_STATE, shownGenerations } from "../plan/ready-plan.ts";
import { abandonedDeployments, deploymentLocks } from "../provision/uv.ts";
import { abandonedProbes } from "../python/probe-cache.ts";
import { abandonedLockDrafts } from "../uv/lock-drafts.ts";

export interface GcRequest {
  readonly keep: number;
  readonly olderDays: number;
  readonly dryRun: boolean;
}

export const DAY_MS = 86_400_000;

/** After each build, so that disk use stays bounded: what is old, and what nobody can be working on any more. */
export function collectOld(context: Context, folders: Folders, link: string): void {
  try {
    const { removed, bytes } = removeAll(context, folders, link, AUTOMATIC);
    if (removed.length > 0) context.terminal.say(`removed what is old (${removed.length}): freed ${megabytes(bytes)}`);
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    context.terminal.detail(`could not remove what is old: ${error.message}`);
  }
}

const AUTOMATIC = { keep: KEPT_GENERATIONS, olderDays: KEPT_DAYS, dryRun: false, scrapsOlderMs: DAY_MS };

interface Removal {
  readonly removed: readonly string[];
  readonly bytes: number;
  readonly kept: number;
}

/** The caller holds the build lock; a builder that did not wait for it is known by its processes, or by its age. */
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
  const folderOf = (id: string): string => path.join(folders.generations, id);
  const unneeded = [...collectable(own, keeping), ...collectable(older, { ...keeping, atLeast: 0 })];
  const old = leftBehind(context, { folders, link, needed: keeping.needed }, now() - request.scrapsOlderMs);
  const busy = foldersInUse([...unneeded.map(({ id }) => folderOf(id)), ...old]);
  const doomed = unneeded.filter(({ id }) => !busy.has(folderOf(id)) && isWritable(folderOf(id)));
  const scraps = old.filter((file) => !busy.has(file) && (!isFolder(file) || isWritable(file)));
  const removed = [
    ...doomed.map(({ id, about }) => `${folderOf(id)} (${about})`),
    ...scraps.map((file) => `${file} (left behind)`),
  ];
  const kept = own.length + older.length - doomed.length;
  if (request.dryRun) {
    const files = [...doomed.map(({ id }) => folderOf(id)), ...scraps];
    return { removed, kept, bytes: files.reduce((sum, file) => sum + diskUse(file), 0) };
  }
  const shownBy = exists(link) ? link : undefined;
  if (shownBy !== undefined) forwardCollected(folders, shownBy);
  const freed = [...doomed.map(({ id }) => collect(folders, id, shownBy)), ...scraps.map((file) => remove(file))];
  return { removed, kept, bytes: freed.reduce((sum, bytes) => sum + bytes, 0) };
}

/** What killed starts left in the root's own folder, among its ready plans and in the caches. */
function leftBehind(
  { root, places, plans }: Context,
  { folders, link, needed }: { folders: Folders; link: string; needed: ReadonlySet<string> },
  before: number,
): string[] {
  return [
    ...rubbish({ folders, needed, replaced: [link, path.join(root, "uv.lock")] }, before),
    ...(plans === undefined ? [] : abandonedPlanParts(plans, before)),
    ...abandonedLockDrafts(root, before),
    ...abandonedDeployments(places.cache, before),
    ...deploymentLocks(places.cache).filter((lock) => deadHolder(lock) !== undefined || isTorn(lock, before)),
    ...abandonedProbes(places.cache, before),
    ...oldCompiled(places.cache, before, now() - KEPT_DAYS * DAY_MS),
  ];
}

/** Its maker did not come to write its name. */
function isTorn(lock: string, before: number): boolean {
  return facts(lock)?.size === 0 && isAbandoned(lock, before);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function keepingOf(context: Context, folders: Folders, link: string, request: GcRequest): Keeping {
  const { launcher, plans } = context;
  const entries = readMoves(folders);
  const needed = new Set([
    ...Object.values(readHolds(folders)).map(({ generation }) => generation),
    ...lastOf(entries),
  ]);
  const shown = [...(plans === undefined ? [] : [plans]), { state: SEALED_STATE, launcher }].flatMap(shownGenerations);
  for (const folder of [...shown, realPath(link) ?? link]) {
    needed.add(path.basename(folder));
  }
  const lastShown = new Map(entries.flatMap(({ at, from, to }) => [[from ?? to, at] as const, [to, at] as const]));
  return { needed, lastShown, atLeast: request.keep, since: now() - request.olderDays * DAY_MS };
}

/** For each set of flags, what is shown now, by whatever user, and what was before. */
function lastOf(entries: readonly HistoryEntry[]): string[] {
  const last = new Map(entries.map((entry) => [entry.flags, entry]));
  return [...last.values()].flatMap(({ from, to }) => [...(from === null ? [] : [from]), to]);
}
