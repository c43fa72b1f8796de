import { PrimeError } from "./errors.ts";

/** What git writes around both sides of a conflict (gitattributes(5), `conflict-marker-size`). */
const CONFLICT = /^<{7}(?: .*)?\r?\n(?:.*\n)*?={7}\r?\n(?:.*\n)*?>{7}(?: |\r?$)/m;

/** How the file begins that stands for one which Git LFS has not fetched (its specification, "The Pointer"). */
const POINTER = "version https://git-lfs.github.com/spec/";

/** What cures a pointer in a file's place. */
export const FETCH_LFS = "`git lfs pull`, then start again";

/**
 * Refuses a text that a merge has left with both sides of a conflict, or that Git LFS has left as a pointer; `file` is absolute. What a
 * tool would say of such a line names neither the cause nor the way out.
 */
export function refuseLeftByGit(text: string, file: string): void {
  if (text.startsWith(POINTER))
    throw new PrimeError(
      "lfs-pointer",
      `could not read ${file}: it is a pointer of Git LFS, and its content is not here`,
      FETCH_LFS,
    );
  const found = text.includes("<<<<<<<") ? CONFLICT.exec(text) : null;
  if (found === null) return;
  const line = text.slice(0, found.index).split("\n").length;
  const end = line + found[0].split("\n").length - 1;
  throw new PrimeError(
    "merge-conflict",
    `could not read ${file}: a merge has left a conflict in it, lines ${line} to ${end}`,
    wayOut(file),
  );
}

function wayOut(file: string): string {
  const name = /[^/]*$/.exec(file)?.[0].replace(/^(?!\.?\w[\w.-]*$).*/s, "FILE"); // it may hold what a shell runs
  if (name === "uv.lock")
    return "`git checkout --ours uv.lock` (or remove it), then `./prime uv lock`, which brings it in step with pyproject.toml";
  if (name === "pylock.toml") return "`git checkout --ours pylock.toml`, then lock anew by the tool that made it";
  return `keep what is right of both sides (\`git checkout --ours ${name}\` or \`--theirs\` keeps one whole), then \`git add ${name}\``;
}
