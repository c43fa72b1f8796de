import * as path from "node:path";
import { facts, linkFacts, listFolder, realPath } from "../edges/files/read.ts";

const READ = 0o004;
const ENTER = 0o001;

/**
 * The first of these files and folders that users who are neither its owner nor in its group can't use, or the folder
 * above it that closes the way. Only permission bits are looked at; what is not there closes nothing.
 */
export function closedToOthers(files: Iterable<string>): string | undefined {
  const passed = new Set<string>();
  for (const file of files) {
    for (const one of new Set([path.resolve(file), realPath(file) ?? file])) {
      const closed = closedAbove(one, passed) ?? (hasMode(one, READ) ? undefined : one);
      if (closed !== undefined) return closed;
    }
  }
  return undefined;
}

/** A folder and all below it; links are named, not followed. */
export function* everythingIn(folder: string): Generator<string> {
  yield folder;
  for (const name of listFolder(folder) ?? []) {
    const file = path.join(folder, name);
    if (linkFacts(file)?.kind === "folder") yield* everythingIn(file);
    else yield file;
  }
}

function closedAbove(file: string, passed: Set<string>): string | undefined {
  const folder = path.dirname(file);
  if (passed.has(folder)) return undefined;
  const closed = folder === file ? undefined : closedAbove(folder, passed);
  if (closed !== undefined || !hasMode(folder, ENTER)) return closed ?? folder;
  passed.add(folder);
  return undefined;
}

function hasMode(file: string, bit: number): boolean {
  const found = facts(file);
  return found === undefined || (found.mode & bit) !== 0;
}
