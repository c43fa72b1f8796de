import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { specOf } from "./supervisor.ts";
import type { Planned } from "./sweep.ts";
import type { Outcome } from "./trial.ts";

const ROOT = path.join(import.meta.dirname, "../..");

/** One fault that was tried. */
export interface Tried extends Outcome {
  readonly operation: string;
  readonly family: string;
  readonly spec: string;
}

/** What was tried with this launcher and seed, line by line in a file, so that a sweep that was ended goes on from there. */
export class Results {
  readonly file: string;
  private readonly plans = new Map<string, readonly Planned[]>();
  readonly tried: Tried[] = [];

  constructor(seed: number) {
    const launcher = createHash("sha256")
      .update(fs.readFileSync(path.join(ROOT, "prime")))
      .digest("hex");
    this.file = path.join(ROOT, `test/.results/fault-${launcher.slice(0, 8)}-${seed}.jsonl`);
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    const lines = fs.existsSync(this.file) ? fs.readFileSync(this.file, "utf8").split("\n") : [];
    for (const line of lines.filter((one) => one !== "")) {
      const value = JSON.parse(line);
      if ("plan" in value) this.plans.set(value.operation, value.plan);
      else this.tried.push(value);
    }
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
    const done = new Set(
      this.tried.filter((one) => one.operation === operation).map(({ family, spec }) => `${family} ${spec}`),
    );
    return (this.plans.get(operation) ?? []).filter(({ family, fault }) => !done.has(`${family} ${specOf(fault)}`));
  }

  add(tried: Tried): void {
    this.tried.push(tried);
    this.append(tried);
  }

  private append(value: unknown): void {
    fs.appendFileSync(this.file, `${JSON.stringify(value)}\n`);
  }
}
