import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { PrimeError, reasonOf } from "../../errors.ts";
import { headShell } from "../head.ts";

/**
 * The user's own streams. The head keeps them on these descriptors: its own standard output goes nowhere while candidates
 * for Node are tried, and Node, which changes the mode of each terminal among its first three descriptors, is given none.
 */
export function userInput(): number {
  return headShell() === undefined ? 0 : 5;
}

export function userOutput(): number {
  return headShell() === undefined ? 1 : 4;
}

export function userErrors(): number {
  return headShell() === undefined ? 2 : 6;
}

/** Linux gives this number to `/dev/null` and its like (linux/Documentation/admin-guide/devices.txt). */
const MEMORY_DEVICES = 1;

/** What shows by its kind that it is no terminal is not asked: Node loads its sockets to do that. */
export function isTerminal(fd: number): boolean {
  try {
    const is = fstatSync(fd);
    return is.isCharacterDevice() && is.rdev >> 8 !== MEMORY_DEVICES && isatty(fd);
  } catch {
    return false;
  }
}

/** Writes all of the text for the user to use; a reader that has gone away (`| head`) is no error of prime's. */
export function writeOutput(text: string): void {
  try {
    write(userOutput(), text, ["EPIPE"]);
  } catch (error) {
    throw new PrimeError(
      "output",
      `could not write to standard output: ${reasonOf(error)}`,
      "make room, or send it elsewhere",
    );
  }
}

/** Writes prime's own words. Where nobody can read them (a full disk, a terminal that has gone away), the start goes on. */
export function writeMessage(text: string): void {
  write(userErrors(), text, ["EPIPE", "EIO", "ENOSPC", "EDQUOT", "EFBIG", "ENXIO", "EBADF"]);
}

function write(fd: number, text: string, harmless: readonly string[]): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (harmless.includes(code)) return;
      if (code !== "EAGAIN") throw error;
    }
  }
}
