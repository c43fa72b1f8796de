import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
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
    expect(await of("/bin/true", [], path.join(folder, "gone"))).toMatchObject({ ...none, failure: absent });
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

  it.each([
    ["without end", "exec tr '\\0' y </dev/zero"],
    ["controls", "head -c 70000000 /dev/zero"],
    ["and leaves its output to another", "(exec sleep 60 >/dev/null) & exec tr '\\0' y </dev/zero"],
  ])("that prints too much is ended: %s", async (_, text) => {
    const failure = "it printed more than 67108864 characters";
    expect(await shell(text)).toMatchObject({ ok: false, failure });
  });

  it("is ended when it is no longer wanted, before it began or later", async () => {
    const late = { ok: false, timedOut: true, signal: "SIGKILL" };
    expect(await shell("exec sleep 60", { until: AbortSignal.abort() })).toMatchObject(late);
    const wanted = new AbortController();
    expect(
      await shell("echo begun; exec sleep 60", { until: wanted.signal, onLine: () => wanted.abort() }),
    ).toMatchObject({ ...late, stdout: "begun\n" });
  });

  it("ends with the process that started it", async () => {
    const outfile = path.join(folder, "run.cjs");
    const entryPoints = [fileURLToPath(new URL("../../../src/edges/processes/run.ts", import.meta.url))];
    await build({ entryPoints, outfile, bundle: true, format: "cjs", platform: "node" });
    const pipe = path.join(folder, "pipe");
    const child = { file: "/bin/sh", args: ["-c", `exec 3>${pipe}; echo ready; exec sleep 60`], env, cwd: folder };
    const script = `require("${outfile}").run(${JSON.stringify(child)}, { onLine: () => process.exit(3) })`;
    const text = 'mkfifo "$1" && { cat "$1" & "$2" -e "$3"; echo $?; wait; }';
    const told = spawnSync("/bin/sh", ["-c", text, "sh", pipe, process.execPath, script], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(told).toMatchObject({ status: 0, stdout: "3\n" });
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
