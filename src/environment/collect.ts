import * as path from "node:path";
import { rename, swapLink } from "../edges/files/change.ts";
import { makerMark } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { exists, linkFacts, namesInFolder } from "../edges/files/read.ts";
import type { Folders } from "./folders.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { GONE } from "./stock.ts";

/** What is kept unless the user says otherwise: this many of the youngest, and what was shown in these last days. */
export const KEPT_GENERATIONS = 2;
export const KEPT_DAYS = 14;

/** Which generations are never collected, and how many more are kept. */
export interface Keeping {
  /** Ids that are kept whatever their age: what is shown, was shown before, or is held. */
  readonly needed: ReadonlySet<string>;
  /** Id → when it was shown last, in milliseconds since the epoch. */
  readonly lastShown: ReadonlyMap<string, number>;
  /** How many of the youngest are kept in any case. */
  readonly atLeast: number;
  /** Milliseconds since the epoch: what was shown since then is kept. */
  readonly since: number;
}

/** The generations that may be removed, the youngest first. */
export function collectable<T extends Pick<Manifest, "id" | "builtAt">>(
  generations: readonly T[],
  keeping: Keeping,
): T[] {
  return generations.filter(
    ({ id, builtAt }, index) =>
      index >= keeping.atLeast &&
      !keeping.needed.has(id) &&
      Math.max(builtAt, keeping.lastShown.get(id) ?? 0) < keeping.since,
  );
}

/**
 * Removes a generation and gives the bytes that this frees. A link to what `.venv` shows stays in its place, since
 * hooks and the like wrote its path down; whoever comes in between finds the whole generation or the link. `isNeeded`
 * is asked once nobody finds the generation any more: if somebody has shown it until then, it is put back
 * (`undefined`); whoever shows it later sees that it is gone.
 */
export function collect(
  folders: Folders,
  id: string,
  venvLink: string | undefined,
  isNeeded: () => boolean,
): number | undefined {
  const generation = path.join(folders.generations, id);
  const doomed = path.join(folders.generations, `.gone-${id}.${makerMark()}`);
  const known = linkFacts(generation);
  rename(generation, doomed);
  if (isNeeded()) {
    rename(doomed, generation);
    return undefined;
  }
  if (venvLink !== undefined) forward(folders, id, venvLink);
  return remove(doomed, known);
}

/** Makes the links that killed collections did not come to make. */
export function forwardCollected(folders: Folders, venvLink: string): void {
  for (const name of namesInFolder(folders.generations)) {
    const id = GONE.exec(name)?.[1];
    if (id !== undefined && !exists(path.join(folders.generations, id))) forward(folders, id, venvLink);
  }
}

function forward(folders: Folders, id: string, venvLink: string): void {
  swapLink(path.join(folders.generations, id), path.relative(folders.generations, venvLink));
}
