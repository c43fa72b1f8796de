import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { build, type Plugin } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modules } from "../../../build/plugins/modules.ts";
import { uncalled } from "../../../build/plugins/uncalled.ts";
import { ROOT } from "../../../build/program.ts";
import type { Command } from "../../../src/edges/command.ts";
import type { Outcome, RunOptions } from "../../../src/edges/processes/run.ts";

type Run = (command: Command, options?: RunOptions) => Promise<Outcome>;

const folder = fs.mkdtempSync(path.join(fs.realpathSync("/tmp"), "prime-uncalled-"));
let whole: Run;
let cut: Run;

beforeAll(async () => {
  whole = await bundled("whole.cjs", []);
  cut = await bundled("cut.cjs", [uncalled, modules]);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function bundled(name: string, plugins: readonly Plugin[]): Promise<Run> {
  const outfile = path.join(folder, name);
  const entryPoints = [path.join(ROOT, "src/edges/processes/run.ts")];
  await build({ entryPoints, outfile, bundle: true, format: "cjs", platform: "node", plugins: [...plugins] });
  return createRequire(import.meta.url)(outfile).run;
}

const sh = (text: string): Command => ({ file: "/bin/sh", args: ["-c", text], env: { A: "1" }, cwd: folder });

/** What is measured or numbered, not decided, is left out; so is the order in which two streams come. */
async function outcomeOf(run: Run, command: Command, options: RunOptions): Promise<unknown> {
  const lines: string[] = [];
  const { durationMs, pid, ...outcome } = await run(command, { ...options, onLine: (line) => lines.push(line) });
  return { ...outcome, lines };
}

describe("a command run by what is left of execa comes to the same as by all of it:", () => {
  test.each<[string, Command, RunOptions]>([
    ["prints", sh("echo out; echo $A"), {}],
    ["prints to the other stream, without a line's end", sh("printf 'x\\033[1my' >&2"), {}],
    ["prints half a character", sh("printf '\\303'"), {}],
    ["prints a character in two pieces", sh("printf '\\303'; printf '\\274'"), {}],
    ["prints what takes many pieces", sh("head -c 3000000 /dev/zero | tr '\\0' a"), {}],
    ["begins with a mark of its encoding", sh("printf '\\357\\273\\277x'"), {}],
    ["fails", sh("echo no >&2; exit 3"), {}],
    ["is ended by a signal", sh("kill -TERM $$"), {}],
    ["is ended at its limit", sh("exec sleep 60"), { limitMs: 50 }],
    ["is ended with its group at its limit", sh("sleep 60 & wait"), { limitMs: 50, ownGroup: true }],
    ["reads", sh("cat"), { input: "a\nb" }],
    ["does not read what it is given", sh("exit 0"), { input: "a".repeat(1_000_000) }],
    ["is no program", { ...sh(""), file: path.join(ROOT, "package.json") }, {}],
    ["is not there", { ...sh(""), file: "/nowhere/at-all" }, {}],
    ["is to run in a folder that is not there", { ...sh("true"), cwd: "/nowhere" }, {}],
    ["has more arguments than a program can have", { ...sh("true"), args: ["x".repeat(3_000_000)] }, {}],
  ])("one that %s", async (_, command, options) => {
    expect(await outcomeOf(cut, command, options)).toEqual(await outcomeOf(whole, command, options));
  });
});

test("a command that prints more controls than is kept is ended, and Node goes on", async () => {
  const { ok, failure } = await cut(sh("head -c 70000000 /dev/zero"));
  expect({ ok, failure }).toEqual({ ok: false, failure: "it printed more than 67108864 characters" });
});

test("many commands at once are no more than Node likes", async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on("warning", hear);
  const outcomes = await Promise.all(Array.from({ length: 30 }, (_, number) => cut(sh(`echo ${number}`))));
  process.off("warning", hear);
  expect(outcomes.map(({ output }) => output)).toEqual(Array.from({ length: 30 }, (_, number) => `${number}\n`));
  expect(warnings).toEqual([]);
});

test("a part that a library no longer has fails the build", async () => {
  const stdin = { contents: "export const a = 1;" };
  await expect(build({ stdin, write: false, logLevel: "silent", plugins: [uncalled] })).rejects.toThrow(
    "execa/lib/pipe/setup.js is named as not called, and is no part",
  );
});

test("ends what still runs with the process that started it", () => {
  const pipe = path.join(folder, "pipe");
  const child = JSON.stringify(sh(`exec 3>${pipe}; echo ready; exec sleep 60`));
  const script = `require("${path.join(folder, "cut.cjs")}").run(${child}, { onLine: () => process.exit(3) })`;
  const told = spawnSync(
    "/bin/sh",
    ["-c", 'mkfifo "$1" && { cat "$1" & "$2" -e "$3"; echo $?; wait; }', "sh", pipe, process.execPath, script],
    {
      encoding: "utf8",
      timeout: 20_000,
    },
  );
  expect(told).toMatchObject({ status: 0, stdout: "3\n" });
});
