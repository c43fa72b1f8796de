import * as path from "node:path";
import { readText } from "../../../edges/files/read.ts";
import { refuseLeftByGit } from "../../../left-by-git.ts";

/** Local sources that a uv.lock names; absolute. */
export interface LockedSources {
  /** Folders that uv installs. */
  readonly projects: readonly string[];
  /** Folders of which only the dependencies are installed. */
  readonly virtual: readonly string[];
  /** Wheels and source archives. */
  readonly archives: readonly string[];
  /** Folders that are indexes. */
  readonly indexes: readonly string[];
}

/** Reads them by pattern: uv itself writes the file, one source a line, and parsing it whole costs 50 times more. */
export function readLockedSources(lockFile: string): LockedSources {
  return lockedSourcesIn(readText(lockFile) ?? "", lockFile);
}

/** The same of a text that is to stand there. */
export function lockedSourcesIn(text: string, lockFile: string): LockedSources {
  const folder = path.dirname(lockFile);
  const found: Record<string, string[]> = { editable: [], directory: [], virtual: [], path: [], registry: [] };
  refuseLeftByGit(text, lockFile);
  for (const match of text.matchAll(
    /^source = \{ (editable|directory|virtual|path|registry) = ("(?:[^"\\]|\\.)*") \}$/gm,
  )) {
    const place = textOf(match[2] ?? "");
    if (place !== undefined && !place.includes("://")) found[match[1] ?? ""]?.push(path.resolve(folder, place));
  }
  const { editable = [], directory = [], virtual = [], path: archives = [], registry: indexes = [] } = found;
  return { projects: [...editable, ...directory], virtual, archives, indexes };
}

/** A TOML text that is JSON, too, as uv writes them; what is another one is uv's to understand. */
function textOf(written: string): string | undefined {
  try {
    const text: string = JSON.parse(written);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
