import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../../build/program.ts";
import { repo } from "../../support/repos.ts";
import { SEEDED_UV } from "../../support/seed.ts";

const README = fs.readFileSync(path.join(ROOT, "README.md"), "utf8");
const HOUR = /^## The first hour\n(.*?)^## /ms.exec(README)?.[1] ?? "";
const BLOCKS = [...HOUR.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);

/** A repo that has what the lines speak of: tests, a script, a group `docs` that brings `mkdocs`. */
const FILES: Readonly<Record<string, string>> = {
  "pyproject.toml": `[project]
name = "my-repo"
version = "1"
requires-python = ">=3.9"
[dependency-groups]
dev = ["pytest"]
docs = ["mkdocs"]
[tool.uv.sources]
mkdocs = { path = "docs/tool" }
`,
  "docs/tool/pyproject.toml": `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "mkdocs"
version = "1"
[project.scripts]
mkdocs = "mkdocs_tool:main"
[tool.setuptools]
py-modules = ["mkdocs_tool"]
`,
  "docs/tool/mkdocs_tool.py": "import sys\n\n\ndef main():\n    print(sys.argv[1:])\n",
  "tests/test_one.py": "def test_one():\n    pass\n",
  "tools/report.py": "import sys\n\nprint(sys.argv[1:])\n",
};

/** Where a line's own answer may be a finding. */
const MAY_FIND = /doctor/;

it("the lines of the first hour do what README says, one after another", () => {
  expect(BLOCKS.length).toBeGreaterThan(4);
  const box = repo({});
  const mine = path.join(box.base, "my-repo");
  for (const [name, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(mine, name)), { recursive: true });
    fs.writeFileSync(path.join(mine, name), text);
  }
  spawnSync("git", ["init", "--quiet", mine], { env: box.env });
  const [uv = ""] = fs.readdirSync(SEEDED_UV).filter((name) => !name.includes(".lock"));
  const env = { ...box.env, PATH: `${box.env.PATH}:${path.join(SEEDED_UV, uv)}` };
  const said: string[] = [];
  let cwd = box.root;
  for (const line of BLOCKS.flatMap((block) => block.split("\n")).filter(Boolean)) {
    if (line.startsWith("cd ")) {
      cwd = path.resolve(cwd, line.slice(3));
      continue;
    }
    const { status, stdout, stderr } = spawnSync("sh", ["-c", line], { cwd, env, encoding: "utf8" });
    said.push(`$ ${line}\n${stdout}${stderr}`);
    if (status !== 0 && !(status === 1 && MAY_FIND.test(line)))
      throw new Error(`${status}:\n${said.slice(-2).join("\n")}`);
  }
  const all = said.join("\n");
  for (const part of ["1 passed", "['--all']", "['serve']", "prime: ready: my-repo"]) expect(all).toContain(part);
  expect(all).toMatch(/adopted|is the environment/);
  expect(fs.readFileSync(path.join(mine, "log"), "utf8")).toContain("1 passed");
  expect(fs.readFileSync(path.join(mine, "pyproject.toml"), "utf8")).toContain("httpx");

  const header = spawnSync(path.join(mine, "prime"), ["init", "--script", "tools/report.py"], {
    cwd: mine,
    env,
    encoding: "utf8",
  });
  expect(header.status).toBe(0);
  const script = spawnSync(path.join(mine, "tools/report.py"), ["--all"], { cwd: "/", env, encoding: "utf8" });
  expect([script.status, script.stdout]).toEqual([0, "['--all']\n"]);

  const bin = path.join(box.base, "bin");
  fs.mkdirSync(bin);
  fs.symlinkSync("../my-repo/tools/report.py", path.join(bin, "relative"));
  fs.symlinkSync(path.join(bin, "relative"), path.join(bin, "report"));
  for (const words of [[path.join(bin, "report")], ["sh", "report"], ["env", "report"]]) {
    const [file = "", ...rest] = words;
    const linked = spawnSync(file, [...rest, "a b"], {
      cwd: bin,
      env: { ...env, PATH: `${bin}:${env.PATH}` },
      encoding: "utf8",
    });
    expect([linked.status, linked.stdout, linked.stderr]).toEqual([0, "['a b']\n", ""]);
  }
});
