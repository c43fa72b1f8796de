import * as path from "node:path";
import { PrimeError } from "../../errors.ts";
import { writeBackdated } from "./change.ts";
import { removeFile } from "./own/remove.ts";
import { isOutside, isWritable, readLink, realPath } from "./read.ts";

/** A path with more links is none (path_resolution(7)). */
const LINKS = 40;

/**
 * Writes a file that belongs to a repo, or takes it away with `null`. A link that stands there is the repo's own and stays: what it leads to is
 * written. Set back in time, so that a shell that knows whole seconds alone sees no file that is too young.
 */
export function writeCommitted(file: string, root: string, text: string | null): void {
  const why = whyNotWritten(file, root);
  if (why !== undefined)
    throw new PrimeError("file-outside", `could not write ${file}: it ${why}`, "put a file in its place");
  refuseReadOnly(file);
  const end = endOf(file);
  if (text === null) removeFile(end);
  else writeBackdated(end, text);
}

/** Why a file is none of the repo's to write: what it does. `root` is physical. */
export function whyNotWritten(file: string, root: string): string | undefined {
  const end = endOf(file);
  return isOutside(end, root) ? `leads out of ${root} and of its work tree of git` : undefined;
}

/** A checkout that is read-only is told as that, before there is anything to write. */
export function refuseReadOnly(file: string): void {
  const folder = path.dirname(endOf(file));
  if (isWritable(folder)) return;
  throw new PrimeError(
    "file-read-only",
    `could not write ${file}: ${folder} can't be written`,
    "do it in a checkout that you can write, and commit it there",
  );
}

/** What a path leads to, by whichever links, be it there or not. */
function endOf(file: string, links = LINKS): string {
  const folder = path.dirname(file);
  const place = path.join(realPath(folder) ?? endOf(folder, links), path.basename(file));
  const text = links === 0 ? undefined : readLink(place);
  if (text === undefined) return place;
  return realPath(place) ?? endOf(path.resolve(path.dirname(place), text), links - 1);
}
