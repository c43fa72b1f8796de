import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { edit, generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import { LONG_AGO, type RunOptions, type Sandbox } from "../../support/sandbox.ts";
import {
  ALL_SHELLS,
  generationOf,
  imports,
  MACHINE_SHELLS,
  untilWarm,
  warmShells,
  whereIs,
  whyOf,
} from "../../support/warm.ts";

const REQUIREMENTS = { "requirements.txt": "six\n" };

/** A repo with an environment, whose next start is warm. */
async function built(files: Readonly<Record<string, string>> = REQUIREMENTS, options = {}): Promise<Sandbox> {
  const box = repo(files, options);
  await good(box);
  expect(await warmShells(box)).toEqual(ALL_SHELLS);
  return box;
}

/** How prime of another checkout in the same home is started. */
function at(root: string): RunOptions {
  return { cwd: root, launcher: path.join(root, "prime") };
}

/** Takes uv away: what has to be installed fails from now on. */
function withoutUv(box: Sandbox): void {
  fs.rmSync(path.join(box.home, ".cache/prime/uv"));
}

const NO_INDEX = { env: { UV_OFFLINE: "1", PIP_NO_INDEX: "1" } };

/** The file where a command finds a module. */
async function fileOf(box: Sandbox, name: string, options: RunOptions = {}): Promise<string> {
  const { stdout } = await good(box, ["run", "python", "-c", `import ${name}; print(${name}.__file__)`], options);
  return stdout.trim();
}

describe("what stands in the place of a plan", () => {
  it.each(["plan", "plan+kept"])("%s: a pipe that nobody writes to is not waited for, and goes", async (name) => {
    const box = await built();
    if (name !== "plan") edit(box, "requirements.txt", "idna\n");
    const file = path.join(box.home, ".local/state/prime/at", box.root, ".plan", name);
    fs.rmSync(file, { force: true });
    execFileSync("mkfifo", [file]);
    for (const [, shell] of MACHINE_SHELLS) expect((await good(box, ["why"], { shell })).stdout).not.toBe("");
    await good(box);
    expect(fs.existsSync(file) && fs.statSync(file).isFIFO()).toBe(false);
    await untilWarm(box);
  });
});

describe("another place", () => {
  it("a copied checkout builds an environment of its own, once, and never imports from the original", async () => {
    const box = await built();
    const original = shown(box);
    const copy = path.join(box.base, "copy");
    execFileSync("cp", ["-a", box.root, copy]);
    expect(await warmShells(box, [], at(copy))).toEqual([]);

    expect(await fileOf(box, "six", at(copy))).toMatch(new RegExp(`^${copy}/`));
    await good(box, [], at(copy));
    expect(await warmShells(box, [], at(copy))).toEqual(ALL_SHELLS);
    const there = fs.readdirSync(path.join(copy, ".prime/generations"));
    expect(there.filter((id) => id !== original)).toEqual([path.basename(fs.readlinkSync(path.join(copy, ".venv")))]);
    expect([await warmShells(box), shown(box)]).toEqual([ALL_SHELLS, original]);
  });

  it("a moved checkout is built anew, and its old path means nothing to whoever comes there next", async () => {
    const box = await built();
    const moved = path.join(box.base, "moved");
    fs.renameSync(box.root, moved);
    expect(await warmShells(box, [], at(moved))).toEqual([]);
    expect(await fileOf(box, "six", at(moved))).toMatch(new RegExp(`^${moved}/`));

    execFileSync("cp", ["-a", moved, box.root]);
    expect(await warmShells(box)).toEqual([]);
    expect(await fileOf(box, "six")).toMatch(new RegExp(`^${box.root}/`));
  });

  it("a checkout that is reached by a link is the same one", async () => {
    const box = await built();
    const link = path.join(box.base, "link");
    fs.symlinkSync(box.root, link);
    expect(await warmShells(box, [], at(link))).toEqual(ALL_SHELLS);
    expect((await generationOf(box, [], at(link))).folder).toMatch(new RegExp(`^${box.root}/`));
  });
});

describe("the folder that a start stands in", () => {
  it("makes no difference: each start is warm, and none is once an input changed or came", async () => {
    const odd = { "requirements.txt": "-r ./-e.txt\n-r ./!.txt\n", "-e.txt": "six\n", "!.txt": "iniconfig\n" };
    const box = await built({ ...odd, "sub/note": "" });
    const folders = [box.root, box.path("sub"), box.base, "/"];
    const areAll = async (shells: readonly string[]) => {
      for (const cwd of folders) expect([cwd, await warmShells(box, [], { cwd })]).toEqual([cwd, shells]);
    };
    await areAll(ALL_SHELLS);
    edit(box, "-e.txt", "six\nidna\n");
    await areAll([]);
    await good(box, [], { cwd: "/" });
    await areAll(ALL_SHELLS);
    edit(box, "pylock.toml", "");
    await areAll([]);
  });
});

describe("git", () => {
  /** Two branches that ask for different packages; the environment of `main` is ready. */
  async function branches(): Promise<Sandbox> {
    const box = repo({ ...REQUIREMENTS, ".gitignore": "/.venv\n/.prime/\n" }, { git: true });
    box.git("add", ".");
    box.git("commit", "--quiet", "-m", "one");
    await good(box);
    return box;
  }

  it("checkout there and back shows the same generation again, without uv", async () => {
    const box = await branches();
    const main = shown(box);
    box.git("checkout", "--quiet", "-b", "other");
    edit(box, "requirements.txt", "iniconfig\n");
    box.git("commit", "--quiet", "-am", "two");
    await good(box);
    const other = shown(box);
    withoutUv(box);
    for (const [branch, id, has, not] of [
      ["main", main, "six", "iniconfig"],
      ["other", other, "iniconfig", "six"],
      ["main", main, "six", "iniconfig"],
    ] as const) {
      box.git("checkout", "--quiet", branch);
      expect((await generationOf(box, [], NO_INDEX)).id).toBe(id);
      expect(await whyOf(box)).toContain(`switched to generation ${id}`);
      expect([await imports(box, has, NO_INDEX), await imports(box, not, NO_INDEX)]).toEqual([true, false]);
      expect(shown(box)).toBe(id);
      fs.utimesSync(box.path("requirements.txt"), LONG_AGO, LONG_AGO);
      await good(box, [], NO_INDEX);
      expect(await isWarm(box)).toBe(true);
    }
    expect(generations(box)).toEqual([main, other].sort());
  });

  it("stash and its return are both seen", async () => {
    const box = await branches();
    const before = shown(box);
    edit(box, "requirements.txt", "six\niniconfig\n");
    await good(box);
    const edited = shown(box);
    expect(edited).not.toBe(before);
    withoutUv(box);
    box.git("stash", "--quiet");
    expect((await generationOf(box, [], NO_INDEX)).id).toBe(before);
    box.git("stash", "pop", "--quiet");
    expect((await generationOf(box, [], NO_INDEX)).id).toBe(edited);
  });

  it("a worktree has an environment of its own, and git sees nothing of it", async () => {
    const box = repo(REQUIREMENTS, { git: true });
    fs.copyFileSync(box.launcher, box.path("prime"));
    box.git("add", ".");
    box.git("commit", "--quiet", "-m", "one");
    await good(box);
    const tree = path.join(box.base, "tree");
    box.git("worktree", "add", "--quiet", tree);
    expect(await warmShells(box, [], at(tree))).toEqual([]);
    expect((await generationOf(box, [], at(tree))).folder).toMatch(new RegExp(`^${tree}/`));
    expect(box.git("-C", tree, "status", "--porcelain")).toBe("");
    expect(box.git("status", "--porcelain")).toBe("");
    await untilWarm(box);
  });
});

function keepTime(box: Sandbox, name: string, text: string): void {
  const { mtime } = fs.statSync(box.path(name));
  fs.writeFileSync(box.path(name), text);
  fs.utimesSync(box.path(name), mtime, mtime);
}

describe("an edit that keeps the mtime is seen", () => {
  it.each([
    ["in a checkout at the epoch", 0, {}],
    ["in a checkout with the times of zip archives", 315_532_800, {}],
    ["in a checkout at SOURCE_DATE_EPOCH", LONG_AGO, { SOURCE_DATE_EPOCH: String(LONG_AGO) }],
    ["with strict freshness", LONG_AGO + 5, { PRIME_FRESHNESS: '"strict"' }],
  ])("%s", async (_, seconds, env) => {
    const box = repo(REQUIREMENTS);
    for (const name of ["requirements.txt", "prime"]) fs.utimesSync(box.path(name), seconds, seconds);
    await untilWarm(box, { env });
    const before = shown(box);
    keepTime(box, "requirements.txt", "iniconfig\n");
    expect(await warmShells(box, [], { env })).toEqual([]);
    expect(await imports(box, "iniconfig", { env })).toBe(true);
    expect(shown(box)).not.toBe(before);
  });
});

it("strict freshness without a stat that tells ctimes is cold each time, and says so", async () => {
  const box = repo(REQUIREMENTS);
  const folder = path.join(box.base, "lesser");
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "stat"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const env = { PATH: `${folder}:${box.env.PATH}`, PRIME_FRESHNESS: '"strict"' };
  const { id } = await generationOf(box, [], { env });
  for (let i = 0; i < 100; i++) {
    const { stderr } = await good(box, ["-v", "run", "true"], { env });
    if (stderr.includes("no `stat` here tells the times of changes")) break;
    expect(stderr).toContain("was changed a moment ago");
  }
  expect(await warmShells(box, [], { env })).toEqual([]);
  expect((await generationOf(box, [], { env })).id).toBe(id);
});

it("strict freshness is warm with the stat of busybox", async (context) => {
  const busybox = whereIs("busybox");
  if (busybox === "") return context.skip("busybox is not on PATH");
  const box = repo(REQUIREMENTS);
  const folder = path.join(box.base, "lesser");
  fs.mkdirSync(folder);
  fs.symlinkSync(busybox, path.join(folder, "stat"));
  await untilWarm(box, { env: { PATH: `${folder}:${box.env.PATH}`, PRIME_FRESHNESS: '"strict"' } });
});

describe("an edit during a build is the next start's business", () => {
  it("by a setup command", async () => {
    const box = repo({
      ...REQUIREMENTS,
      "prime.toml": `setup = ["test -e done || echo iniconfig >>requirements.txt; echo >done; touch -d @${LONG_AGO} requirements.txt"]\n`,
    });
    await good(box);
    const first = shown(box);
    expect(await warmShells(box)).toEqual([]);
    expect(await imports(box, "iniconfig")).toBe(true);
    expect(shown(box)).not.toBe(first);
    await untilWarm(box);
  });

  it("by a build backend", async () => {
    const box = repo({
      ...REQUIREMENTS,
      "pyproject.toml": PROJECT,
      "backend.py": BACKEND,
      "app.py": "",
    });
    await good(box);
    expect(fs.readFileSync(box.path("requirements-dev.txt"), "utf8")).toBe("iniconfig\n");
    expect(await warmShells(box)).toEqual([]);
    expect(await imports(box, "iniconfig")).toBe(true);
    await untilWarm(box);
  });
});

const PROJECT = `[project]
name = "app"
version = "1"
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`;

/** A backend that writes a requirement file beside the project while it builds it. */
const BACKEND = `
import os, zipfile

def build_editable(folder, settings=None, metadata=None):
    with open("requirements-dev.txt", "w") as file:
        file.write("iniconfig\\n")
    os.utime("requirements-dev.txt", (${LONG_AGO}, ${LONG_AGO}))
    name = "app-1-py3-none-any.whl"
    files = {
        "app.pth": os.getcwd() + "\\n",
        "app-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: app\\nVersion: 1\\n",
        "app-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: backend\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files["app-1.dist-info/RECORD"] = "".join(f"{path},,\\n" for path in [*files, "app-1.dist-info/RECORD"])
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name

build_wheel = build_editable
`;
