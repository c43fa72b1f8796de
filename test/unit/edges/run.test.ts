import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type RunOptions, run } from "../../../src/edges/processes/run.ts";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-run-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const env = { PATH: "/usr/bin:/bin" };
const shell = (text: string, options?: RunOptions) =>
  run({ file: "/bin/sh", args: ["-c", text], env, cwd: folder }, options);

describe("a command that is run to its end", () => {
  it("tells its status, what it printed, and both streams in their order", async () => {
    const outcome = await shell("echo one; echo two >&2; exit 3");
    expect(outcome).toMatchObject({ ok: false, exitCode: 3, signal: undefined, timedOut: false, failure: undefined });
    expect(outcome).toMatchObject({ stdout: "one\n", stderr: "two\n" });
    expect(["one\ntwo\n", "two\none\n"]).toContain(outcome.output);
    expect(await shell("kill -s TERM $$")).toMatchObject({ ok: false, exitCode: undefined, signal: "SIGTERM" });
    expect(await shell("exit 0")).toMatchObject({ ok: true, exitCode: 0 });
  });

  it("gets its environment and no other, its folder, and nothing or what is given to read", async () => {
    const { stdout } = await shell("/usr/bin/env; pwd; cat");
    expect(stdout.split("\n").filter((line) => !/^(?:PWD|_|SHLVL|OLDPWD)=/.test(line))).toEqual([
      "PATH=/usr/bin:/bin",
      folder,
      "",
    ]);
    expect(await shell("cat", { input: "gr\u00fc\u00dfe" })).toMatchObject({ ok: true, stdout: "gr\u00fc\u00dfe" });
    expect(await shell("exit 4", { input: "x".repeat(1_000_000) })).toMatchObject({ exitCode: 4 });
  });

  it("tells lines as they come, and keeps them in a log", async () => {
    const log = path.join(folder, "log");
    const lines: string[] = [];
    await shell("printf 'a\\rb\\nc\\r\\n'; printf '\\303'; printf '\\274d'; printf '\\ne\\r'; printf '\\nf'", {
      log,
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(["a", "b", "c", "\u00fcd", "e", "f"]);
    expect(fs.readFileSync(log, "utf8")).toMatch(/^\$ .*printf.*\na\nb\nc\n\u00fcd\ne\nf\n$/);
    expect(await shell("echo kept", { log: path.join(folder, "gone/log") })).toMatchObject({ stdout: "kept\n" });
  });

  it("that can't be started is a failure with the reason, whichever way Node tells it", async () => {
    const of = (file: string, args: string[], cwd = folder) => run({ file, args, env, cwd });
    const none = { ok: false, exitCode: undefined, signal: undefined, timedOut: false, output: "" };
    const absent = expect.stringMatching(/^it does not exist \(ENOENT\)$/);
    expect(await of("no-such-command", [])).toMatchObject({ ...none, failure: absent });
    fs.writeFileSync(path.join(folder, "plain"), "");
    const denied = { ...none, failure: "permission denied (EACCES)" };
    expect(await of(path.join(folder, "plain"), [])).toMatchObject(denied);
    expect(await of("/bin/echo", ["x".repeat(3_000_000)])).toMatchObject({
      ...none,
      failure: expect.stringContaining("E2BIG"),
    });
  });

  it("is ended at its limit, whoever else holds its output", async () => {
    const late = { ok: false, timedOut: true, stdout: "begun\n" };
    expect(await shell("echo begun; exec sleep 60", { limitMs: 300 })).toMatchObject(late);
    expect(await shell("echo begun; sleep 60; :", { limitMs: 300 })).toMatchObject(late);
    const group = await shell("echo begun; sleep 60 & echo $! >pid; wait", { limitMs: 300, ownGroup: true });
    expect(group).toMatchObject(late);
    const pid = fs.readFileSync(path.join(folder, "pid"), "utf8").trim();
    expect(spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).stdout).toMatch(/^(?:Z.*\n)?$/);
  });

  it("that prints without end is ended", async () => {
    expect(await shell("exec tr '\\0' y </dev/zero")).toMatchObject({
      ok: false,
      failure: expect.stringContaining("it printed more than"),
    });
  });

  it("can be one of many", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on("warning", hear);
    const outcomes = await Promise.all(Array.from({ length: 30 }, (_, number) => shell(`echo ${number}`)));
    process.off("warning", hear);
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 30 }, (_, number) => `${number}\n`));
    expect(warnings).toEqual([]);
  });
});
