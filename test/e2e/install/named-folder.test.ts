import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { edit, good, installed, isWarm, onlyBy, repo, whereIs, witness } from "../../support/repos.ts";
import { resolution } from "../../support/resolution.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

describe("a folder is the one that is named", () => {
  it("by sources of a project that a requirement file brings, not one beside the checkout", async () => {
    const usual = await packageIndex();
    const box = repo({
      "requirements.txt": "-e ./a[more]\n",
      ...witness(
        "a",
        "aa",
        ["bb"],
        '[project.optional-dependencies]\nmore = ["cc"]\n[tool.uv.sources]\nbb = { path = "../b", editable = true }\ncc = { path = "c" }\n',
      ),
      ...witness("b", "bb"),
      ...witness("a/c", "cc"),
    });
    for (const [name, text] of Object.entries(witness("../b", "bb"))) box.file(name, text);
    await good(box, [], onlyBy(box, usual));
    expect(installed(box)).toEqual({ aa: "1", bb: "1", cc: "1" });
    expect(whereIs(box, "bb")).toBe(box.path("b/src/bb.py"));
    expect(resolution(box)).toContain('directory = { path = "../../b", editable = true }');
    expect(await isWarm(box)).toBe(true);
  });

  it("also a wheel, an archive with a digest, and a commit of git", async () => {
    const usual = await packageIndex();
    const { url, sha256 } = usual.publish("alpha", "1.0");
    usual.publish("beta", "1.0");
    const box = repo({ "pyproject.toml": "" }, { git: true });
    const lib = path.join(box.base, "lib");
    for (const [name, text] of Object.entries(witness("../lib", "gitty"))) box.file(name, text);
    execFileSync("git", ["init", "--quiet", "--initial-branch=main", lib]);
    const commit = (message: string) => {
      for (const args of [
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", message],
      ])
        execFileSync("git", ["-C", lib, ...args]);
      return execFileSync("git", ["-C", lib, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
    };
    const first = commit("one");
    fs.mkdirSync(box.path("wheels"));
    fs.copyFileSync(path.join(usual.folder, "beta-1.0-py3-none-any.whl"), box.path("wheels/beta-1.0-py3-none-any.whl"));
    edit(
      box,
      "pyproject.toml",
      [
        '[project]\nname = "app"\nversion = "1"\ndependencies = ["alpha", "beta", "gitty"]\n[tool.uv.sources]',
        `alpha = { url = "${url}" }\nbeta = { path = "wheels/beta-1.0-py3-none-any.whl" }\ngitty = { git = "file://${lib}", branch = "main" }\n`,
      ].join("\n"),
    );
    const options = onlyBy(box, usual);
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0", gitty: "1" });
    expect(resolution(box)).toContain(sha256);
    fs.appendFileSync(path.join(lib, "pyproject.toml"), "# more\n");
    commit("two");
    fs.rmSync(box.path(".prime/generations"), { recursive: true });
    await good(box, [], options);
    expect(resolution(box)).toContain(first);
  });
});

describe("a path dependency that is no package", () => {
  const project = (name: string, needs: string, tail = "") =>
    `[project]\nname = "${name}"\nversion = "1"\ndependencies = ["${needs}"]\n${tail}`;
  const BUILT = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n';
  const WAYS = [
    ["by its source", "package = false", "", false],
    ["by itself", "", "[tool.uv]\npackage = false\n", false],
    ["by itself, and its source knows better", "package = true", "[tool.uv]\npackage = false\n", true],
  ] as const;
  it.for(WAYS)("%s: only what it requires is installed, as by uv sync", async ([, said, own, isInstalled]) => {
    const index = await packageIndex();
    index.publish("alpha", "1.0");
    const box = repo({
      "pyproject.toml": project("app", "lib", `[tool.uv.sources]\nlib = { path = "lib"${said && `, ${said}`} }\n`),
      "lib/pyproject.toml": project("lib", "alpha", BUILT + own),
      "lib/lib.py": "",
    });
    await good(box, [], { env: { UV_INDEX: index.url } });
    expect(installed(box)).toEqual({ alpha: "1.0", ...(isInstalled ? { lib: "1" } : {}) });
  });
});
