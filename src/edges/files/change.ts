import * as fs from "node:fs";
import * as path from "node:path";
import { act, failure } from "./errors.ts";
import { temporaryName } from "./maker-mark.ts";
import { sha256 } from "./read.ts";

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
