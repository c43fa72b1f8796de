import * as fs from "node:fs";
import { PrimeError } from "../../errors.ts";
import { CALMLY } from "./errors.ts";
import { orStandIn } from "./stand-ins.ts";

const MB = 1024 * 1024;

/** The most that prime reads of a file, in bytes, by who makes such files. Larger ones would take minutes to understand. */
export const MOST = {
  /** What people write: configurations and scripts. The largest in use have a fifth of it. */
  written: MB,
  /** Requirement files: tools write all digests of some hundred packages into them, too. */
  listed: 4 * MB,
  /** What tools write, prime itself among them. */
  made: 64 * MB,
  /** git's index: 130 bytes for each file of a repo. */
  index: 1024 * MB,
  /** What is never held as a whole: archives and other inputs of which only the bytes count. */
  hashed: 16 * 1024 * MB,
} as const;

const CHUNK = MB;

/** Nobody writes to a pipe that a clone brings, and no device ends: opening must not wait, and only files are read. */
const CAREFULLY = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

/**
 * Opens a file that others may have made, for reading. The one door: throws `unfit-file` for what is no regular file or larger
 * than `most`, and the system's own error for what can't be opened.
 */
export function withRegularFile<T>(file: string, most: number, use: (fd: number, size: number) => T): T {
  return withOpened(openCarefully(orStandIn(file), most), (fd) => {
    const stat = fs.fstatSync(fd);
    refuseUnfit(file, stat, most);
    return use(fd, stat.size);
  });
}

/** Does something with an open file or folder, and closes it. */
export function withOpened<T>(fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** All bytes of a regular file. */
export function readWhole(file: string, most: number): Buffer {
  return withRegularFile(file, most, (fd, size) => {
    const parts: Buffer[] = [];
    let total = 0;
    for (const part of chunks(fd, Math.min(CHUNK, size + 1))) {
      parts.push(Buffer.from(part));
      total += part.length;
      if (total > most) throw tooLarge(file, most);
    }
    return Buffer.concat(parts);
  });
}

/** The bytes of an open file from its beginning, piece by piece: each is overwritten by the next one. */
export function* chunks(fd: number, length = CHUNK): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(length, 4096));
  for (;;) {
    const count = fs.readSync(fd, buffer, 0, buffer.length, null);
    if (count === 0) return;
    yield buffer.subarray(0, count);
  }
}

/** Bytes: with Node's own 64 KiB the turns between its threads cost more than the reading. */
const READ_AT_ONCE = 512 * 1024;

/** The same as a stream, for what is too large to be held. */
export function streamOf(file: string, most: number): fs.ReadStream {
  const fd = openCarefully(file, most);
  try {
    refuseUnfit(file, fs.fstatSync(fd), most);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return fs.createReadStream("", { fd, highWaterMark: READ_AT_ONCE });
}

/** Throws `unfit-file` for what can't be read as a file of at most so many bytes. */
export function refuseUnfit(file: string, stat: fs.Stats, most: number): void {
  if (!stat.isFile()) throw unfit(file, `it is ${kindOf(stat)}, and no regular file`, most);
  if (stat.size > most) throw tooLarge(file, most);
}

/** A socket can't even be opened (open(2), ENXIO). */
function openCarefully(file: string, most: number): number {
  try {
    return fs.openSync(file, CAREFULLY);
  } catch (error) {
    const stat = fs.statSync(file, CALMLY);
    if (stat?.isSocket()) refuseUnfit(file, stat, most);
    throw error;
  }
}

function tooLarge(file: string, most: number): PrimeError {
  return unfit(file, `it has more than ${megabytes(most)}, the most that prime reads of such a file`, most);
}

function unfit(file: string, why: string, most: number): PrimeError {
  return new PrimeError(
    "unfit-file",
    `could not read ${file}: ${why}`,
    `put a regular file of at most ${megabytes(most)} in its place, or remove it`,
  );
}

function megabytes(bytes: number): string {
  return `${bytes / MB} MB`;
}

function kindOf(stat: fs.Stats): string {
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a named pipe";
  if (stat.isSocket()) return "a socket";
  return "a device";
}
