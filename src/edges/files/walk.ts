import * as fs from "node:fs";
import * as path from "node:path";
import { setImmediate } from "node:timers/promises";
import { tell } from "./errors.ts";
import { linkFacts } from "./read.ts";

/** What `statfs` calls file systems that hold no files of anybody's (statfs(2)): proc, sysfs, cgroup, debugfs, and the like. */
const PSEUDO = new Set([
  0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163, 0x73636673, 0x6165676c, 0xcafe4a11, 0x1cd1,
  0x19800202, 0x958458f6, 0x62656570, 0xde5e81e4,
]);

export interface Search {
  /** Whether a folder is what is looked for. */
  readonly isWanted: (folder: string) => boolean;
  /** Names below a folder that was found in which to look further. */
  readonly below: (folder: string) => readonly string[];
  /** Called for each folder before it is listed. */
  readonly onFolder: (folder: string) => void;
  /** Called with why one is passed over: this user can't look into it, or its path is too long. */
  readonly onClosed: (error: unknown) => void;
}

/** All folders below one, itself included, that are wanted; links are not followed. */
export async function findFolders(top: string, { isWanted, below, onFolder, onClosed }: Search): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  const waiting = [{ folder: top, device: "" }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { folder, device } = place;
    try {
      const is = linkFacts(folder);
      const key = `${is?.dev} ${is?.ino}`;
      if (is?.kind !== "folder" || seen.has(key) || (is.dev !== device && isPseudo(folder))) continue;
      seen.add(key);
      onFolder(folder);
      const isFound = isWanted(folder);
      if (isFound) found.push(folder);
      const names = isFound ? below(folder) : tell("list", folder, () => foldersIn(folder));
      for (const name of names ?? []) waiting.push({ folder: path.join(folder, name), device: is.dev });
    } catch (error) {
      onClosed(error);
    }
    if (seen.size % 256 === 0) await setImmediate();
  }
  return found.sort();
}

function isPseudo(folder: string): boolean {
  try {
    return PSEUDO.has(fs.statfsSync(folder).type);
  } catch {
    return false;
  }
}

function foldersIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Links below a folder that lead nowhere; absolute. */
export function deadLinks(folder: string): string[] {
  const entries = list(folder).map((entry) => ({ entry, file: path.join(folder, entry.name) }));
  return entries.flatMap(({ entry, file }) => {
    if (entry.isDirectory()) return deadLinks(file);
    return entry.isSymbolicLink() && !fs.existsSync(file) ? [file] : [];
  });
}

function list(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
