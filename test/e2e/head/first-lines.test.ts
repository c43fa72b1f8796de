import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { Launcher, SHELLS } from "../../support/launchers.ts";

/** Stands before all that the first lines are not. */
const BEHIND = "{ prime_line=''; case ";
const WORD = "echo 'the rest was read' >&2\n";

/** A launcher that says so when the shell comes behind the first lines. */
function telling(): Launcher {
  const launcher = new Launcher();
  const text = fs.readFileSync(launcher.file, "latin1");
  expect(text.split(BEHIND)).toHaveLength(2);
  launcher.write(
    "prime",
    text.replace(BEHIND, () => WORD + BEHIND),
  );
  fs.chmodSync(launcher.file, 0o755);
  return launcher;
}

describe.each(["dash", "busybox", "ksh"])("the first lines, in %s", (name) => {
  const shell = SHELLS[name] as readonly string[];
  const input = (l: Launcher) => ({ kind: "file", path: l.write("input", "one") }) as const;

  it.skipIf(shell === undefined)("are all that is read of the head where the plan serves the start", () => {
    const l = telling();
    expect(l.ready([input(l)])).toBeUndefined();
    const run = (args: string[], launcher?: string) =>
      l.start(args, { shell, ...(launcher === undefined ? {} : { launcher }) });
    const warm = { code: 0, signal: null, stdout: "yes\n", stderr: "" };
    expect(run(["run", "echo", "yes"], "./prime")).toEqual(warm);
    expect(run(["run", "echo", "yes"])).toEqual(warm);
    expect(run([], "./prime")).toEqual({ ...warm, stdout: "", stderr: "prime: ready\n" });
    expect(run(["--quiet", "run", "echo", "yes"], "./prime").stderr).toBe("the rest was read\n");
  });

  it.skipIf(shell === undefined)("leave a plan that declines to no second look, and the arguments whole", () => {
    const l = telling();
    expect(l.ready([input(l)])).toBeUndefined();
    const plan = fs.readFileSync(l.plan, "latin1");
    fs.writeFileSync(l.plan, `echo looked >&2\n${plan}`, { mode: 0o600 });
    l.write("input", "other", 1_700_000_100);
    const { code, stdout, stderr } = l.start(["run", "echo", "a b", "c"], { shell, launcher: "./prime" });
    expect([code, stdout, stderr]).toEqual([0, "a b c\n", "looked\nthe rest was read\ncold\n"]);
  });
});
