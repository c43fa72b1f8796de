import type { Estimate } from "./report/statistics.ts";

/** One command among those that are measured by turns. */
export interface Arm {
  /** The file is an absolute path. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Run first each time, not measured. */
  readonly before?: readonly string[];
  /** A file that gets another, old time first each time; its contents stay. */
  readonly touch?: string;
  /** Beginnings of lines on standard error whose moments are noted. */
  readonly marks?: readonly string[];
}

/** Arms that are measured in one run, the first of which the others are compared with. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly rounds: number;
  readonly arms: Readonly<Record<string, Arm>>;
}

/** What the results say of an arm, in milliseconds. */
export interface ArmResult {
  readonly name: string;
  readonly total: Estimate;
  readonly fastest: number;
  /** What it took longer than the first arm; absent for the first. */
  readonly over?: Estimate;
  readonly marks?: Readonly<Record<string, Estimate>>;
}

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly rounds: number;
  readonly arms: readonly ArmResult[];
}

/** A promise of prime's, and whether this run kept it: a ratio to what was measured in the same run. */
export interface Goal {
  readonly text: string;
  readonly measured: number;
  /** The same of the launcher that this one is compared with. */
  readonly before?: number;
  readonly limit: number;
  readonly bound: "at most" | "at least";
  /** What the user waits for, in milliseconds. */
  readonly milliseconds: number;
  readonly met: boolean;
}
