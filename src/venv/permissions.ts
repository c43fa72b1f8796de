import * as path from "node:path";
import { facts, isRealFolder, listFolder, realPath } from "../edges/files/read.ts";

const READ = 0o004;
const ENTER = 0o001;

/** What is closed to users who are neither its owner nor in its group, and what they need of it; both absolute. */
export interface Closed {
  readonly path: string;
  readonly needed: string;
  /** Which permission it lacks. */
  readonly lacks: "r" | "x";
}

/**
 * What of these files and folders, and of the folders above them, other users can't use, each once. Only permission bits are
 * looked at; what is not there closes nothing.
 */
export function* closedToOthers(files: Iterable<string>): Generator<Closed> {
  const passed = new Set<string>();
  for (const file of files) {
    for (const needed of new Set([path.resolve(file), realPath(file) ?? file])) {
      for (const folder of foldersAbove(needed, passed)) {
        if (!hasMode(folder, ENTER)) yield { path: folder, needed, lacks: "x" };
      }
      if (!hasMode(needed, READ)) yield { path: needed, needed, lacks: "r" };
    }
  }
}

/** A folder and all below it; links are named, not followed. */
export function* everythingIn(folder: string): Generator<string> {
  yield folder;
  for (const name of listFolder(folder) ?? []) {
    const file = path.join(folder, name);
    if (isRealFolder(file)) yield* everythingIn(file);
    else yield file;
  }
}

/** The highest first; those that were not passed yet. */
function foldersAbove(file: string, passed: Set<string>): string[] {
  const folder = path.dirname(file);
  if (passed.has(folder)) return [];
  passed.add(folder);
  return folder === file ? [folder] : [...foldersAbove(folder, passed), folder];
}

function hasMode(file: string, bit: number): boolean {
  const found = facts(file);
  return found === undefined || (found.mode & bit) !== 0;
}
