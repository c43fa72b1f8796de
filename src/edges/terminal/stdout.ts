import { writeSync } from "node:fs";
import { headShell } from "../head.ts";

/** The head keeps the user's standard output on this descriptor: its own goes nowhere while candidates for Node are tried. */
const USERS_OUTPUT = 4;

/** The descriptor of the user's own standard output. */
export function userOutput(): number {
  return headShell() === undefined ? 1 : USERS_OUTPUT;
}

/** Writes all of the text; a reader that has gone away (`| head`) is no error of prime's. */
export function writeOutput(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}
