import * as fs from "node:fs";
import * as path from "node:path";

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
