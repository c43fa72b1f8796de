import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { PrimeError, reasonOf } from "../errors.ts";
import { temporaryName } from "./owner.ts";

/** What one file or folder is, as the file system tells it; times in nanoseconds since the epoch. */
export interface FileFacts {
  readonly kind: "file" | "folder" | "link" | "other";
  readonly dev: string;
  readonly ino: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly mode: number;
  readonly uid: number;
}

const MISSING = new Set(["ENOENT", "ENOTDIR"]);

/** Facts of what the path leads to, links followed; `undefined` when nothing is there. */
export function facts(file: string): FileFacts | undefined {
  return tell("look at", file, () => factsOf(fs.statSync(file, { bigint: true })));
}

/** Facts of the path itself, a link not followed; `undefined` when nothing is there. */
export function linkFacts(file: string): FileFacts | undefined {
  return tell("look at", file, () => factsOf(fs.lstatSync(file, { bigint: true })));
}

export function isFile(file: string): boolean {
  return quiet(() => fs.statSync(file).isFile());
}

export function isFolder(file: string): boolean {
  return quiet(() => fs.statSync(file).isDirectory());
}

/** True when something, even a dangling link, has this name. */
export function exists(file: string): boolean {
  return quiet(() => {
    fs.lstatSync(file);
    return true;
  });
}

export function isExecutableFile(file: string): boolean {
  return quiet(() => {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  });
}

export function isWritable(folder: string): boolean {
  return quiet(() => {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  });
}

/** The text of a file in UTF-8; `undefined` when it is not there. */
export function readText(file: string): string | undefined {
  return tell("read", file, () => fs.readFileSync(file, "utf8"));
}

export function readBytes(file: string): Buffer | undefined {
  return tell("read", file, () => fs.readFileSync(file));
}

/** At most the first `length` bytes of a file, a character each; "" for what can't be read. */
export function readStart(file: string, length: number): string {
  try {
    const fd = fs.openSync(file, "r");
    try {
      const start = Buffer.alloc(length);
      return start.toString("latin1", 0, fs.readSync(fd, start));
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return "";
  }
}

/** Names in a folder, sorted by code unit; `undefined` when it is not there. */
export function listFolder(folder: string): string[] | undefined {
  return tell("list", folder, () => fs.readdirSync(folder).sort());
}

/** The text of a symbolic link; `undefined` when there is no link. */
export function readLink(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** The physical path with every link resolved; `undefined` when it leads nowhere. */
export function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync.native(file);
  } catch {
    return undefined;
  }
}

export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The sha256 of a file's bytes, in hexadecimal; `undefined` when it is not there. */
export function sha256OfFile(file: string): string | undefined {
  const bytes = readBytes(file);
  return bytes === undefined ? undefined : sha256(bytes);
}

/** A short random name part: two processes never choose the same one. */
export function nonce(): string {
  return randomBytes(4).toString("hex");
}

export function makeFolder(folder: string, mode = 0o777): void {
  act("make the folder", folder, () => {
    try {
      fs.mkdirSync(folder, { recursive: true, mode });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      let first = folder; // Node says so of a read-only file system, too: the first one that is missing tells
      while (!fs.existsSync(path.dirname(first))) first = path.dirname(first);
      fs.mkdirSync(first, { mode });
      fs.mkdirSync(folder, { recursive: true, mode });
    }
  });
}

/** A new folder with an unforeseeable name that starts with `prefix`. */
export function makeTemporaryFolder(prefix: string): string {
  makeFolder(path.dirname(prefix));
  return act("make a temporary folder at", prefix, () => fs.mkdtempSync(prefix));
}

/** Path → sha256 of what this process itself put in its place last. */
const ownTexts = new Map<string, string>();

/** Whether a file with this sha256 is as this very process wrote it. */
export function isOwnText(file: string, digest: string | undefined): boolean {
  return digest !== undefined && ownTexts.get(file) === digest;
}

/**
 * Writes a file so that a reader sees the old text or the new one and a power cut leaves one of the two: temporary
 * sibling, fsync, rename, fsync of the folder.
 */
export function writeAtomic(file: string, text: string | Buffer, mode = 0o666): void {
  const temporary = temporaryName(file);
  act("write", file, () => {
    try {
      const fd = fs.openSync(temporary, "wx", mode);
      try {
        fs.writeFileSync(fd, text);
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
      fs.renameSync(temporary, file);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    ownTexts.set(file, sha256(text));
    syncFolder(path.dirname(file));
  });
}

/** Creates a file that must not exist yet; `false` when it does. */
export function writeExclusive(file: string, text: string, mode = 0o666): boolean {
  let fd: number | undefined;
  try {
    fd = fs.openSync(file, "wx", mode);
    fs.writeFileSync(fd, text);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    if (fd !== undefined) fs.rmSync(file, { force: true }); // made, but not filled: of no use to anybody
    throw failure("write", file, error);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Writes a file that nobody relies on yet. */
export function writePlain(file: string, text: string | Buffer, mode = 0o666): void {
  act("write", file, () => fs.writeFileSync(file, text, { mode }));
}

export function append(file: string, text: string): void {
  act("append to", file, () => fs.appendFileSync(file, text));
}

export function rename(from: string, to: string): void {
  act(`move ${from} to`, to, () => fs.renameSync(from, to));
}

export function copyFile(from: string, to: string, mode?: number): void {
  act(`copy ${from} to`, to, () => {
    fs.copyFileSync(from, to);
    if (mode !== undefined) fs.chmodSync(to, mode);
  });
}

/** Lets whoever may read a file execute it, too. */
export function makeExecutable(file: string): void {
  act("make executable", file, () => {
    const { mode } = fs.statSync(file);
    fs.chmodSync(file, (mode & 0o777) | ((mode & 0o444) >> 2));
  });
}

/** Removes a file, a link or a whole folder; nothing there is fine. */
export function remove(file: string): void {
  act("remove", file, () => fs.rmSync(file, { recursive: true, force: true, maxRetries: 2 }));
}

/** Bytes on disk that the removal of a file or folder frees: what has other names (hard links) stays. */
export function diskUse(file: string): number {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.nlink > 1 ? 0 : stat.blocks * 512;
  return fs.readdirSync(file).reduce((sum, name) => sum + diskUse(path.join(file, name)), stat.blocks * 512);
}

/** Makes a symbolic link where nothing stands yet; `false` when something does. */
export function makeLink(link: string, text: string): boolean {
  try {
    fs.symlinkSync(text, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw failure("make the link", link, error);
  }
  syncFolder(path.dirname(link));
  return true;
}

/** Makes a symbolic link that nobody relies on yet. */
export function linkPlain(link: string, text: string): void {
  act("make the link", link, () => fs.symlinkSync(text, link));
}

/** Makes `link` a symbolic link with this text, in one step for whoever looks at it: temporary link, then rename. */
export function swapLink(link: string, text: string): void {
  const temporary = temporaryName(link);
  act("make the link", link, () => {
    fs.symlinkSync(text, temporary);
    try {
      fs.renameSync(temporary, link);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(path.dirname(link));
  });
}

/** Sets both times of a file or folder, in seconds since the epoch. */
export function setTimes(file: string, seconds: number): void {
  act("set the time of", file, () => fs.utimesSync(file, seconds, seconds));
}

/** Seconds by which prime sets back the times of what it made itself: shells that compare whole seconds believe them then. */
const BACKDATED_S = 10;

export function backdate(file: string): void {
  setTimes(file, Math.floor(Date.now() / 1000) - BACKDATED_S);
}

/** Makes what was created, renamed or removed in a folder outlive a power cut (fsync(2), NOTES). */
export function syncFolder(folder: string): void {
  const fd = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function factsOf(stat: fs.BigIntStats): FileFacts {
  return {
    kind: stat.isFile() ? "file" : stat.isDirectory() ? "folder" : stat.isSymbolicLink() ? "link" : "other",
    dev: String(stat.dev),
    ino: String(stat.ino),
    size: Number(stat.size),
    mtimeNs: String(stat.mtimeNs),
    ctimeNs: String(stat.ctimeNs),
    mode: Number(stat.mode),
    uid: Number(stat.uid),
  };
}

function quiet(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

function tell<T>(verb: string, file: string, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (MISSING.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw failure(verb, file, error);
  }
}

function act<T>(verb: string, file: string, change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (error instanceof PrimeError) throw error;
    throw failure(verb, file, error);
  }
}

function failure(verb: string, file: string, cause: unknown): PrimeError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const hint = FILE_HINTS[code] ?? "mend that and start again; what worked before still works";
  return new PrimeError("file-system", `could not ${verb} ${file}: ${reasonOf(cause)}`, { cause, hint });
}

/** What to do when a tool's own words say that a disk or a quota is full; `undefined` when they do not. */
export function spaceHint(words: string): string | undefined {
  if (/No space left on device|ENOSPC/.test(words)) return FILE_HINTS.ENOSPC;
  return /Disk quota exceeded|EDQUOT/.test(words) ? FILE_HINTS.EDQUOT : undefined;
}

const FILE_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "free some space on that disk and start again; what worked before still works",
  EDQUOT: "free some space within your quota and start again; what worked before still works",
  EACCES: "check who owns the path, or set XDG_STATE_HOME and XDG_CACHE_HOME to folders that you can write",
  EROFS: "set XDG_STATE_HOME and XDG_CACHE_HOME to folders that can be written",
  EIO: "look after that disk and start again; what worked before still works",
  EXDEV: "have that folder and all that prime keeps in it on one file system, and start again",
  EMFILE: "raise the limit of open files (`ulimit -n`) and start again",
};
