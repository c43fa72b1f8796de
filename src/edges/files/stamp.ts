import * as fs from "node:fs";
import { act } from "./errors.ts";
import { withOpened } from "./open.ts";

/**
 * Node takes a time as seconds in a double, which tells 238 ns apart, and older ones cut it to microseconds: so the next
 * moment that can be set lies within these many nanoseconds.
 */
const STEPS = [0n, 300n, 600n, 1000n, 1500n, 2000n] as const;

/**
 * Makes an empty file, which must not be there yet, with the mtime that comes first from a moment on, and gives it: both in
 * nanoseconds since the epoch. `undefined`: the file system keeps no such time.
 */
export function makeStamp(file: string, moment: bigint, direction: "later" | "earlier"): bigint | undefined {
  return act("make the stamp", file, () => {
    const sign = direction === "later" ? 1n : -1n;
    return withOpened(fs.openSync(file, "wx", 0o600), (fd) => {
      for (const step of STEPS) {
        const seconds = Number(moment + sign * step) / 1e9;
        fs.futimesSync(fd, seconds, seconds);
        const is = fs.fstatSync(fd, { bigint: true }).mtimeNs;
        if ((is - moment) * sign >= 0n) return is;
      }
      return undefined;
    });
  });
}
