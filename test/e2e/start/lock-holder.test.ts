import * as fs from "node:fs";
import * as os from "node:os";
import { describe, expect, it } from "vitest";
import { markOf } from "../../../src/edges/processes/locks/lock-holder.ts";
import { SlowRepo, succeeded } from "../../support/checkouts/slow-repo.ts";
import { generations, good, shown } from "../../support/repos.ts";

const IMPATIENT = { "prime.toml": "lock_patience_s = 1\n" };

describe("a holder of the build lock", () => {
  it("that was killed is replaced at once, and what it left is not taken for an environment", async () => {
    const slow = new SlowRepo();
    const first = await slow.startSlow();
    process.kill(-(first.child.pid as number), "SIGKILL");
    await first.ended;
    await first.letGo();
    expect(slow.isLocked).toBe(true);
    const torn = generations(slow.box);
    const end = await slow.start(["run", "echo", "second"]).ended;
    succeeded(end, "second\n");
    expect(end.stderr).not.toContain("waiting for");
    expect(torn).not.toContain(shown(slow.box));
    expect(slow.builds).toBe(2);
  });

  it("that is killed while others wait is replaced by one of them", async () => {
    const slow = new SlowRepo();
    const first = await slow.startSlow();
    const others = ["a", "b", "c", "d"].map((name) => slow.start(["run", "echo", name]));
    await Promise.all(others.map((other) => other.until("waiting for")));
    process.kill(-(first.child.pid as number), "SIGKILL");
    await first.ended;
    await first.letGo();
    for (const other of others) expect(await other.ended).toMatchObject({ code: 0 });
    expect(slow.builds).toBe(2);
    expect(slow.isLocked).toBe(false);
  });

  it("that is stopped, its uv with it, is built beside after `lock_patience_s`, and finishes when it goes on", async () => {
    const slow = new SlowRepo(IMPATIENT);
    const first = await slow.startSlow();
    process.kill(-(first.child.pid as number), "SIGSTOP");
    const { pid } = slow.holder;
    const { code, stdout, stderr } = await slow.start(["run", "echo", "second"]).ended;
    expect([code, stdout]).toEqual([0, "second\n"]);
    const who = `process ${pid} on ${os.hostname()} (the first start here)`;
    expect(stderr).toContain(`waiting for ${who}, which is building for ${slow.box.root}\n`);
    expect(stderr).toContain(`prime: warning: ${who} shows no sign of life: building without waiting for it\n`);
    expect(stderr).toContain("the other prime holds uv's locks too");
    const second = shown(slow.box);
    process.kill(-(first.child.pid as number), "SIGCONT");
    await first.letGo();
    succeeded(await first.ended, "slow\n");
    expect(generations(slow.box)).toHaveLength(2);
    expect(generations(slow.box)).toContain(second);
    expect(slow.isLocked).toBe(false);
    expect(fs.readdirSync(slow.box.path(".prime")).filter((name) => name.startsWith("work-"))).toEqual([]);
  });

  it.each([
    ["on another host", { host: "elsewhere" }],
    ["in another container", { space: "pid:[1]" }],
  ])("%s is known by its heartbeat alone", async (_, change) => {
    const slow = new SlowRepo(IMPATIENT);
    const { holder, kill } = slow.hold(change);
    kill();
    const { stderr } = await good(slow.box);
    const who = `process ${holder.pid} on ${holder.host} (./prime gc)`;
    expect(stderr).toContain(`waiting for ${who}, which is ${holder.doing}\n`);
    expect(stderr).toContain(`prime: warning: ${who} shows no sign of life: building without waiting for it\n`);
    expect(slow.isLocked).toBe(false);
    expect((await good(slow.box, ["reboot"])).stderr).not.toContain("waiting for");
  });

  it("that an older prime wrote down, without saying what it does, is waited for while it lives", async () => {
    const slow = new SlowRepo();
    const { kill } = slow.hold({ doing: undefined });
    const waits = slow.start(["run", "echo", "second"]);
    await waits.until("which is building");
    expect(slow.builds).toBe(0);
    kill();
    succeeded(await waits.ended, "second\n");
  });

  it.each([
    ["of a number that another process has now", { start: "1" }],
    ["from before the machine was started", { boot: "another" }],
  ])("%s is dead", async (_, change) => {
    const slow = new SlowRepo();
    slow.hold(change);
    expect((await good(slow.box)).stderr).not.toContain("waiting for");
    expect(slow.isLocked).toBe(false);
  });

  it.each([
    ["torn", '{"pid":'],
    ["empty", ""],
  ])("whose lock is %s is nobody", async (_, text) => {
    const slow = new SlowRepo();
    slow.box.file(".prime/lock", text);
    expect((await good(slow.box)).stderr).not.toContain("waiting for");
    expect(slow.isLocked).toBe(false);
  });

  it("can't be where no lock of prime's can be: all goes on in a folder of its own", async () => {
    const slow = new SlowRepo();
    slow.box.file(".prime/lock/in the way", "");
    const end = await slow.start(["-v", "run", "echo", "done"]).ended;
    expect(end).toMatchObject({ code: 0, stdout: "done\n" });
    expect(end.stderr).toContain(".prime/lock is no regular file: nothing in");
    expect(slow.builds).toBe(1);
  });

  it("that died in the midst of taking over leaves nothing that stops others", async () => {
    const slow = new SlowRepo();
    const { holder } = slow.hold({ start: "1" });
    const text = JSON.stringify(holder);
    slow.box.file(`.prime/lock.${markOf(text)}`, text);
    await good(slow.box);
    expect(fs.readdirSync(slow.box.path(".prime")).filter((name) => name.startsWith("lock"))).toEqual([]);
  });
});
