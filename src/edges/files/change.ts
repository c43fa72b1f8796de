import * as fs from "node:fs";
import * as path from "node:path";
import { PrimeError } from "../../errors.ts";
import { act, failure } from "./errors.ts";
import { withOpened } from "./open.ts";
import { HeldFolder, within } from "./own/held-folder.ts";
import { makerMark, temporaryName } from "./own/maker-mark.ts";
import { remove, removeFile } from "./own/remove.ts";
import { isFolder, physicalPath, sha256 } from "./read.ts";

export function makeFolder(folder: string, mode = 0o777): void {
  act("make the folder", folder, () => makeWithParents(folder, mode));
}

/** Node's own `recursive` never ends below /proc (ENOENT, though the parent is there), and hides that a file system is read-only. */
function makeWithParents(folder: string, mode: number): void {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (!fs.existsSync(parent)) makeWithParents(parent, mode);
  try {
    fs.mkdirSync(folder, { mode });
  } catch (error) {
    if (!isFolder(folder)) throw error; // another start was faster
  }
}

/** A new folder with an unforeseeable name that starts with `prefix`. */
export function makeTemporaryFolder(prefix: string): string {
  makeFolder(path.dirname(prefix));
  return act("make a temporary folder at", prefix, () => fs.mkdtempSync(physicalPath(prefix)));
}

/**
 * Acts in a new folder of this process alone, and removes it; who finds it after a process that was killed can tell that it
 * is abandoned (`isAbandoned`).
 */
export async function inWorkFolder<T>(prefix: string, act: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeTemporaryFolder(`${prefix}.${makerMark()}.`);
  try {
    return await act(folder);
  } finally {
    remove(folder);
  }
}

/** Makes a folder that must not exist yet: what stands there already is somebody else's. */
export function makeNewFolder(folder: string): void {
  makeFolder(path.dirname(folder));
  act("make the folder", folder, () => fs.mkdirSync(folder));
}

/** Path → what this process itself put in its place last: a text, or the sha256 of bytes, which can be many. */
const ownTexts = new Map<string, { readonly text: string } | { readonly digest: string }>();

/** Whether a file with this sha256 is as this very process wrote it. */
export function isOwnText(file: string, digest: string | undefined): boolean {
  const own = ownTexts.get(file);
  return own !== undefined && ("text" in own ? sha256(own.text) : own.digest) === digest;
}

/**
 * Writes a file so that a reader sees the old text or the new one and a power cut leaves one of the two: temporary
 * sibling, fsync, rename, fsync of the folder.
 */
export function writeAtomic(file: string, text: string | Buffer, mode = 0o666): void {
  writeRenewable(file, text, mode);
  syncFolder(path.dirname(file));
}

/** `writeAtomic`, with `backdate` before anybody can see the file: a kill in between would leave one that is too young to be believed. */
export function writeBackdated(file: string, text: string | Buffer, seconds = backdated()): void {
  writeRenewable(file, text, 0o666, seconds);
  act("write", file, () => syncFolder(path.dirname(file)));
}

/** The same for what is made anew when a power cut takes it: after one the file is the old one, the new one, or not there. */
export function writeRenewable(file: string, text: string | Buffer, mode = 0o666, seconds?: number): void {
  act("write", file, () => putInPlace(file, text, { mode, seconds, sync: true }));
}

/** The same for what its reader can tell from a torn one, which a power cut may leave behind: nobody waits for the disk. */
export function writeTellable(file: string, text: string, mode: number): void {
  act("write", file, () => putInPlace(file, text, { mode, seconds: undefined, sync: false }));
}

interface Placing {
  readonly mode: number;
  readonly seconds: number | undefined;
  readonly sync: boolean;
}

function putInPlace(file: string, text: string | Buffer, { mode, seconds, sync }: Placing): void {
  const temporary = temporaryName(physicalPath(file));
  const opened = fs.openSync(temporary, "wx", mode);
  try {
    withOpened(opened, (fd) => {
      fs.writeFileSync(fd, text);
      if (seconds !== undefined) fs.futimesSync(fd, seconds, seconds);
      if (sync) fs.fsyncSync(fd);
    });
    fs.renameSync(temporary, file);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
  ownTexts.set(file, typeof text === "string" ? { text } : { digest: sha256(text) });
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
    if (fd !== undefined) removeFile(physicalPath(file)); // made, but not filled: of no use to anybody
    throw failure("write", file, error);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Writes a file that nobody relies on yet; no link, and no file that has another name as well. */
export function writePlain(file: string, text: string | Buffer, mode = 0o666): void {
  act("write", file, () =>
    withOwnFile(file, { flags: 0, mode }, (fd) => {
      fs.ftruncateSync(fd);
      fs.writeFileSync(fd, text);
    }),
  );
}

/** Appends to a file, which is made if need be; to no link, and to no file that has another name as well. */
export function append(file: string, text: string): void {
  const options = { flags: fs.constants.O_APPEND, mode: 0o666 };
  act("append to", file, () => withOwnFile(file, options, (fd) => fs.writeFileSync(fd, text)));
}

/** A file that grows piece by piece: a new one, or the end of one that is there. */
export function openGrowing(file: string, isNew: boolean) {
  const fd = act("write", file, () => fs.openSync(file, isNew ? "ax" : "a", 0o600));
  return {
    add: (bytes: Buffer) => act("write", file, () => fs.writeFileSync(fd, bytes)),
    empty: () => act("write", file, () => fs.ftruncateSync(fd)),
    close: () => fs.closeSync(fd),
  };
}

/** Appends to a file that the user has named, whatever it is. */
export function appendToNamed(file: string, text: string): void {
  act("append to", file, () => fs.appendFileSync(file, text));
}

/** `O_NONBLOCK`: opening a FIFO must not wait for its reader (open(2)). */
const OWN = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

function withOwnFile(
  file: string,
  { flags, mode }: { flags: number; mode: number },
  write: (fd: number) => void,
): void {
  withOpened(fs.openSync(file, OWN | flags, mode), (fd) => {
    const is = fs.fstatSync(fd);
    if (is.isFile() && is.nlink === 1) return write(fd);
    const what = is.isFile()
      ? "it has other names (hard links), which would be changed as well"
      : "it is no regular file";
    throw new PrimeError("not-own", `could not write ${file}: ${what}`, "move it away, and start again");
  });
}

/** Moves what has this name; both folders are reached without following a link. */
export function rename(from: string, to: string): void {
  act(`move ${from} to`, to, () =>
    inFolderOf(from, (source) =>
      inFolderOf(to, (target) => fs.renameSync(source.at(path.basename(from)), target.at(path.basename(to)))),
    ),
  );
}

/** Copies to where nothing stands yet. */
export function copyFile(from: string, to: string, mode?: number): void {
  act(`copy ${from} to`, to, () => {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
    if (mode !== undefined) fs.chmodSync(to, mode);
  });
}

/** Lets whoever may read a file execute it, too. */
export function makeExecutable(file: string): void {
  act("make executable", file, () => {
    withOpened(fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW), (fd) => {
      const { mode } = fs.fstatSync(fd);
      fs.fchmodSync(fd, (mode & 0o777) | ((mode & 0o444) >> 2));
    });
  });
}

/** Makes a symbolic link where nothing stands yet, in one step; `false` when something does. */
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

/** Gives a file a second name, where nothing stands yet. */
export function linkFile(file: string, name: string): void {
  act("make the link", name, () => fs.linkSync(file, name));
}

/** Makes a symbolic link that nobody relies on yet. */
export function linkPlain(link: string, text: string): void {
  act("make the link", link, () => fs.symlinkSync(text, link));
}

/**
 * Makes `link` a symbolic link with this text, in one step for whoever looks at it: temporary link, then rename. Its folder is
 * reached without following a link.
 */
export function swapLink(link: string, text: string): void {
  const temporary = temporaryName(link);
  act("make the link", link, () => {
    inFolderOf(link, (folder) => {
      fs.symlinkSync(text, folder.at(path.basename(temporary)));
      try {
        fs.renameSync(folder.at(path.basename(temporary)), folder.at(path.basename(link)));
      } catch (error) {
        removeFile(temporary);
        throw error;
      }
    });
  });
  syncFolder(path.dirname(link));
}

/** Sets the mode of a folder; one to which a link leads is refused. */
export function setFolderMode(folder: string, mode: number): void {
  act("set the mode of", folder, () => {
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW;
    withOpened(fs.openSync(folder, flags), (fd) => fs.fchmodSync(fd, mode));
  });
}

/** Sets both times of a file or folder, in seconds since the epoch; of a link its own. */
export function setTimes(file: string, seconds: number): void {
  act("set the time of", file, () => fs.lutimesSync(file, seconds, seconds));
}

/** Seconds by which prime sets back the times of what it made itself: shells that compare whole seconds believe them then. */
const BACKDATED_S = 10;

export function backdate(file: string): void {
  setTimes(file, backdated());
}

function backdated(): number {
  return Math.floor(Date.now() / 1000) - BACKDATED_S;
}

/** Makes what was created, renamed or removed in a folder outlive a power cut (fsync(2), NOTES). */
function syncFolder(folder: string): void {
  act("have the disk keep what was changed in", folder, () => {
    withOpened(fs.openSync(folder, "r"), (fd) => {
      try {
        fs.fsyncSync(fd);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
      }
    });
  });
}

function inFolderOf<T>(file: string, act: (folder: HeldFolder) => T): T {
  const folder = HeldFolder.open(path.dirname(file));
  if (folder === undefined) throw Object.assign(new Error("its folder is gone"), { code: "ENOENT" });
  return within(folder, act);
}
