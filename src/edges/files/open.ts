import * as fs from "node:fs";
import { PrimeError } from "../../errors.ts";

/** What prime reads whole: no file that says what to install, and none of prime's own, is larger. */
const MOST_BYTES = 64 * 1024 * 1024;
const CHUNK = 1024 * 1024;

/** Nobody writes to a pipe that a clone brings, and no device ends: opening must not wait, and only files are read. */
const CAREFULLY = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

/**
 * Opens a file that others may have made, for reading. The one door: throws `unfit-file` for what is no regular file, and the
 * system's own error for what can't be opened.
 */
export function withRegularFile<T>(file: string, use: (fd: number, size: number) => T): T {
  const fd = fs.openSync(file, CAREFULLY);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw unfit(file, `it is ${kindOf(stat)}, and no regular file`);
    return use(fd, stat.size);
  } finally {
    fs.closeSync(fd);
  }
}

/** All bytes of a regular file of at most 64 MB. */
export function readWhole(file: string): Buffer {
  return withRegularFile(file, (fd, size) => {
    const parts: Buffer[] = [];
    let total = 0;
    for (const part of chunks(fd, Math.min(CHUNK, size + 1))) {
      parts.push(Buffer.from(part));
      total += part.length;
      if (Math.max(size, total) > MOST_BYTES)
        throw unfit(file, `it has more than ${MOST_BYTES / 1024 / 1024} MB, the most that prime reads of such a file`);
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

function unfit(file: string, why: string): PrimeError {
  return new PrimeError("unfit-file", `could not read ${file}: ${why}`, {
    hint: "put a regular file in its place, or take it away",
  });
}

function kindOf(stat: fs.Stats): string {
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a named pipe";
  if (stat.isSocket()) return "a socket";
  return "a device";
}
