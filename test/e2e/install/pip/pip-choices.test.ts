import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { quickPython } from "../../../support/pythons/quick-python.ts";
import { bad, good, installed, isWarm, repo as repoOf, witness } from "../../../support/repos.ts";
import type { RunOptions, Sandbox } from "../../../support/sandbox.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

const repo = (files: Readonly<Record<string, string>>): Sandbox => repoOf(files, { python: quickPython() });

const project = (dependencies: readonly string[], more: string) => ({
  "prime.toml": 'venv_driver = "venv_pip"\n',
  "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ${JSON.stringify(dependencies)}\n${more}`,
});

/** pip asks this index, unless the repo says something else. */
function by(url: string, env: NodeJS.ProcessEnv = {}): RunOptions {
  return { env: { PIP_INDEX_URL: url, PIP_RETRIES: "0", PIP_NO_CACHE_DIR: "1", ...env } };
}

function packages(box: Sandbox): Record<string, string> {
  const { pip: _, setuptools: __, wheel: ___, ...others } = installed(box);
  return others;
}

async function twoIndexes() {
  const usual = await packageIndex();
  const second = await packageIndex();
  for (const version of ["1.0", "2.0", "3.0a1"]) usual.publish("alpha", version);
  usual.publish("beta", "1.0", ["alpha"]);
  second.publish("alpha", "0.9");
  second.publish("gamma", "1.0");
  return { usual, second };
}

const index = (url: string, more: string) => `[[tool.uv.index]]\nname = "pt"\nurl = "${url}"\n${more}\n`;

describe("pip takes a package from where uv would", () => {
  it("from a folder, also one that a path dependency names, a wheel, and a commit of git", async () => {
    const { usual } = await twoIndexes();
    usual.publish("aa", "9");
    usual.publish("bb", "9");
    const box = repo({
      ...project(
        ["aa[more]", "gitty", "beta"],
        '[tool.uv.sources]\naa = { path = "libs/a", editable = true }\ngitty = { git = "file:///GITTY", branch = "main" }\nbeta = { url = "BETA" }\n',
      ),
      ...witness(
        "libs/a",
        "aa",
        ["bb"],
        '[project.optional-dependencies]\nmore = ["cc"]\n[tool.uv.sources]\nbb = { path = "../b" }\ncc = { path = "../c" }\n',
      ),
      ...witness("libs/b", "bb"),
      ...witness("libs/c", "cc"),
    });
    for (const [name, text] of Object.entries(witness("../gitty", "gitty"))) box.file(name, text);
    const lib = path.join(box.base, "gitty");
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", lib, "-c", "user.name=a", "-c", "user.email=a@example.org", ...args]);
    execFileSync("git", ["init", "--quiet", "--initial-branch=main", lib]);
    git("add", ".");
    git("commit", "--quiet", "-m", "one");
    const beta = usual.url.replace("/simple", "/files/beta-1.0-py3-none-any.whl");
    const text = project(
      ["aa[more]", "gitty", "beta"],
      `[tool.uv.sources]\naa = { path = "libs/a", editable = true }\ngitty = { git = "file://${lib}", branch = "main" }\nbeta = { url = "${beta}" }\n`,
    );
    box.file("pyproject.toml", text["pyproject.toml"]);
    await good(box, [], by(usual.url));
    expect(packages(box)).toEqual({ aa: "1", alpha: "2.0", bb: "1", beta: "1.0", cc: "1", gitty: "1" });
    expect(await isWarm(box)).toBe(true);
  });

  it("from the folder of a group's source, and only if the group is chosen", async () => {
    const { usual } = await twoIndexes();
    const box = repo({
      ...project(
        [],
        '[dependency-groups]\nlint = ["aa"]\n[tool.uv.sources]\naa = { path = "a", editable = true, group = "lint" }\n',
      ),
      ...witness("a", "aa"),
    });
    await good(box, [], by(usual.url));
    expect(packages(box)).toEqual({});
    const { stdout } = await good(
      box,
      ["--group", "lint", "run", "python", "-c", "import aa; print(aa.where)"],
      by(usual.url),
    );
    expect(stdout).toBe("a\n");
  });

  it("from the one index that the repo names as the default, whoever one is there", async () => {
    const priv = await packageIndex({ user: "me:secret" });
    priv.publish("alpha", "0.9");
    const { usual } = await twoIndexes();
    const named = project(
      ["alpha"],
      `[tool.uv.sources]\nalpha = { index = "pt" }\n${index(priv.url, "default = true")}`,
    );
    const box = repo(named);
    const env = { UV_INDEX_PT_USERNAME: "me", UV_INDEX_PT_PASSWORD: "secret" };
    await good(box, [], by(usual.url, { PIP_INDEX_URL: undefined, ...env }));
    expect(packages(box)).toEqual({ alpha: "0.9" });
  });
});

describe("pip does what a setting of uv's says", () => {
  const links = (folder: string) => `[tool.uv]\nfind-links = ["${folder}"]\n`;
  const cases: [string, (folder: string, second: string) => Record<string, string>, Record<string, string>][] = [
    [
      "constraint-dependencies",
      () => project(["beta"], '[tool.uv]\nconstraint-dependencies = ["alpha<2"]\n'),
      { alpha: "1.0", beta: "1.0" },
    ],
    ["prerelease", () => project(["alpha"], '[tool.uv]\nprerelease = "allow"\n'), { alpha: "3.0a1" }],
    ["find-links", (folder) => project(["gamma"], links(folder)), { gamma: "1.0" }],
    ["a flat index", (folder) => project(["gamma"], index(folder, 'format = "flat"')), { gamma: "1.0" }],
    [
      "the strategy that is pip's own",
      (_, second) =>
        project(["gamma", "alpha"], `[tool.uv]\nindex-strategy = "unsafe-best-match"\n${index(second, "")}`),
      { alpha: "2.0", gamma: "1.0" },
    ],
    [
      "no-sources-package",
      () => ({
        ...witness("a", "alpha"),
        ...project(["alpha"], '[tool.uv]\nno-sources-package = ["alpha"]\nsources.alpha = { path = "a" }\n'),
      }),
      { alpha: "2.0" },
    ],
    [
      "a source's marker",
      () => ({
        ...witness("a", "alpha"),
        ...project(["alpha"], '[tool.uv.sources]\nalpha = { path = "a", marker = "python_version < \'3\'" }\n'),
      }),
      { alpha: "2.0" },
    ],
    ["pip.no-deps", () => project(["beta"], "[tool.uv.pip]\nno-deps = true\n"), { beta: "1.0" }],
  ];
  it.each(cases)("%s", async (_, files, expected) => {
    const { usual, second } = await twoIndexes();
    const box = repo(files(second.folder, second.url));
    await good(box, [], by(usual.url));
    expect(packages(box)).toEqual(expected);
  });
});

describe("what pip can't be told is refused by name, before anything is asked for", () => {
  const cases: [string, (url: string) => Record<string, string>][] = [
    [
      "`pt`",
      (url) => project(["alpha"], `[tool.uv.sources]\nalpha = { index = "pt" }\n${index(url, "explicit = true")}`),
    ],
    ["more than one index", (url) => project(["alpha"], index(url, ""))],
    [
      "no member has that name",
      () => project(["alpha"], "[tool.uv.sources]\nalpha = { workspace = true }\n[tool.uv.workspace]\nmembers = []\n"),
    ],
    ["`tool.uv.pip.target`", () => project(["alpha"], '[tool.uv.pip]\ntarget = "x"\n')],
    ...[
      'override-dependencies = ["alpha<2"]',
      'exclude-dependencies = ["alpha"]',
      'build-constraint-dependencies = ["alpha<2"]',
      'resolution = "lowest"',
      'exclude-newer = "2020-01-01"',
      'no-build-isolation-package = ["alpha"]',
      'extra-build-dependencies = { alpha = ["beta"] }',
    ].map((line): [string, () => Record<string, string>] => [
      `\`${line.replace(/ =.*/, "")}\``,
      () => project(["alpha"], `[tool.uv]\n${line}\n`),
    ]),
  ];
  it.each(cases)("%s", async (name, files) => {
    const { usual, second } = await twoIndexes();
    const said = await bad(repo(files(second.url)), [], by(usual.url));
    expect(said).toContain(name);
    expect([...usual.asked, ...second.asked]).toEqual([]);
  });
});
