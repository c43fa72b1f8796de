import * as path from "node:path";
import { append, makeFolder } from "../edges/files/change.ts";
import { linkFacts, readText } from "../edges/files/read.ts";
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
  const info = path.join(folder.common, "info");
  if (linkFacts(info)?.kind === "link") return undefined; // it belongs to elsewhere
  const line = `/${path.relative(folder.workTree, link)}`;
  const file = path.join(info, "exclude");
  const isIgnored =
    holdsOne(path.join(root, ".gitignore"), patternsFor(path.relative(root, link))) ||
    [path.join(folder.workTree, ".gitignore"), file].some((one) => holdsOne(one, patternsFor(line.slice(1))));
  return isIgnored ? undefined : { file, line };
}

/** The plain patterns (gitignore(5)) that keep a link or a folder above it out. */
function patternsFor(link: string): string[] {
  const above: string[] = [];
  for (let one = path.dirname(link); one !== "."; one = path.dirname(one)) above.push(one);
  const byPlace = (one: string) => [`/${one}`, one, path.basename(one)];
  return [...byPlace(link), ...above.flatMap(byPlace).flatMap((one) => [one, `${one}/`])];
}

function holdsOne(file: string, lines: readonly string[]): boolean {
  return (readText(file) ?? "").split(/\r?\n/).some((line) => lines.includes(line.trim()));
}
