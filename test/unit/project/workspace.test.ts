import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { oneStartOf } from "../../../src/config/flags.ts";
import { InputCollector } from "../../../src/inputs/collector.ts";
import { expandGlob, globMatcher } from "../../../src/inputs/glob.ts";
import { readLockedSources } from "../../../src/project/files/uv/locked-sources.ts";
import { inspectProject } from "../../../src/project/inspect.ts";

let root: string;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-workspace-")));
});

afterEach(() => fs.rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
}

async function inspect(
  files: Readonly<Record<string, string>>,
  packages: readonly string[] | "all" | null = null,
  at = ".",
) {
  write(files);
  const value = (asked: unknown) => ({ value: asked, source: { kind: "default" } });
  const config = {
    install_extras: value(null),
    install_groups: value(null),
    requirements: value(null),
    install_packages: value(packages),
    oneStart: oneStartOf({}),
    protoprimer: null,
    required_python_version: { value: null, source: { kind: "default" } },
  } as unknown as Config;
  const project = await inspectProject(path.join(root, at), config);
  const relative = (folder: string) => path.relative(root, folder) || ".";
  return {
    ...project,
    editables: project.editables.map(({ folder }) => relative(folder)),
    localProjects: project.localProjects.map(relative),
    inputs: project.inputs.map(({ kind, path: file }) => `${kind}:${relative(file)}`),
  };
}

function pyproject(name: string, requires: readonly string[] = [], more = ""): string {
  const build = '[build-system]\nrequires = ["setuptools"]\n';
  return `${build}[project]\nname = "${name}"\nversion = "1"\ndependencies = ${JSON.stringify(requires)}\n${more}`;
}

const MEMBERS = '[tool.uv.workspace]\nmembers = ["packages/*", "tools/cli"]\nexclude = ["packages/old*"]\n';

describe("a uv workspace", () => {
  const files = {
    "pyproject.toml": pyproject(
      "app",
      ["Lib_A"],
      `[tool.uv.sources]\nlib-a = { workspace = true }\nlib-c = { workspace = true }\n${MEMBERS}`,
    ),
    "packages/a/pyproject.toml": pyproject("lib.a", ["lib-b"], "[tool.uv.sources]\nlib-b = { workspace = true }\n"),
    "packages/b/pyproject.toml": pyproject("lib-b", ["lib-c"]),
    "packages/c/pyproject.toml": pyproject("lib-c"),
    "packages/d/pyproject.toml": pyproject("lib-d"),
    "packages/old-e/pyproject.toml": pyproject("lib-e"),
    "packages/empty/README.md": "",
    "tools/cli/pyproject.toml": pyproject("cli"),
  };

  test("what the root requires is followed through members, by the root's sources too", async () => {
    const project = await inspect(files);
    expect(project.localProjects).toEqual([".", "packages/a", "packages/b", "packages/c"]);
    expect(project.editables).toEqual(["."]);
  });

  test("an appearing member is seen, a member's pyproject.toml is watched, an excluded one is not", async () => {
    const { inputs } = await inspect(files);
    expect(inputs).toEqual(expect.arrayContaining(["listing:packages", "absent:packages/empty/pyproject.toml"]));
    expect(inputs).toEqual(expect.arrayContaining(["file:packages/d/pyproject.toml", "file:tools/cli/pyproject.toml"]));
    expect(inputs).not.toContain("file:packages/old-e/pyproject.toml");
  });

  test("the members that are asked for are installed in the root's place", async () => {
    expect(await inspect(files, ["LIB_D"])).toMatchObject({ installsRoot: false, editables: ["packages/d"] });
    const all = await inspect(files, "all");
    expect(all.editables).toEqual([".", "packages/a", "packages/b", "packages/c", "packages/d", "tools/cli"]);
  });

  test("a root that is no project stands for all its members", async () => {
    const project = await inspect({ ...files, "pyproject.toml": MEMBERS });
    expect(project).toMatchObject({ kind: "pyproject", installsRoot: false });
    expect(project.editables).toEqual(["packages/a", "packages/b", "packages/c", "packages/d", "tools/cli"]);
  });

  test("a root that is a member finds the workspace above it", async () => {
    const project = await inspect(files, null, "packages/a");
    expect(project.localProjects).toEqual(["packages/a", "packages/b", "packages/c"]);
    expect(project.inputs).toEqual(expect.arrayContaining(["file:pyproject.toml", "listing:packages"]));
  });

  test("beside a uv.lock only needed members count as installed, and what else the lock takes from a path", async () => {
    const lock =
      'source = { editable = "." }\nsource = { editable = "packages/a" }\nsource = { editable = "packages/d" }\n' +
      'source = { directory = "vendor/x" }\nsource = { virtual = "vendor/y" }\nsource = { path = "w.whl" }\n';
    const project = await inspect({
      ...files,
      "uv.lock": lock,
      "vendor/x/setup.py": "",
      "vendor/y/pyproject.toml": "",
    });
    expect(project.localProjects).toEqual([".", "vendor/x", "packages/a", "packages/b", "packages/c"]);
    expect(project.inputs).toEqual(
      expect.arrayContaining(["file:vendor/x/setup.py", "file:vendor/y/pyproject.toml", "absent:w.whl"]),
    );
    expect(project.editables).toEqual([]);
  });
});

describe("path dependencies", () => {
  test("sources by path and direct references are followed; one that is no package is passed through", async () => {
    const project = await inspect(
      {
        "repo/pyproject.toml": pyproject(
          "app",
          ["near", "far", "bare", "unused-not", "direct @ file:../direct"],
          '[tool.uv.sources]\nnear = [{ path = "libs/near", marker = "python_version > \'3\'" }, { index = "x" }]\n' +
            'far = { path = "../far", editable = true }\nbare = { path = "../bare", package = false }\nunused = { path = "../unused" }\n',
        ),
        "repo/libs/near/pyproject.toml": pyproject("near"),
        "far/setup.py": "",
        "bare/pyproject.toml": pyproject("bare", ["deep"], '[tool.uv.sources]\ndeep = { path = "../deep" }\n'),
        "deep/pyproject.toml": pyproject("deep"),
        "direct/pyproject.toml": pyproject("direct"),
        "unused/pyproject.toml": pyproject("unused"),
      },
      null,
      "repo",
    );
    expect(project.localProjects).toEqual(["repo", "repo/libs/near", "far", "direct", "deep"]);
    expect(project.inputs).toEqual(
      expect.arrayContaining(["file:far/setup.py", "absent:far/pyproject.toml", "file:bare/pyproject.toml"]),
    );
  });

  test("a project that a requirement file asks for brings its own", async () => {
    const project = await inspect({
      "requirements.txt": "-e ./lib\n",
      "lib/pyproject.toml": pyproject("lib", ["deep"], '[tool.uv.sources]\ndeep = { path = "../deep" }\n'),
      "deep/pyproject.toml": pyproject("deep", [], "[tool.uv]\ncache-keys = [{ env = 'DEEP' }]\n"),
    });
    expect(project).toMatchObject({ localProjects: ["lib", "deep"], variables: ["DEEP"] });
  });
});

describe("cache keys", () => {
  const keys = (text: string) => ({ "pyproject.toml": pyproject("app", [], `[tool.uv]\ncache-keys = [${text}]\n`) });

  test("files, globs, folders and variables", async () => {
    const { inputs, variables } = await inspect({
      ...keys('"a.txt", { file = "rust/**/*.{rs,toml}" }, { dir = "assets" }, { env = "CFLAGS" }'),
      "rust/Cargo.toml": "",
      "rust/src/lib.rs": "",
      "rust/node_modules/x.rs": "",
      "rust/notes.md": "",
    });
    expect(inputs).toEqual(
      expect.arrayContaining([
        "absent:a.txt",
        "listing:rust",
        "listing:rust/src",
        "file:rust/Cargo.toml",
        "file:rust/src/lib.rs",
        "absent:assets",
      ]),
    );
    expect(inputs.filter((input) => /node_modules|notes/.test(input))).toEqual([]);
    expect(variables).toEqual(["CFLAGS"]);
  });

  test("the git commit and tags, from a linked work tree too", async () => {
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@y", ...args], {
        cwd: path.join(root, "main"),
        stdio: "pipe",
      });
    fs.mkdirSync(path.join(root, "main"));
    git("init", "-q", "-b", "trunk");
    git("commit", "-q", "--allow-empty", "-m", "first");
    git("tag", "v1");
    git("worktree", "add", "-q", "../tree", "-b", "side");
    const both = keys("{ git = { commit = true, tags = true } }")["pyproject.toml"];
    const { inputs } = await inspect({ "main/pyproject.toml": both }, null, "main");
    expect(inputs).toEqual(
      expect.arrayContaining([
        "file:main/.git/HEAD",
        "file:main/.git/refs/heads/trunk",
        "absent:main/.git/packed-refs",
        "listing:main/.git/refs/tags",
        "file:main/.git/refs/tags/v1",
      ]),
    );
    const commit = keys("{ git = true }")["pyproject.toml"];
    const linked = await inspect({ "tree/pyproject.toml": commit }, null, "tree");
    expect(linked.inputs).toEqual(
      expect.arrayContaining(["file:main/.git/worktrees/tree/HEAD", "file:main/.git/refs/heads/side"]),
    );
    expect(linked.inputs.join()).not.toContain("refs/tags");
  });
});

describe("globs", () => {
  test.each([
    ["*.py", "a.py", true],
    ["*.py", "d/a.py", false],
    ["a?[bc]", "axc", true],
    ["a[!b]", "ab", false],
    ["a+(b).{x,y}", "a+(b).y", true],
    ["a,b", "a,b", true],
  ])("%s against %s", (pattern, text, expected) => expect(globMatcher(pattern)(text)).toBe(expected));

  test("an exclude pattern's star crosses folders", () => {
    expect(globMatcher("packages/*", { crossing: true })("packages/a/b")).toBe(true);
  });

  test("folders by pattern, through literal parts and above", () => {
    write({ "a/x/1": "", "a/y/1": "", "b/.venv/pyvenv.cfg": "", "b/c/1": "", file: "" });
    const expand = (pattern: string) =>
      expandGlob(path.join(root, "a"), pattern, "folders", new InputCollector()).map((f) => path.relative(root, f));
    expect(expand("./*")).toEqual(["a/x", "a/y"]);
    expect(expand("../b/**")).toEqual(["b", "b/c"]);
    expect(expand("../*/x")).toEqual(["a/x"]);
    expect(expand("gone/*")).toEqual([]);
  });

  test.each([
    ["gone/*", ["absent gone"]],
    ["x/gone/*/1", ["absent x/gone"]],
    ["*/gone", ["listing .", "absent x/gone", "absent y/gone"]],
    ["x/gone", ["absent x/gone"]],
  ])("what %s names and is not there is watched", (pattern, watched) => {
    write({ "x/1": "", "y/1": "" });
    const inputs = new InputCollector();
    expect(expandGlob(root, pattern, "folders", inputs)).toEqual([]);
    expect(inputs.list().map((one) => `${one.kind} ${path.relative(root, one.path) || "."}`)).toEqual(watched);
  });
});

test("a path with a quote in a uv.lock", () => {
  write({ "uv.lock": 'source = { editable = "a\\"b" }\n' });
  expect(readLockedSources(path.join(root, "uv.lock")).projects).toEqual([path.join(root, 'a"b')]);
});

describe("a pattern", () => {
  test.each([
    ["[z-a]", "m", false],
    ["[z-a]*", "x", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "dx", true],
    ["{a,b{c,d}}*", "bdz", true],
    ["{a,*}x", "yyx", true],
    ["{a,b", "b", true],
    ["a,b}", "a,b}", true],
    ["[", "[", true],
    ["(a|b)+\\", "(a|b)+\\", true],
    ["?", "ä", true],
    ["?", "/", false],
    ["*".repeat(4000), "a".repeat(4000), true],
    [`${"*a".repeat(2000)}b`, "a".repeat(4000), false],
    ["{a,b}".repeat(800), "ab".repeat(400), true],
    ["*".repeat(5000), "a", false],
  ])("%s is asked of %s in a time that its length bounds", (pattern, text, expected) => {
    expect(globMatcher(pattern)(text)).toBe(expected);
  });
});
