import * as path from "node:path";
import { isAbandoned } from "../edges/files/maker-mark.ts";
import { facts, linkFacts, listFolder, readText } from "../edges/files/read.ts";

/**
 * What a uv that was killed while it wrote uv.lock left beside it: a file of a random name that is empty, or begins as a
 * lock does. Absolute paths; see `isAbandoned`.
 */
export function abandonedLockDrafts(root: string, before: number): string[] {
  const names = (listFolder(root) ?? []).filter((name) => /^\.tmp[A-Za-z0-9]{6}$/.test(name));
  const files = names.map((name) => path.join(root, name)).filter((file) => linkFacts(file)?.kind === "file");
  return files.filter((file) => isLockDraft(file) && isAbandoned(file, before));
}

function isLockDraft(file: string): boolean {
  return facts(file)?.size === 0 || /^version = \d+\n/.test(readText(file) ?? "");
}
