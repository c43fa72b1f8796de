import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder, makeLink, writePlain } from "../../edges/files/change.ts";
import { exists, isFolder, listFolder } from "../../edges/files/read.ts";
import { type LockedSources, lockedSourcesIn } from "../../project/files/uv/locked-sources.ts";

/** What a view shows; absolute paths. */
interface Shown {
  /** The folder that a view is made in; it is empty. */
  readonly folder: string;
  /** The folder of the lock. */
  readonly workspace: string;
  /** Further local projects, wherever they are; uv wants them to be real folders. */
  readonly projects: readonly string[];
  /** What the lock asks for by relative paths. */
  readonly sources: LockedSources;
  /** Files of the workspace in whose place the view has texts of its own. */
  readonly replaced: readonly string[];
}

/** What belongs to prime, among it the view itself. */
const LEFT_OUT = new Set([".prime", ".venv"]);

/**
 * Makes a view of a workspace: a folder of links, in the same places relative to each other, where uv can write a lock
 * and build what it must. Gives the workspace within the view, and a function that turns paths of the view in a text
 * into the real ones, since uv writes some absolute paths down.
 */
export function makeView({ folder, workspace, projects, sources, replaced }: Shown) {
  const real = [workspace, ...[...sources.projects, ...sources.virtual, ...projects].filter(isFolder)];
  const others = [...sources.archives, ...sources.indexes];
  const top = commonFolder([...real, ...others]);
  const seen = (place: string): string => path.join(folder, path.relative(top, place));
  const fill = (place: string): void => {
    makeFolder(seen(place));
    for (const name of listFolder(place) ?? []) {
      const entry = path.join(place, name);
      if (LEFT_OUT.has(name) || replaced.includes(entry) || exists(seen(entry))) continue;
      if (real.some((one) => one === entry || one.startsWith(`${entry}/`))) fill(entry);
      else makeLink(seen(entry), entry);
    }
  };
  for (const one of real) if (!exists(path.join(seen(one), "pyproject.toml"))) fill(one);
  for (const one of others) {
    if (exists(seen(one))) continue;
    makeFolder(path.dirname(seen(one)));
    makeLink(seen(one), one);
  }
  const outside = (text: string): string =>
    text
      .replaceAll(ending(pathToFileURL(folder).href), ending(pathToFileURL(top).href))
      .replaceAll(ending(folder), ending(top));
  return { view: seen(workspace), outside };
}

function ending(place: string): string {
  return place.endsWith("/") ? place : `${place}/`;
}

function commonFolder(places: readonly string[]): string {
  const [first = "/", ...rest] = places;
  let top = first;
  while (!rest.every((place) => place === top || place.startsWith(top === "/" ? "/" : `${top}/`)))
    top = path.dirname(top);
  return top;
}

/**
 * Makes a view of a root with a lock that is not written yet, in the root or above it; gives the root within the view.
 */
export function viewWithLock(
  folder: string,
  root: string,
  lock: { readonly path: string; readonly text: string },
): string {
  const workspace = path.dirname(lock.path);
  const sources = lockedSourcesIn(lock.text, lock.path);
  const { view } = makeView({ folder, workspace, projects: [root], sources, replaced: [lock.path] });
  writePlain(path.join(view, path.basename(lock.path)), lock.text);
  return path.join(view, path.relative(workspace, root));
}
