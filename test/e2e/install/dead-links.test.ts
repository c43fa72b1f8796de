import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { bad, edit, good, installed, isWarm, repo, shown } from "../../support/repos.ts";
import { untilWarm } from "../../support/warm.ts";

const NAMES = [
  ".python-version",
  "prime.toml",
  "prime.lock",
  "pyproject.toml",
  "uv.lock",
  "uv.toml",
  "setup.py",
  "setup.cfg",
  "requirements",
  "requirements-dev.txt",
  "proto_kernel.json",
  "cmd",
];

describe("a link that leads nowhere, as of a submodule that was not fetched:", () => {
  it("in the place of a file that says what to install is told once, and stays what it is: nothing", async () => {
    const box = repo({ "requirements.txt": "six\n" });
    for (const name of NAMES) fs.symlinkSync("vendor/missing", box.path(name));
    const { stderr } = await good(box);
    const told = stderr.split("\n").filter((line) => line.includes("leads nowhere"));
    const warning = (name: string) =>
      `prime: warning: ${box.path(name)} is a link that leads nowhere (vendor/missing): passed over`;
    expect(told.sort()).toEqual(NAMES.map(warning).sort());
    expect(stderr).not.toContain("not installed");
    await untilWarm(box);
    expect((await good(box, ["run", "true"])).stderr).toBe("");
    expect((await good(box, ["status"])).stderr).toContain(warning("uv.lock"));
  });

  it("one that comes later is told, nothing is built, and it counts from when it leads somewhere", async () => {
    const box = repo({ "requirements.txt": "six\n" });
    await good(box);
    const before = shown(box);
    for (const name of ["requirements-dev.txt", "requirements"]) fs.symlinkSync(`vendor/${name}`, box.path(name));
    expect((await good(box)).stderr).toContain(`${box.path("requirements-dev.txt")} is a link that leads nowhere`);
    expect(shown(box)).toBe(before);
    await untilWarm(box);
    box.file("vendor/requirements/dev.txt", "toml\n");
    expect(await isWarm(box)).toBe(false);
    await untilWarm(box);
    edit(box, "vendor/requirements-dev.txt", "iniconfig\n");
    expect(await isWarm(box)).toBe(false);
    await good(box);
    expect(shown(box)).not.toBe(before);
    expect(Object.keys(installed(box)).sort()).toEqual(["iniconfig", "six", "toml"]);
  });

  it("where another file names it, is the reason", async () => {
    const box = repo({ "requirements.txt": "-r base.txt\n" });
    fs.symlinkSync("vendor/base.txt", box.path("base.txt"));
    expect(await bad(box)).toContain(
      `could not read the requirement file ${box.path("base.txt")}, which ${box.path("requirements.txt")}:1 includes: it is a link that leads nowhere: vendor/base.txt`,
    );
  });
});

it("a folder with the name of a requirement file is not told as one that is left out", async () => {
  const box = repo({ "requirements.txt": "six\n", "requirements-docs.txt/here": "" });
  expect((await good(box)).stderr).not.toContain("not installed");
});
