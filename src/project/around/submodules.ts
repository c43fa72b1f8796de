import * as path from "node:path";
import { listFolder, MOST, readText } from "../../edges/files/read.ts";

/** Folders that .gitmodules names and that hold nothing or are not there, relative to root. */
export function emptySubmodules(root: string): string[] {
  const text = readText(path.join(root, ".gitmodules"), MOST.written) ?? "";
  const named = [...text.matchAll(/^[ \t]*path[ \t]*=[ \t]*(\S+)[ \t]*$/gm)].map(([, name]) => name as string);
  return named.filter((name) => (listFolder(path.join(root, name)) ?? []).length === 0);
}
