import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Outcome } from "./operations/trial.ts";
import { specOf } from "./supervisor/supervisor.ts";
import type { Planned } from "./sweep.ts";

const ROOT = path.join(import.meta.dirname, "../..");

/** One fault that was tried. */
export interface Tried extends Outcome {
  readonly operation: string;
  readonly family: string;
  readonly spec: string;
  /** The beginning of the launcher's sha256. */
  readonly launcher: string;
}

/**
 * What was tried with a seed, line by line in a file, so that a sweep that was ended goes on from there. What left something
 * that is not as it has to be is tried again.
 */
export class Results {
  readonly file: string;
  private readonly plans = new Map<string, readonly Planned[]>();
  private readonly launcher: string;
  private readonly byFault = new Map<string, Tried>();

  constructor(seed: number) {
    const launcher = createHash("sha256").update(fs.readFileSync(path.join(ROOT, "prime")));
    this.launcher = launcher.digest("hex").slice(0, 8);
    this.file = path.join(ROOT, `test/.results/fault-${seed}.jsonl`);
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    const lines = fs.existsSync(this.file) ? fs.readFileSync(this.file, "utf8").split("\n") : [];
    for (const line of lines.filter((one) => one !== "")) {
      const value = JSON.parse(line);
      if ("plan" in value) this.plans.set(value.operation, value.plan);
      else this.byFault.set(keyOf(value), value);
    }
  }

  get tried(): Tried[] {
    return [...this.byFault.values()];
  }

  /** What is planned for an operation, and was at its first try. */
  plan(operation: string): readonly Planned[] | undefined {
    return this.plans.get(operation);
  }

  setPlan(operation: string, plan: readonly Planned[]): void {
    this.plans.set(operation, plan);
    this.append({ operation, plan });
  }

  missing(operation: string): Planned[] {
    const all = this.plans.get(operation) ?? [];
    return all.filter(({ family, fault }) => !this.isSound({ operation, family, spec: specOf(fault) }));
  }

  /** Whether this was tried and all was as it has to be. */
  isSound(key: Key): boolean {
    return this.byFault.get(keyOf(key))?.problems.length === 0;
  }

  add(tried: Omit<Tried, "launcher">): void {
    const whole = { ...tried, launcher: this.launcher };
    this.byFault.set(keyOf(whole), whole);
    this.append(whole);
  }

  private append(value: unknown): void {
    fs.appendFileSync(this.file, `${JSON.stringify(value)}\n`);
  }
}

type Key = Pick<Tried, "operation" | "family" | "spec">;

function keyOf({ operation, family, spec }: Key): string {
  return `${operation} ${family} ${spec}`;
}
