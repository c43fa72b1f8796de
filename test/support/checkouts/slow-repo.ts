import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, onTestFinished } from "vitest";
import { bootId, processSpace, startOfProcess } from "../../../src/edges/machine.ts";
import type { Holder } from "../../../src/edges/processes/locks/lock-holder.ts";
import { repo } from "../repos.ts";
import type { Ended, SandboxOptions, Started } from "../sandbox.ts";
import { readerOf } from "../system/gate.ts";

export const BACKEND = path.join(import.meta.dirname, "../../fixtures/backend.py");
export const PROJECT = `[project]
name = "sample"
version = "1"
requires-python = ">=3.6"

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`;

export interface SlowStart extends Started {
  letGo(): Promise<void>;
}

/** A repo whose build waits until the test lets it go on, and what the builds of each start have left behind. */
export class SlowRepo {
  readonly box;
  private readonly gate: string;
  private readonly calls: string;

  constructor(files: Readonly<Record<string, string>> = {}, options: SandboxOptions = {}) {
    this.box = repo({ "pyproject.toml": PROJECT, "backend.py": fs.readFileSync(BACKEND, "utf8"), ...files }, options);
    this.gate = path.join(this.box.base, "gate");
    this.calls = path.join(this.box.base, "calls");
    execFileSync("mkfifo", [this.gate]);
  }

  /** What a start needs to wait at the gate, and to be counted. */
  get env(): NodeJS.ProcessEnv {
    return { GATE: this.gate, CALLS: this.calls };
  }

  /** Starts prime, whose build waits at the gate; gives what opens it. */
  async startSlow(args: readonly string[] = ["run", "echo", "slow"]): Promise<SlowStart> {
    const started = this.box.start(args, { env: this.env });
    const gate = await this.reached(started.ended);
    return { ...started, letGo: () => gate.close() };
  }

  /** Resolves when a build waits at the gate, which closing opens; rejects when the start that was to come there has ended. */
  reached(ended: Promise<Ended>): Promise<fs.promises.FileHandle> {
    return readerOf(this.gate, ended);
  }

  start(args: readonly string[]): Started {
    return this.box.start(args, { env: { CALLS: this.calls } });
  }

  get builds(): number {
    return fs.existsSync(this.calls) ? fs.readFileSync(this.calls, "utf8").split("\n").length - 1 : 0;
  }

  get holder(): Holder {
    return JSON.parse(fs.readFileSync(this.box.path(".prime/lock"), "utf8"));
  }

  get isLocked(): boolean {
    return fs.existsSync(this.box.path(".prime/lock"));
  }

  /** Puts a lock there as another prime would, of a process that does nothing until the test is done. */
  hold(change: { [key in keyof Holder]?: Holder[key] | undefined } = {}): { holder: Holder; kill: () => void } {
    const child = spawn("sleep", ["infinity"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const holder = {
      pid: child.pid as number,
      start: startOfProcess(child.pid as number) as string,
      boot: bootId(),
      space: processSpace(),
      host: os.hostname(),
      doing: `removing old environments of ${this.box.root}`,
      reason: "./prime gc",
      ...change,
    };
    this.box.file(".prime/lock", JSON.stringify(holder));
    return { holder: holder as Holder, kill: () => void child.kill("SIGKILL") };
  }
}

export function succeeded(ended: Ended, stdout: string): void {
  expect(ended.stderr).not.toContain("error:");
  expect(ended).toMatchObject({ code: 0, signal: null, stdout });
}
