import * as path from "node:path";
import { makeLink, makeNewFolder, writePlain } from "../../edges/files/change.ts";
import { listFolder } from "../../edges/files/read.ts";

interface LockView {
  /** A folder that does not exist yet, absolute. */
  readonly folder: string;
  /** Absolute, and the lock at or above it. */
  readonly root: string;
  readonly path: string;
  /** What the lock is to be. */
  readonly text: string;
}

/** What no build and no resolution reads, and what must not be found twice. */
const LEFT_OUT = new Set([".git", ".prime", ".venv"]);

/**
 * Makes a view of a root in which all is as it is, by links, but for the lock; gives the root in it. The lock's own relative
 * paths lead to the same places: as many folders above are seen, too, as it climbs.
 */
export function makeLockView({ folder, root, path: lock, text }: LockView): string {
  const climbs = [...text.matchAll(/"(?:file:)?((?:\.\.\/)+|\.\.(?="))/g)].map(
    ([, dots = ""]) => dots.split("..").length - 1,
  );
  let top = path.dirname(lock);
  for (let levels = Math.max(0, ...climbs); levels > 0; levels -= 1) top = path.dirname(top);
  const seen = (place: string): string => path.join(folder, path.relative(top, place));
  mirror(top);
  return seen(root);

  function mirror(place: string): void {
    makeNewFolder(seen(place));
    for (const name of listFolder(place) ?? []) {
      const entry = path.join(place, name);
      if (entry === lock || LEFT_OUT.has(name)) continue;
      if (root === entry || root.startsWith(`${entry}/`)) mirror(entry);
      else makeLink(seen(entry), entry);
    }
    if (place === path.dirname(lock)) writePlain(seen(lock), text);
  }
}
