import { accessSync, constants, existsSync, lstatSync, readlinkSync, statfsSync } from "node:fs";
import * as path from "node:path";
import { PrimeError, reasonOf } from "../../errors.ts";
import { keepOnLine } from "../../quoted.ts";
import { quoteForShell } from "../command.ts";

/**
 * How to look at what may not be there. A start looks for some 200 files that are not: to throw and catch an error for each would
 * cost it 2 ms.
 */
export const CALMLY = { throwIfNoEntry: false } as const;

/** Nothing is where a path leads; links that lead to each other lead nowhere, as a dangling one does. */
const MISSING = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** Looks at a file: `undefined` when it is not there, a PrimeError that says `could not VERB FILE` for all else. */
export function tell<T>(verb: string, file: string, look: () => T): T | undefined {
  keepOnLine(file);
  try {
    return look();
  } catch (error) {
    if (error instanceof PrimeError) throw error;
    if (MISSING.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw failure(verb, file, error);
  }
}

/** Changes a file; a failure becomes a PrimeError that says `could not VERB FILE`, why, and what to do next. */
export function act<T>(verb: string, file: string, change: () => T): T {
  keepOnLine(file);
  try {
    return change();
  } catch (error) {
    if (error instanceof PrimeError) throw error;
    throw failure(verb, file, error);
  }
}

/** The failure of an act as users see it; id `file-system`. */
export function failure(verb: string, file: string, cause: unknown): PrimeError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const isForNames = code === "ENOSPC" && hasNoInodes(file);
  const known = code === "EACCES" ? howToOpen(file) : FILE_HINTS[code];
  const hint = isForNames ? NO_INODES : (known ?? "mend that and start again");
  const why = isForNames ? "no inode is left on the disk (ENOSPC)" : reasonOf(cause);
  return new PrimeError("file-system", `could not ${verb} ${file}: ${why}`, hint, { cause });
}

const { R_OK, W_OK, X_OK } = constants;

/** What a start that makes this folder (absolute), or something in it, will fail with; undefined: it can. */
export function whyClosed(folder: string, at = folder): PrimeError | undefined {
  if (!existsSync(at) && at !== "/") return whyClosed(folder, path.dirname(at));
  try {
    accessSync(at, W_OK | X_OK);
    return undefined;
  } catch (error) {
    return failure("make the folder", folder, error);
  }
}

/** What lets this user reach a file: only its owner can change a mode, and only prime's own folders can be elsewhere. */
function howToOpen(file: string): string {
  const closed = whatIsClosed(file);
  const uid = lstatSync(closed, CALMLY)?.uid;
  if (uid === process.geteuid?.()) return `\`chmod u+rwX ${quoteForShell(closed)}\`, and start again`;
  return /\/\.(?:cache|local\/state)\/prime(?:\/|$)/.test(file)
    ? "set XDG_STATE_HOME and XDG_CACHE_HOME to folders that you can write"
    : `ask its owner (uid ${uid}) to open ${closed} to you`;
}

/** The first folder on the way that this user can't pass, else the file itself, else the folder in which it was to be made. */
function whatIsClosed(file: string, needed = R_OK | W_OK): string {
  const folder = path.dirname(file);
  if (folder !== file && !isAllowed(folder, X_OK)) return whatIsClosed(folder, R_OK | W_OK | X_OK);
  const is = lstatSync(file, CALMLY);
  if (is?.isSymbolicLink()) return whatIsClosed(path.resolve(folder, readlinkSync(file)), needed);
  return is === undefined || isAllowed(file, needed) ? folder : file;
}

function isAllowed(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/** Why a file that its mode lets everybody execute can't be. */
export const NO_EXEC = "that file system is mounted `noexec`: nothing on it can be executed";

/** What cures that for an environment, of a repo or an app. */
export const NO_EXEC_CURE =
  "clone the repo to another file system (for an app, set XDG_STATE_HOME to a folder there), or have this one mounted without `noexec`";

const NO_INODES = "remove files on that disk (`df -i` shows how many it can hold) and start again";

/** Whether the disk that a file would stand on can hold no more files, whatever its size. */
function hasNoInodes(file: string): boolean {
  const parent = path.dirname(file);
  try {
    const { files, ffree } = statfsSync(file);
    return files > 0 && ffree === 0;
  } catch {
    return parent !== file && hasNoInodes(parent);
  }
}

/**
 * What to do when a tool's own words say that a disk or a quota is full; `undefined` when they do not. `folder` is where the
 * tool wrote.
 */
export function spaceHint(words: string, folder: string): string | undefined {
  if (/No space left on device|ENOSPC/.test(words)) return hasNoInodes(folder) ? NO_INODES : FILE_HINTS.ENOSPC;
  return /Disk quota exceeded|EDQUOT/.test(words) ? FILE_HINTS.EDQUOT : undefined;
}

const FILE_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "free some space on that disk and start again",
  EDQUOT: "free some space within your quota and start again",
  EROFS: "set XDG_STATE_HOME and XDG_CACHE_HOME to folders that can be written",
  EIO: "check that disk and start again",
  EXDEV: "put all of that folder on one file system, of an image in one layer, and start again",
  EMFILE: "raise the limit of open files (`ulimit -n`) and start again",
};
