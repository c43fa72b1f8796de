import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import type { RunOptions, Sandbox } from "./harness.ts";
import { install, link, twoPatches, withoutPython } from "./interpreters.ts";
import { edit, generations, good, isWarm, repo, shown } from "./repos.ts";

const FILES = { "requirements.txt": "markupsafe\n" };
const VERSION = ["run", "python", "-c", "import markupsafe._speedups, platform; print(platform.python_version())"];

function manifestOf(box: Sandbox) {
  return JSON.parse(fs.readFileSync(path.join(fs.realpathSync(box.path(".venv")), "prime.json"), "utf8"));
}

/** A start that goes on with the environment after a patch, told in two lines, and warm starts from then on. */
async function survives(box: Sandbox, options: RunOptions, anchor: string, was: string, is: string): Promise<void> {
  const before = shown(box);
  expect(await isWarm(box)).toBe(false);
  const { stdout, stderr } = await good(box, VERSION, options);
  expect(stdout).toBe(`${is}\n`);
  expect(stderr.split("\n")).toEqual([
    `${anchor} is Python ${is} now, and was ${was}`,
    `environment ${before} goes on with it: its extension modules load (1)`,
    "",
  ]);
  expect(generations(box)).toEqual([before]);
  expect(await isWarm(box)).toBe(true);
  expect(manifestOf(box).interpreter).toMatchObject({ anchor, version: is });
  const [newest] = JSON.parse((await good(box, ["history", "--json"], options)).stdout);
  expect(newest).toMatchObject({ what: "patch", from: before, to: before, changes: [`Python ${was} -> ${is}`] });
  edit(box, "requirements.txt", "markupsafe # the same\n");
  expect((await good(box, VERSION, options)).stderr).not.toContain("now, and was");
}

it("python → python3 → python3.X, replaced in place as a package manager does", async () => {
  const [older, newer] = twoPatches();
  const box = repo(FILES);
  const prefix = path.join(box.base, "usr");
  const { file } = install(older, prefix);
  link(path.join(prefix, "bin/python"), "python3");
  const options = withoutPython(box, path.join(prefix, "bin"));
  await good(box, [], options);
  expect(fs.readlinkSync(box.path(".venv/bin/python"))).toBe(file);
  install(newer, prefix);
  await survives(box, options, file, older.version, newer.version);
});

it("a folder for each patch behind a link, removed with the patch", async () => {
  const [older, newer] = twoPatches();
  const box = repo(FILES);
  const short = path.join(box.base, "usr/bin", `python${older.minor}`);
  const options = withoutPython(box, path.dirname(short));
  link(short, older.file);
  await good(box, [], options);
  expect(fs.readFileSync(box.path(".venv/pyvenv.cfg"), "utf8")).toContain(`home = ${path.dirname(short)}\n`);
  link(short, newer.file);
  await survives(box, options, short, older.version, newer.version);
});
