import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { bad, built, edit, good, installed, isWarm, onlyBy, repo, witness } from "../../support/repos.ts";
import { forget, raw, resolution } from "../../support/resolution.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { type PackageIndex, packageIndex } from "../../support/servers/index-server.ts";

function whereIs(box: Sandbox, module: string): string {
  const program = `import ${module}; print(${module}.__file__)`;
  return execFileSync(box.path(".venv/bin/python"), ["-c", program], { encoding: "utf8", cwd: "/" }).trim();
}

const explicit = (name: string, index: PackageIndex) =>
  `[[tool.uv.index]]\nname = "${name}"\nurl = "${index.url}"\nexplicit = true\n`;

describe("each package comes from where it is said to", () => {
  /** `six` of both indexes, `other` of the second alone. */
  async function twoIndexes() {
    const usual = await packageIndex();
    const second = await packageIndex();
    usual.publish("six", "1.0");
    usual.publish("plain", "1.0");
    second.publish("six", "0.9");
    second.publish("other", "1.0");
    return { usual, second };
  }

  it("by an explicit index of the project, also when it is installed again", async () => {
    const { usual, second } = await twoIndexes();
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ["six", "plain"]\n[tool.uv.sources]\nsix = { index = "pt" }\n${explicit("pt", second)}`,
    });
    const options = onlyBy(box, usual);
    await good(box, [], options);
    expect(installed(box)).toEqual({ plain: "1.0", six: "0.9" });
    expect(installed(box)).toEqual(await raw(box, ["-r", "pyproject.toml"], options.env ?? {}));
    expect(resolution(box)).toContain(second.url.replace("/simple", "/files/six-0.9"));
    forget(box);
    await good(box, [], options);
    expect(installed(box)).toEqual({ plain: "1.0", six: "0.9" });
  });

  it.each([
    ["an extra", '[project.optional-dependencies]\ndev = ["six"]\n', 'six = { index = "pt", extra = "dev" }'],
    ["a group", '[dependency-groups]\ndev = ["six"]\n', 'six = { index = "pt", group = "dev" }'],
    ["a marker", '[dependency-groups]\ndev = ["six"]\n', 'six = { index = "pt", marker = "python_version > \'3\'" }'],
    [
      "an included group",
      '[dependency-groups]\ndev = [{ include-group = "more" }]\nmore = ["six"]\n',
      'six = { index = "pt" }',
    ],
  ])("by an index of %s", async (_, declared, source) => {
    const { usual, second } = await twoIndexes();
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\n${declared}[tool.uv.sources]\n${source}\n${explicit("pt", second)}`,
    });
    await good(box, [], onlyBy(box, usual));
    expect(installed(box)).toEqual({ six: "0.9" });
  });

  it("by the usual index where a source's marker does not hold", async () => {
    const { usual, second } = await twoIndexes();
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n[tool.uv.sources]\nsix = { index = "pt", marker = "python_version < '3'" }\n${explicit("pt", second)}`,
    });
    await good(box, [], onlyBy(box, usual));
    expect(installed(box)).toEqual({ six: "1.0" });
  });

  it("by an index that a path dependency of a path dependency names", async () => {
    const { usual, second } = await twoIndexes();
    const sources = (name: string, more: string) => `[tool.uv.sources]\n${name} = ${more}\n`;
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ["aa"]\n${sources("aa", '{ path = "libs/a" }')}`,
      ...witness("libs/a", "aa", ["bb"], sources("bb", '{ path = "../b", editable = true }')),
      ...witness("libs/b", "bb", ["six"], `${sources("six", '{ index = "pt" }')}${explicit("pt", second)}`),
    });
    await good(box, [], onlyBy(box, usual));
    expect(installed(box)).toEqual({ aa: "1", bb: "1", six: "0.9" });
    expect(whereIs(box, "bb")).toBe(box.path("libs/b/src/bb.py"));
  });

  it("by lines of requirement files, nested ones too, as uv reads them", async () => {
    const { second } = await twoIndexes();
    const box = repo({
      "requirements.txt": "-r reqs/more.txt\nsix\n",
      "reqs/more.txt": `--index-url ${second.url}\nother\n`,
    });
    const options = { env: { UV_CACHE_DIR: path.join(box.base, "uv-cache") } };
    await good(box, [], options);
    expect(installed(box)).toEqual({ other: "1.0", six: "0.9" });
  });

  it("by the strategy that is chosen among indexes", async () => {
    const { usual, second } = await twoIndexes();
    const declared = (strategy: string) =>
      `[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n[tool.uv]\nindex-strategy = "${strategy}"\n[[tool.uv.index]]\nname = "pt"\nurl = "${second.url}"\n`;
    const box = repo({ "pyproject.toml": declared("first-index") });
    const options = onlyBy(box, usual);
    await good(box, [], options);
    expect(installed(box)).toEqual({ six: "0.9" });
    edit(box, "pyproject.toml", declared("unsafe-best-match"));
    await good(box, ["reboot"], options);
    expect(installed(box)).toEqual({ six: "1.0" });
  });
});

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

describe("who one is to an index", () => {
  const project = (more: string) => `[project]\nname = "app"\nversion = "1"\ndependencies = ["alpha"]\n${more}`;
  const index = (url: string) => `[[tool.uv.index]]\nname = "priv"\nurl = "${url}"\n`;
  const NAMED = { UV_INDEX_PRIV_USERNAME: "me", UV_INDEX_PRIV_PASSWORD: "se:c ret" };

  const cases: [string, (index: PackageIndex) => Record<string, string>, NodeJS.ProcessEnv][] = [
    ["the variables of a named index", ({ url }) => ({ "pyproject.toml": project(index(url)) }), NAMED],
    ["the address of an index", (one) => ({ "pyproject.toml": project(index(one.urlFor("me:se%3Ac%20ret"))) }), {}],
    [
      "a line of a requirement file",
      (one) => ({ "requirements.txt": `--index-url ${one.urlFor("me:se%3Ac%20ret")}\nalpha\n` }),
      { UV_DEFAULT_INDEX: undefined },
    ],
    [
      "variables in that line",
      (one) => ({ "requirements.txt": `--extra-index-url ${one.urlFor("${NAME}:${TOKEN}")}\nalpha\n` }),
      { NAME: "me", TOKEN: "se%3Ac%20ret" },
    ],
    [
      "an address with a variable in it",
      (one) => ({
        "requirements.txt": `alpha @ ${one.urlFor("${NAME}:${TOKEN}").replace("/simple", "/files/alpha-1.0-py3-none-any.whl")}\n`,
      }),
      { NAME: "me", TOKEN: "se%3Ac%20ret" },
    ],
    [
      "the variables of an index that a path dependency names",
      ({ url }) => ({
        "requirements.txt": "-e ./a\n",
        ...witness(
          "a",
          "aa",
          ["alpha"],
          `[tool.uv.sources]\nalpha = { index = "priv" }\n${index(url)}explicit = true\n`,
        ),
      }),
      NAMED,
    ],
  ];
  it.each(cases)("is asked for again at an installation: %s", async (_, files, env) => {
    const priv = await packageIndex({ user: "me:se:c ret" });
    const usual = await packageIndex();
    priv.publish("alpha", "1.0");
    const box = repo(files(priv));
    const options = onlyBy(box, usual, env);
    const said = [await good(box, [], options)];
    forget(box);
    said.push(await good(box, [], options));
    expect(installed(box)).toMatchObject({ alpha: "1.0" });
    const kept = [...said.map(({ stderr }) => stderr), resolution(box)].join("\n");
    expect(kept).not.toMatch(/se:c ret|se%3Ac/);
    const logs = fs
      .readdirSync(box.path(".prime/log"))
      .map((name) => fs.readFileSync(box.path(".prime/log", name), "utf8"));
    expect(logs.join("\n")).not.toMatch(/se:c ret|se%3Ac/);
    expect(fs.readdirSync(box.path(".prime")).filter((name) => name.startsWith("work"))).toEqual([]);
    expect(priv.asked.filter((url) => url.startsWith("/simple/")).some((url) => !url.startsWith("/simple/alpha"))).toBe(
      false,
    );
  });
});

describe("the bytes that a requirement file allows", () => {
  it("are compared, in a nested file and in constraints too", async () => {
    const usual = await packageIndex();
    const { sha256 } = usual.publish("alpha", "1.0");
    const wrong = sha256.replace(/^../, (two) => (two === "00" ? "11" : "00"));
    const line = (digest: string) => `alpha==1.0 \\\n    --hash=sha256:${digest}\n`;
    const box = repo({
      "requirements.txt": "-c limits.txt\n-r more.txt\n",
      "more.txt": "alpha\n",
      "limits.txt": line(sha256),
    });
    const options = onlyBy(box, usual);
    await good(box, [], options);
    edit(box, "limits.txt", line(wrong));
    const said = await bad(box, [], options);
    expect(said).toContain(`${box.path("limits.txt")}:1 allows sha256:${wrong}`);
    edit(box, "limits.txt", "");
    edit(box, "more.txt", line(wrong));
    expect(await bad(box, [], options)).toContain(`${box.path("more.txt")}:1`);
    edit(box, "more.txt", "--require-hashes\nalpha\n");
    expect(await bad(box, [], options)).toContain("--require-hashes");
  });

  it("choose the file of a version that has several", async () => {
    const usual = await packageIndex();
    usual.publish("alpha", "1");
    const { sha256 } = usual.publishSource("alpha", "1", witness(".", "alpha"));
    const box = repo({ "requirements.txt": `alpha==1 --hash=sha256:${sha256}\n` });
    await good(box, [], onlyBy(box, usual));
    expect(built(box, "alpha").helper).toBe(false);
  });
});

describe("how things are built", () => {
  it("counts as it is said, for a project in the repo, a path dependency and a source archive", async () => {
    const usual = await packageIndex();
    usual.publish("helper", "1.0");
    usual.publishSource("sourced", "1", witness(".", "sourced"));
    usual.publish("sourced", "0.9");
    const settings = [
      '[tool.uv.extra-build-dependencies]\napp = ["helper"]\naa = ["helper"]\nsourced = ["helper"]\n',
      '[tool.uv.extra-build-variables]\naa = { WITNESS = "for aa" }\n',
      '[tool.uv.config-settings-package]\nsourced = { two = "2" }\n',
      '[tool.uv]\nconfig-settings = { one = "1" }\n[tool.uv.sources]\naa = { path = "a" }\n',
    ].join("");
    const box = repo({ ...witness(".", "app", ["aa", "sourced"], settings), ...witness("a", "aa") });
    await good(box, [], onlyBy(box, usual));
    expect(["app", "aa", "sourced"].map((name) => built(box, name))).toEqual([
      { settings: { one: "1" }, variable: null, helper: true },
      { settings: { one: "1" }, variable: "for aa", helper: true },
      { settings: { one: "1", two: "2" }, variable: null, helper: true },
    ]);
    expect(installed(box)).not.toHaveProperty("helper");
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
