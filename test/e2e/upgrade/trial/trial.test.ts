import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { outdated } from "../../../support/pythons/upgrades.ts";
import { good, isWarm, shown } from "../../../support/repos.ts";

const POLICY = "[upgrade]\ntrial = { starts = 2, window_s = 60 }\n";

/** An app that does not get along with alpha 1.1. */
async function onTrial(whenNew: string) {
  const box = await outdated({
    "prime.toml": POLICY,
    "app.py": `import os, signal, sys, alpha\nif alpha.version == "1.1":\n    ${whenNew}\nprint(alpha.version)\n`,
  });
  const before = shown(box);
  await good(box, ["upgrade"]);
  return { box, before, after: shown(box) };
}

describe("a trial after an upgrade", () => {
  it.each([
    ["a crash", "os.kill(os.getpid(), signal.SIGSEGV)", { code: null, signal: "SIGSEGV" }],
    ["an exception that nothing catches", "raise RuntimeError('not with this one')", { code: 1, signal: null }],
    ["an import that fails", "import nowhere", { code: 1, signal: null }],
  ])("goes back after %s in each of its starts, and --auto does not make it again", async (_, whenNew, end) => {
    const { box, before, after } = await onTrial(whenNew);
    expect(await isWarm(box)).toBe(false);
    const first = await box.run(["run", "python", "app.py"]);
    expect({ code: first.code, signal: first.signal }).toEqual(end);
    expect(shown(box)).toBe(after);
    const second = await box.run(["run", "python", "app.py"]);
    expect({ code: second.code, signal: second.signal }).toEqual(end);
    expect(second.stderr).toContain(`back to ${before}`);
    expect(shown(box)).toBe(before);
    expect((await good(box, ["run", "python", "app.py"])).stdout).toBe("1.0\n");
    expect(await isWarm(box)).toBe(true);
    expect((await good(box, ["upgrade", "--check"])).code).toBe(0);
    await good(box, ["upgrade", "--auto"]);
    expect(shown(box)).toBe(before);
  });

  it("is passed by an exit of the app's own, whatever its status, and is warm from then on", async () => {
    const { box, after } = await onTrial("sys.exit(3)");
    expect((await good(box, ["status"])).stdout).toMatch(
      /on trial {9}2 starts still watched; \S+ comes back when all fail/,
    );
    expect((await good(box, ["doctor"])).stdout).toContain(`${after} is on trial for 2 more starts`);
    expect((await box.run(["run", "python", "app.py"])).code).toBe(3);
    expect((await box.run(["run", "python", "app.py"])).code).toBe(3);
    expect(await isWarm(box)).toBe(true);
    expect(fs.existsSync(box.path(".prime/trial"))).toBe(false);
    for (let time = 0; time < 3; time += 1) expect((await box.run(["run", "python", "app.py"])).code).toBe(3);
    expect(shown(box)).toBe(after);
  });

  it("does not count a start that somebody ended", async () => {
    const { box, after } = await onTrial("os.kill(os.getpid(), signal.SIGTERM)");
    for (let time = 0; time < 4; time += 1) expect((await box.run(["run", "python", "app.py"])).signal).toBe("SIGTERM");
    expect(shown(box)).toBe(after);
    expect(await isWarm(box)).toBe(false);
  });

  it("hands on arguments of any bytes, variables and signals, and leaves nothing of its own in them", async () => {
    const { box } = await onTrial("pass");
    const text =
      'printf "%s|" "$@"; env | grep -c -e WATCHED -e PYTHONPATH; exec python -c "import os; print(os.environ.get(\'PYTHONPATH\'))"';
    const { stdout, stderr } = await good(box, ["run", "sh", "-c", text, "sh", "a b", "\u00e9", "$x"]);
    expect(stderr).toBe("");
    expect(stdout).toBe("a b|\u00e9|$x|2\nNone\n");
    const started = box.start(["run", "python", "-c", "import time; print('up', flush=True); time.sleep(60)"]);
    await started.until("up");
    process.kill(started.child.pid as number, "SIGTERM");
    expect(await started.ended).toMatchObject({ signal: "SIGTERM" });
  });
});
