import { spawnSync } from "node:child_process";
import * as path from "node:path";
import type { Arm } from "./scenario.ts";

/** What was measured of one arm, in milliseconds, in the order of the rounds. */
export interface Measured {
  readonly times: readonly number[];
  /** When a line on standard error that begins with this text came. */
  readonly marks: Readonly<Record<string, readonly number[]>>;
}

interface Nanoseconds {
  readonly times: readonly number[];
  readonly marks: Readonly<Record<string, readonly number[]>>;
}

/** Rounds before the measured ones: caches of the system fill, ready plans are written. */
const WARM_UP = 2;

/**
 * Measures all arms in one run, by turns. The clock is read in Python, since its posix_spawn costs less and varies less
 * than a start from Node.
 */
export function measure(python: string, arms: Readonly<Record<string, Arm>>, rounds: number): Record<string, Measured> {
  const done = spawnSync(python, ["-I", path.join(import.meta.dirname, "timer.py")], {
    input: JSON.stringify({ rounds, warmup: WARM_UP, arms }),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) throw new Error(`the measurement failed: ${done.stderr}`);
  const result = JSON.parse(done.stdout) as Record<string, Nanoseconds>;
  return Object.fromEntries(Object.entries(result).map(([name, one]) => [name, inMilliseconds(one)]));
}

function inMilliseconds({ times, marks }: Nanoseconds): Measured {
  const convert = (all: readonly number[]) => all.map((nanoseconds) => nanoseconds / 1e6);
  return {
    times: convert(times),
    marks: Object.fromEntries(Object.entries(marks).map(([mark, all]) => [mark, convert(all)])),
  };
}
