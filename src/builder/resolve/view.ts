import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder, makeLink, writePlain } from "../../edges/files/change.ts";
import { exists, isFolder, listFolder } from "../../edges/files/read.ts";
import { type LockedSources, lockedSourcesIn } from "../../project/files/uv/locked-sources.ts";

/** What a view shows; absolute paths. */
interface Shown {
  /** The folder that a view is made in; it is empty. */
  readonly folder: string;
  /** Where the lock stands. */
  readonly workspace: string;
  /** Local projects beside those that the lock names, which uv wants to be real folders; wherever they are. */
  readonly projects: readonly string[];
  /** What the lock asks for by relative paths. */
  readonly sources: LockedSources;
  /** Files of the workspace that the view has texts of its own for. */
  readonly replaced: readonly string[];
}

/** prime's own, among it the view itself. */
const LEFT_OUT = new Set([".prime", ".venv"]);

/**
 * Shows a workspace by links, in the same places to each other, so that uv can write a lock there and build what it must. Gives the workspace
 * within the view, and turns what is told there into what holds outside: uv writes some places down from the top.
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

/** Shows a root with a lock that is still to come, at or above it; gives the root within the view. */
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
