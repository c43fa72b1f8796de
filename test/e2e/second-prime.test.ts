import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { bootId, startOfProcess } from "../../src/edges/head.ts";
import type { Ended, Started } from "./harness.ts";
import { generations, good, repo, shown } from "./repos.ts";

const BACKEND = path.join(import.meta.dirname, "../fixtures/backend.py");
const PROJECT = `[project]
name = "sample"
version = "1"
requires-python = ">=3.6"

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`;

/** A repo whose build waits until the test lets it go on, and what the builds of each start have left behind. */
class SlowRepo {
  readonly box = repo({ "pyproject.toml": PROJECT, "backend.py": fs.readFileSync(BACKEND, "utf8") });
  private readonly gate = path.join(this.box.base, "gate");
  private readonly calls = path.join(this.box.base, "calls");

  constructor() {
    execFileSync("mkfifo", [this.gate]);
  }

  /** Starts prime, whose build waits at the gate; gives what opens it. */
  async startSlow(): Promise<Started & { letGo: () => Promise<void> }> {
    const started = this.box.start(["run", "echo", "slow"], { env: { GATE: this.gate, CALLS: this.calls } });
    const early = started.ended.then((end): never => {
      throw new Error(`it ended before it built: ${end.stderr}`);
    });
    // A fifo is opened for writing as soon as somebody reads it.
    const gate = await Promise.race([fs.promises.open(this.gate, "w"), early]);
    early.catch(() => {});
    return { ...started, letGo: () => gate.close() };
  }

  start(args: readonly string[]): Started {
    return this.box.start(args, { env: { CALLS: this.calls } });
  }

  get builds(): number {
    return fs.readFileSync(this.calls, "utf8").split("\n").length - 1;
  }

  get holder(): { pid: number } {
    return JSON.parse(fs.readFileSync(this.box.path(".prime/lock"), "utf8"));
  }
}

function succeeded(ended: Ended, stdout: string): void {
  expect(ended).toMatchObject({ code: 0, signal: null, stdout });
  expect(ended.stderr).not.toContain("error:");
}

it("a second prime says whom it waits for; both succeed by one build", async () => {
  const slow = new SlowRepo();
  const first = await slow.startSlow();
  const second = slow.start(["run", "echo", "second"]);
  await second.until("waiting for");
  const { pid } = slow.holder;
  await first.letGo();
  succeeded(await first.ended, "slow\n");
  const end = await second.ended;
  succeeded(end, "second\n");
  expect(end.stderr).toContain(
    `waiting for process ${pid} on ${os.hostname()} (the first start here), which is building for ${slow.box.root}`,
  );
  expect(slow.builds).toBe(1);
  expect(generations(slow.box)).toEqual([shown(slow.box)]);
  expect(fs.existsSync(slow.box.path(".prime/lock"))).toBe(false);
});

it("a start that has nothing to build does not wait", async () => {
  const slow = new SlowRepo();
  const first = await slow.startSlow();
  const status = await slow.box.run(["status"]);
  succeeded(status, expect.stringContaining("not built yet"));
  await first.letGo();
  await first.ended;
});

it("a holder that was killed is replaced at once, and what it left is not taken for an environment", async () => {
  const slow = new SlowRepo();
  const first = await slow.startSlow();
  process.kill(-(first.child.pid as number), "SIGKILL");
  await first.ended;
  await first.letGo();
  expect(fs.existsSync(slow.box.path(".prime/lock"))).toBe(true);
  const torn = generations(slow.box);
  const end = await slow.start(["run", "echo", "second"]).ended;
  succeeded(end, "second\n");
  expect(end.stderr).not.toContain("waiting for");
  expect(torn).not.toContain(shown(slow.box));
  expect(slow.builds).toBe(2);
});

it("a holder without a sign of life is not waited for longer than `lock_patience_s`, and keeps its lock", async () => {
  const box = repo({ "prime.toml": "lock_patience_s = 1\n" });
  const lock = fs.openSync(box.file(".prime/lock", ""), "w");
  const start = startOfProcess(process.pid);
  const silent = { pid: process.pid, start, boot: bootId(), host: os.hostname(), reason: "a test" };
  fs.writeSync(lock, JSON.stringify(silent));
  fs.closeSync(lock);
  const { stderr } = await good(box);
  const who = `process ${process.pid} on ${os.hostname()} (a test)`;
  expect(stderr).toContain(`waiting for ${who}, which is building for ${box.root}\n`);
  expect(stderr).toContain(`prime: warning: ${who} shows no sign of life: building beside it\n`);
  expect(JSON.parse(fs.readFileSync(box.path(".prime/lock"), "utf8"))).toEqual(silent);
  expect(generations(box)).toEqual([shown(box)]);
});

it.each([
  ["of a number that another process has now", { pid: process.pid, start: "1", boot: bootId() }],
  ["from before the machine was started", { pid: process.pid, boot: "another" }],
  ["that is torn", undefined],
])("a lock %s is replaced at once", async (_, holder) => {
  const slow = new SlowRepo();
  const text = JSON.stringify({ start: "", boot: "", host: os.hostname(), reason: "", ...holder });
  slow.box.file(".prime/lock", holder === undefined ? text.slice(0, 9) : text);
  const { stderr } = await good(slow.box);
  expect(stderr).not.toContain("waiting for");
});
