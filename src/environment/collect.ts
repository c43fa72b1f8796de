import * as path from "node:path";
import { diskUse, exists, linkFacts, listFolder, nonce, remove, rename, swapLink } from "../edges/files.ts";
import type { Folders } from "./folders.ts";
import { hasManifest, type Manifest } from "./manifest.ts";

/** What is kept unless the user says otherwise: this many of the youngest, and what was shown in these last days. */
export const KEPT_GENERATIONS = 2;
export const KEPT_DAYS = 14;

/** The folder is not always prime's alone. */
const WORK = /^work-[0-9a-f]{8}-/;

/** What is never collected, and how much more is kept. */
export interface Keeping {
  /** Ids that are kept whatever their age: shown, previous, held, in use. */
  readonly needed: ReadonlySet<string>;
  /** Id → when it was shown last, in milliseconds since the epoch. */
  readonly lastShown: ReadonlyMap<string, number>;
  /** The youngest that are kept in any case. */
  readonly atLeast: number;
  /** Milliseconds since the epoch: what was shown later is kept. */
  readonly since: number;
}

/** The generations that may go, the youngest first. */
export function collectable(generations: readonly Manifest[], keeping: Keeping): Manifest[] {
  return generations.filter(
    ({ id, builtAt }, index) =>
      index >= keeping.atLeast &&
      !keeping.needed.has(id) &&
      Math.max(builtAt, keeping.lastShown.get(id) ?? 0) < keeping.since,
  );
}

/**
 * What builds, moves and collections that were killed left behind and nobody has touched since `before` (milliseconds since
 * the epoch); absolute paths.
 */
export function rubbish(folders: Folders, generations: readonly Manifest[], before: number): string[] {
  const known = new Set(generations.map(({ id }) => id));
  const unfinished = (listFolder(folders.generations) ?? []).filter((name) => {
    const folder = path.join(folders.generations, name);
    return linkFacts(folder)?.kind !== "link" && !hasManifest(folder);
  });
  const drafts = (listFolder(folders.data) ?? []).filter((name) =>
    /^(?:.*\.tmp|(?:setup\.)?lock\.[0-9a-f]{16})$/.test(name),
  );
  const works = (listFolder(folders.work) ?? []).filter((name) => WORK.test(name));
  const resolutions = new Set(generations.map(({ resolution }) => resolution));
  const stale = (listFolder(folders.resolved) ?? []).filter((name) => !resolutions.has(name));
  const setups = (listFolder(path.join(folders.data, "setup")) ?? []).filter((id) => !known.has(id));
  return [
    ...unfinished.map((name) => path.join(folders.generations, name)),
    ...drafts.map((name) => path.join(folders.data, name)),
    ...works.map((name) => path.join(folders.work, name)),
    ...stale.map((name) => path.join(folders.resolved, name)),
    ...setups.map((name) => path.join(folders.data, "setup", name)),
  ].filter((file) => Number(BigInt(linkFacts(file)?.ctimeNs ?? "0") / 1_000_000n) < before);
}

/**
 * Removes a generation and gives the bytes that this frees. A link to what `.venv` shows stays in its place, since hooks and
 * the like wrote its path down; whoever comes in between finds the whole generation or the link.
 */
export function collect(folders: Folders, id: string, venvLink: string | undefined): number {
  const generation = path.join(folders.generations, id);
  const doomed = path.join(folders.generations, `.gone-${id}-${nonce()}`);
  rename(generation, doomed);
  if (venvLink !== undefined && exists(venvLink)) swapLink(generation, path.relative(folders.generations, venvLink));
  return discard(doomed);
}

/** Removes a file or folder and gives the bytes that this frees. */
export function discard(file: string): number {
  const bytes = diskUse(file);
  remove(file);
  return bytes;
}
