import * as path from "node:path";
import { writePlain } from "../edges/files/change.ts";
import { isAbandoned, MARK, makerMark } from "../edges/files/own/maker-mark.ts";
import { ownership, thisUser } from "../edges/files/ownership.ts";
import { filesIn, linkFacts, namesInFolder, readText } from "../edges/files/read.ts";

/** A file in the data folder that says which names uv could not have made yet, and by its mark who runs uv. */
export const DRAFT_NOTE = new RegExp(`^uv-lock${MARK}$`);

/** Notes what is there already before uv writes uv.lock in a root; gives the note's path, absolute, to be removed afterwards. */
export function noteDrafts(data: string, root: string): string {
  const note = path.join(data, `uv-lock.${makerMark()}`);
  writePlain(note, namesLikeDrafts(root).join("\n"));
  return note;
}

/**
 * What a uv that was killed while it wrote uv.lock for prime left beside it: a file of a random name that was not there
 * before, is empty or begins as a lock does. Absolute paths; see `isAbandoned`.
 */
export function abandonedDrafts(data: string, root: string, before: number): string[] {
  const notes = filesIn(data, (name) => DRAFT_NOTE.test(name));
  return notes
    .filter((note) => isAbandoned(note, before))
    .flatMap((note) => {
      const known = new Set((readText(note) ?? "").split("\n"));
      const since = BigInt(linkFacts(note)?.mtimeNs ?? 0);
      const files = namesLikeDrafts(root)
        .filter((name) => !known.has(name))
        .map((name) => path.join(root, name));
      return files.filter((file) => isDraft(file) && BigInt(linkFacts(file)?.ctimeNs ?? 0) >= since);
    });
}

function namesLikeDrafts(root: string): string[] {
  return namesInFolder(root).filter((name) => /^\.tmp[A-Za-z0-9]{6}$/.test(name));
}

function isDraft(file: string): boolean {
  const is = ownership(file);
  if (is?.kind !== "file" || is.names !== 1 || is.uid !== thisUser()) return false;
  return /^(?:version = \d+\n|$)/.test(readText(file) ?? "");
}
