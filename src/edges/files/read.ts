import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { tolerate } from "../../errors.ts";
import { quoted } from "../../quoted.ts";
import { neverQuote } from "../../unquotable.ts";
import { CALMLY, tell } from "./errors.ts";
import { chunks, MOST, readWhole, refuseUnfit, withRegularFile } from "./open.ts";
import { kindOf } from "./ownership.ts";
import { orStandIn } from "./stand-ins.ts";

export { MOST } from "./open.ts";

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

/** Bytes that this user can still write where a folder is; undefined where that can't be told. */
export function roomIn(folder: string): number | undefined {
  try {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Facts of what the path leads to, links followed; `undefined` when nothing is there. */
export function facts(file: string): FileFacts | undefined {
  const stat = tell("look at", file, () => fs.statSync(orStandIn(file), { bigint: true, ...CALMLY }));
  return stat && factsOf(stat);
}

/** Facts of the path itself, a link not followed; `undefined` when nothing is there. */
export function linkFacts(file: string): FileFacts | undefined {
  const stat = tell("look at", file, () => fs.lstatSync(file, { bigint: true, ...CALMLY }));
  return stat && factsOf(stat);
}

export function isFile(file: string): boolean {
  return quiet(() => fs.statSync(orStandIn(file), CALMLY)?.isFile());
}

export function isFolder(file: string): boolean {
  return quiet(() => fs.statSync(file, CALMLY)?.isDirectory());
}

/** True when something, even a link that leads nowhere, has this name. */
export function exists(file: string): boolean {
  return quiet(() => fs.lstatSync(orStandIn(file), CALMLY) !== undefined);
}

/** True when something is found by this name: a link that leads nowhere finds nothing. */
export function isThere(file: string): boolean {
  return quiet(() => fs.statSync(orStandIn(file), CALMLY) !== undefined);
}

export function isExecutableFile(file: string): boolean {
  return quiet(() => {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  });
}

/** What a shell runs by this name; relative folders of the search path are seen from `cwd`. */
export function executableOnPath(name: string, folders: string, cwd: string): string | undefined {
  return folders
    .split(":")
    .map((folder) => path.resolve(cwd, folder, name))
    .find(isExecutableFile);
}

export function isWritable(folder: string): boolean {
  return quiet(() => {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  });
}

/** Empty where there is no such file. */
export function bytesIn(file: string): Buffer {
  return readBytes(file) ?? Buffer.alloc(0);
}

/** The text of a file in UTF-8, or in UTF-16 as PowerShell's `>` writes it; `undefined` when it is not there. */
export function readText(file: string, most: number = MOST.made): string | undefined {
  const bytes = readBytes(file, most);
  const text = bytes?.toString(encodingOf(bytes) ?? "utf8");
  if (text !== undefined && leadsOut(file)) neverQuote(text);
  return text;
}

/** Whether a link takes a file out of what belongs to the folder that the last part without a link names. */
function leadsOut(file: string): boolean {
  const named = path.resolve(file);
  const real = realPath(named);
  if (real === undefined || real === named) return false;
  let folder = path.dirname(named);
  while (realPath(folder) !== folder) folder = path.dirname(folder);
  return isOutside(real, folder);
}

/**
 * Whether a file belongs to other people's eyes than a folder does: it is neither below it nor in git's work tree around it. What git
 * itself keeps there (credentials among it) is outside, and a work tree that holds the user's home is none of a repo's.
 */
export function isOutside(file: string, folder: string): boolean {
  const [real, home] = [realPath(file) ?? file, os.homedir()];
  let tree = folder;
  for (let place = folder; !isBelow(home, place); place = path.dirname(place)) {
    if (!exists(path.join(place, ".git"))) continue;
    tree = place;
    break;
  }
  return !isBelow(real, tree) || path.relative(tree, real).split("/").includes(".git");
}

/** Whether a path is a folder's or leads below it, by their words alone; both absolute. */
export function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder === "/" ? "/" : `${folder}/`);
}

export function readBytes(file: string, most: number = MOST.made): Buffer | undefined {
  return tell("read", file, () => readWhole(file, most));
}

/**
 * Whether a file is there. Throws `unfit-file` for what can be neither read as one nor be a folder in its place: a pipe is no
 * absence.
 */
export function isFitFile(file: string, most: number = MOST.made): boolean {
  const stat = tell("look at", file, () => fs.statSync(orStandIn(file), CALMLY));
  if (stat === undefined || stat.isDirectory()) return false;
  refuseUnfit(file, stat, most);
  return true;
}

/** By its mark, which no UTF-8 begins with. */
function encodingOf(bytes: Buffer): "utf16le" | undefined {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? "utf16le" : undefined;
}

/**
 * At most the first `length` bytes of a file, a character each, or two where it is in UTF-16; "" for what can't be read. No pipe is
 * opened: whoever waits for its reader would go on.
 */
export function readStart(file: string, length: number): string {
  if (!isFile(file)) return "";
  try {
    const start = Buffer.alloc(length);
    const read = withRegularFile(file, Number.POSITIVE_INFINITY, (fd) => fs.readSync(fd, start));
    return start.toString(encodingOf(start) ?? "latin1", 0, read);
  } catch {
    return "";
  }
}

/** Names in a folder, sorted by code unit; `undefined` when it is not there. */
export function listFolder(folder: string): string[] | undefined {
  return tell("list", folder, () => fs.readdirSync(folder).sort());
}

/** A folder itself, and no link to one. */
export function isRealFolder(folder: string): boolean {
  return linkFacts(folder)?.kind === "folder";
}

/** The same of a real folder alone: none where a link leads to one. */
export function namesInFolder(folder: string): string[] {
  return isRealFolder(folder) ? (listFolder(folder) ?? []) : [];
}

/** What has such a name in a real folder, absolute. */
export function filesIn(folder: string, isWanted: (name: string) => unknown): string[] {
  return namesInFolder(folder)
    .filter(isWanted)
    .map((name) => path.join(folder, name));
}

/** The names in a folder; one that this user may not list has nothing for them. */
export function readableNames(folder: string): string[] {
  try {
    return listFolder(folder) ?? [];
  } catch {
    return [];
  }
}

/** The text of a symbolic link; `undefined` when there is no link. */
export function readLink(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** The text of a symbolic link that leads nowhere; `undefined` for all else. */
export function deadLink(file: string): string | undefined {
  return exists(file) && !isThere(file) ? readLink(file) : undefined;
}

/** Why there is no regular file, in a phrase. */
export function whyNoFile(file: string): string {
  const dead = deadLink(file);
  if (dead !== undefined) return `it is a link that leads nowhere: ${quoted(dead)}`;
  return isThere(file) ? "it is not a file" : "it does not exist";
}

/** The physical path with every link resolved; `undefined` when it leads nowhere. */
export function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync.native(file);
  } catch {
    return undefined;
  }
}

/** The same file by a path that has no link above it. */
export function physicalPath(file: string): string {
  return path.join(realPath(path.dirname(file)) ?? path.dirname(file), path.basename(file));
}

export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The sha256 of a file's bytes, in hexadecimal; `undefined` when it is not there. */
export function sha256OfFile(file: string): string | undefined {
  return tell("read", file, () =>
    withRegularFile(file, MOST.hashed, (fd) => {
      const hash = createHash("sha256");
      for (const part of chunks(fd)) hash.update(part);
      return hash.digest("hex");
    }),
  );
}

/** The same; `undefined` for what can't be read as a file, too: a pipe or a folder in its place, what is closed to this user. */
export function sha256IfAny(file: string): string | undefined {
  return tolerate(() => sha256OfFile(file));
}

/** Bytes on disk that the removal of a file or folder frees: what has other names (hard links) stays. */
export function diskUse(file: string): number {
  const stat = fs.lstatSync(file, CALMLY);
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.nlink > 1 ? 0 : stat.blocks * 512;
  let names: string[] = [];
  try {
    names = fs.readdirSync(file);
  } catch {} // closed to this user
  return names.reduce((sum, name) => sum + diskUse(path.join(file, name)), stat.blocks * 512);
}

/** Whether both paths lead to one file. */
export function isSameFile(first: string, second: string): boolean {
  const [a, b] = [facts(first), facts(second)];
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function factsOf(stat: fs.BigIntStats): FileFacts {
  return {
    kind: kindOf(stat),
    dev: String(stat.dev),
    ino: String(stat.ino),
    size: Number(stat.size),
    mtimeNs: String(stat.mtimeNs),
    ctimeNs: String(stat.ctimeNs),
    mode: Number(stat.mode),
    uid: Number(stat.uid),
  };
}

function quiet(look: () => boolean | undefined): boolean {
  try {
    return look() === true;
  } catch {
    return false;
  }
}
