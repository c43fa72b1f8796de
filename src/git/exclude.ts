import * as path from "node:path";
import { append, makeFolder } from "../edges/files/change.ts";
import { readText } from "../edges/files/read.ts";
import { gitFolderOf, isKnownThere } from "./folder.ts";

/** The line that keeps the `.venv` link out of git, and the repo's own `info/exclude` (gitignore(5)), where it belongs. */
interface Exclusion {
  readonly file: string;
  readonly line: string;
}

/**
 * Keeps the `.venv` link out of git where no .gitignore does: one line in `info/exclude`. `.venv/` in a .gitignore does not match
 * a link. Gives the file that was written, if any.
 */
export function excludeFromGit(root: string, link: string): string | undefined {
  const missing = missingExclude(root, link);
  if (missing === undefined) return undefined;
  const { file, line } = missing;
  makeFolder(path.dirname(file));
  const text = readText(file) ?? "";
  append(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
  return file;
}

/** What `excludeFromGit` would write. */
export function missingExclude(root: string, link: string): Exclusion | undefined {
  const folder = gitFolderOf(root);
  if (folder === undefined || !link.startsWith(`${folder.workTree}/`) || !isKnownThere(folder)) return undefined;
  const line = `/${path.relative(folder.workTree, link)}`;
  const names = [line, line.slice(1), path.basename(link)];
  const ignored = [path.join(root, ".gitignore"), path.join(folder.workTree, ".gitignore")];
  const file = path.join(folder.common, "info", "exclude");
  return [...ignored, file].some((one) => holdsLine(one, names)) ? undefined : { file, line };
}

function holdsLine(file: string, lines: readonly string[]): boolean {
  return (readText(file) ?? "").split(/\r?\n/).some((line) => lines.includes(line.trim()));
}
