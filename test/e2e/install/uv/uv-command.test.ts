import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { backdate, edit, generations, good, hashes, installed, isWarm, repo, shown } from "../../../support/repos.ts";

const PYPROJECT = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["six"]\n';

describe("./prime uv", () => {
  it("changes the project's files, and the environment follows at once", async () => {
    const box = repo({ "pyproject.toml": PYPROJECT, "sub/x": "" });
    await good(box, ["uv", "add", "--quiet", "click<9", "--dev"], { cwd: box.path("sub") });
    expect(fs.readFileSync(box.path("pyproject.toml"), "utf8")).toContain('dev = [\n    "click<9",\n]');
    expect(Object.keys(installed(box))).toEqual(["click", "six"]);
    expect(fs.readlinkSync(box.path(".venv"))).toMatch(/^\.prime\/generations\//);
    const first = shown(box);

    await good(box, ["uv", "add", "iniconfig"]);
    expect(Object.keys(installed(box))).toEqual(["click", "iniconfig", "six"]);
    expect(shown(box)).not.toBe(first);
    await good(box, ["uv", "remove", "six"]);
    expect(Object.keys(installed(box))).toEqual(["click", "iniconfig"]);
    await good(box, ["uv", "lock", "--upgrade-package", "click"]);
    for (const name of ["uv.lock", "pyproject.toml"]) backdate(box, name);
    await good(box, ["run", "true"]);
    expect(await isWarm(box)).toBe(true);
  });

  it("shows what there is, by the generation and with its own output and status", async () => {
    const box = repo({ "pyproject.toml": PYPROJECT });
    const first = await good(box, ["uv", "pip", "list", "--format", "json"]);
    expect(JSON.parse(first.stdout)).toEqual([{ name: "six", version: expect.any(String) }]);
    await good(box, ["uv", "lock"]);
    const before = [hashes(box), generations(box)];
    const tree = await good(box, ["uv", "tree", "--locked"]);
    expect(tree.stdout).toMatch(/^app v1\n└── six v/);
    expect(JSON.parse((await good(box, ["uv", "pip", "list", "--format", "json"])).stdout)).toEqual([
      { name: "six", version: expect.any(String) },
    ]);
    expect((await good(box, ["uv", "pip", "freeze"])).stdout).toMatch(/^six==\S+\n$/);
    expect((await good(box, ["uv", "--version"])).stdout).toMatch(/^uv \d/);
    expect((await good(box, ["uv", "help", "sync"])).stdout).toContain("uv sync");
    const wrong = await box.run(["uv", "no-such-command"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("no-such-command");
    expect([hashes(box), generations(box)]).toEqual(before);
  });

  it("runs a script with what it requires itself, as the summary of a build says", async () => {
    const script = '# /// script\n# dependencies = ["six"]\n# ///\nimport six\nprint(six.__name__)\n';
    const box = repo({ "pyproject.toml": PYPROJECT.replace("six", "iniconfig"), "mine.py": script });
    expect((await good(box)).stderr).toContain("`./prime uv run --script mine.py` runs it with that.");
    const { stdout, stderr } = await good(box, ["uv", "run", "--script", "mine.py"]);
    expect([stdout, stderr.includes("warning")]).toEqual(["six\n", false]);
  });

  it.each([
    [["sync"], "run ./prime"],
    [["--quiet", "--directory", ".", "sync", "--all-groups"], "run ./prime"],
    [["--color=never", "sync", "--frozen"], "run ./prime"],
    [["run", "pytest"], "./prime run CMD"],
    [["venv", "--clear"], "./prime reboot"],
    [["pip", "install", "six"], "./prime uv add NAME"],
    [["pip", "--quiet", "uninstall", "six"], "./prime uv remove NAME"],
    [["pip", "sync", "requirements.txt"], "`requirements` in prime.toml"],
  ])("refuses what would change an environment in place: %j", async (args, instead) => {
    const box = repo({ "pyproject.toml": PYPROJECT });
    const { code, stderr, stdout } = await box.run(["uv", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(instead);
    expect(fs.existsSync(box.path(".venv"))).toBe(false);
  });
});

describe("a build beside an earlier one tells what changed:", () => {
  it("added, removed, changed, and a lock that is new", async () => {
    const box = repo({ "pyproject.toml": PYPROJECT.replace('"six"', '"six==1.15.0"') });
    expect((await good(box)).stderr).not.toMatch(/^ {2}[+~-] /m);
    const added = await good(box, ["uv", "add", "six==1.16.0", "iniconfig==2.0.0"]);
    expect(added.stderr).toMatch(/^uv\.lock is new: commit it$/m);
    expect(added.stderr).toMatch(/ 2 packages\n {2}\+ iniconfig 2\.0\.0\n {2}~ six 1\.15\.0 -> 1\.16\.0\n/);
    const removed = await good(box, ["uv", "remove", "six"]);
    expect(removed.stderr).toMatch(/ 1 package\n {2}- six 1\.16\.0\n/);
    expect(removed.stderr).not.toContain("is new");
  });

  it("and that a shell goes on with the environment of before", async () => {
    const box = repo({ "pyproject.toml": PYPROJECT });
    await good(box);
    const env = { VIRTUAL_ENV: box.path(".prime/generations", shown(box)), SHELL: "/bin/sh" };
    const nested = await good(box, ["shell"], { env, stdin: "exit\n" });
    expect(nested.stderr).toContain("this shell runs inside another one with an environment of this repo");
    const told = "this shell goes on with the environment of before: ./prime shell opens one with the new one";
    expect((await good(box, ["uv", "add", "iniconfig"], { env })).stderr).toContain(told);
    const through = { VIRTUAL_ENV: box.path(".venv"), SHELL: "/bin/sh" };
    const other = await good(box, ["uv", "add", "pluggy"], { env: through });
    expect(other.stderr).not.toContain("of before");
    expect((await good(box, ["shell"], { env: through, stdin: "exit\n" })).stderr).not.toContain("in a shell");
  });

  it("in five lines at most", async () => {
    const box = repo({ "requirements.txt": "" });
    await good(box);
    edit(box, "requirements.txt", "six\niniconfig\ntomli\npluggy\nclick\nidna\n");
    const { stderr } = await good(box, ["run", "true"]);
    expect(stderr.match(/^ {2}\+ .*$/gm)).toHaveLength(4);
    expect(stderr).toMatch(/^ {2}and 2 more: \.\/prime history$/m);
  });
});

describe("a repo that is described for Poetry alone", () => {
  it("is refused with a line that moves it, which needs nothing but prime, and cures", async () => {
    const box = repo({
      "pyproject.toml": `[tool.poetry]
name = "app"
version = "1"
description = ""
authors = []
package-mode = false
[tool.poetry.dependencies]
python = "^3.9"
six = "^1.16"
[tool.poetry.group.dev.dependencies]
iniconfig = "*"
`,
      "poetry.lock": "",
      "uv.lock": 'version = 1\nrevision = 3\nrequires-python = ">=3.9"\n',
    });
    const refused = await box.run(["run", "true"]);
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining("described for Poetry alone") });
    const [, line = ""] = /next: `\.\/prime ([^`]+)`/.exec(refused.stderr) ?? [];
    await good(box, line.split(" "));
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["iniconfig", "six"]);
  });
});
