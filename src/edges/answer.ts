import * as fs from "node:fs";

/** The descriptor on which the head reads the program's answer. */
export const ANSWER = 3;

/** The last line of an answer that is whole, which the head then runs, however Node ends. */
const WHOLE = ": whole\n";

/** Gives the head the rest of its lines; when a signal has ended it, nobody is left to be told. */
export function writeAnswer(text: string): void {
  let rest = Buffer.from(text + WHOLE);
  try {
    while (rest.length > 0) rest = rest.subarray(fs.writeSync(ANSWER, rest));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}
