import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { edit, good, repo, shown } from "../../support/repos.ts";
import { LONG_AGO, type Sandbox } from "../../support/sandbox.ts";
import { ALL_SHELLS, generationOf, imports, warmShells, whyOf } from "../../support/warm.ts";

const FILES: Readonly<Record<string, string>> = {
  "pyproject.toml": `[project]
name = "app"
version = "1"
dependencies = ["six"]
[dependency-groups]
more = ["pluggy"]
[tool.uv]
package = false
[tool.uv.workspace]
members = ["libs/*"]
`,
  "requirements-dev.txt": "iniconfig\n",
};

interface Case {
  /** What is done to the repo. */
  readonly change: (box: Sandbox) => void;
  /** What `why` names as the reason. */
  readonly why: RegExp;
  /** `same`: the ready plan is renewed; `other`: another environment; `again`: the same things, in a folder of their own. */
  readonly becomes: "same" | "other" | "again";
  /** Modules that the environment has, or has no more, afterwards. */
  readonly has?: Readonly<Record<string, boolean>>;
}

const CASES: Readonly<Record<string, Case>> = {
  "an input deleted": {
    change: (box) => fs.rmSync(box.path("requirements-dev.txt")),
    why: /requirements-dev.txt is gone/,
    becomes: "other",
    has: { six: true, iniconfig: false },
  },
  "an input edited": {
    change: (box) => edit(box, "requirements-dev.txt", "iniconfig\npackaging\n"),
    why: /requirements-dev.txt has other contents/,
    becomes: "other",
    has: { packaging: true },
  },
  "an input replaced by an older one (cp -p)": {
    change: (box) => box.file("requirements-dev.txt", "packaging\n", { mtime: LONG_AGO - 1000 }),
    why: /requirements-dev.txt has other contents/,
    becomes: "other",
    has: { packaging: true, iniconfig: false },
  },
  "an input touched, that is prime's own": {
    change: (box) => fs.utimesSync(box.launcher, LONG_AGO + 1, LONG_AGO + 1),
    why: /prime touched, contents the same\n(?:.*\n)+.*the ready plan was renewed/,
    becomes: "same",
  },
  "an input edited in the future": {
    change: (box) => box.file("requirements-dev.txt", "packaging\n", { mtime: 4_000_000_000 }),
    why: /requirements-dev.txt has other contents/,
    becomes: "other",
    has: { packaging: true },
  },
  "a workspace member added": {
    change: (box) => {
      box.file("libs/b/pyproject.toml", '[project]\nname = "lib-b"\nversion = "1"\n');
    },
    why: /libs.*(?:holds other names|has appeared)/,
    becomes: "other",
  },
  "a config file that appears": {
    change: (box) => edit(box, "prime.toml", 'install_groups = ["more"]\n'),
    why: /prime.toml has appeared/,
    becomes: "other",
    has: { pluggy: true },
  },
  "rm -rf .venv": {
    change: (box) => fs.rmSync(box.path(".venv")),
    why: /\.venv is no longer/,
    becomes: "same",
  },
  "rm -rf .venv/": {
    change: (box) => {
      const generation = fs.realpathSync(box.path(".venv"));
      for (const name of fs.readdirSync(generation)) fs.rmSync(path.join(generation, name), { recursive: true });
    },
    why: /pyvenv.cfg is gone/,
    becomes: "again",
    has: { six: true, iniconfig: true },
  },
  "the whole of .prime removed": {
    change: (box) => fs.rmSync(box.path(".prime"), { recursive: true }),
    why: /is gone/,
    becomes: "again",
    has: { six: true },
  },
};

const TOUCHES: Readonly<Record<string, (box: Sandbox) => void>> = {
  "an input touched": (box) => edit(box, "requirements-dev.txt", FILES["requirements-dev.txt"] as string),
  "an input touched into the future (clock set back)": (box) =>
    fs.utimesSync(box.path("pyproject.toml"), 4_000_000_000, 4_000_000_000),
  "several inputs touched": (box) => {
    for (const name of Object.keys(FILES)) fs.utimesSync(box.path(name), LONG_AGO + 5, LONG_AGO + 5);
  },
};

describe("every shell sees", () => {
  let box: Sandbox;
  let base: string;
  beforeAll(async () => {
    box = repo(FILES);
    await good(box);
  });
  beforeEach(async () => {
    for (const [name, text] of Object.entries(FILES)) box.file(name, text);
    for (const name of ["prime.toml", "libs"]) fs.rmSync(box.path(name), { recursive: true, force: true });
    fs.mkdirSync(box.path("libs"));
    fs.utimesSync(box.path("libs"), LONG_AGO, LONG_AGO);
    base = (await generationOf(box)).id;
    expect(await warmShells(box)).toEqual(ALL_SHELLS);
    expect(shown(box)).toBe(base);
  });

  it.each(Object.entries(TOUCHES))("%s, whose contents it compares", async (_, touch) => {
    touch(box);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);
  });

  it.each(Object.entries(CASES))("%s", async (_, { change, why, becomes, has = {} }) => {
    change(box);
    expect(await warmShells(box)).toEqual([]);

    const { id } = await generationOf(box);
    expect(await whyOf(box)).toMatch(why);
    expect(shown(box)).toBe(id);
    if (becomes === "same") expect(id).toBe(base);
    else expect(id).not.toBe(base);
    if (becomes === "again") expect(id.slice(0, 8)).toBe(base.slice(0, 8));
    for (const [name, wanted] of Object.entries(has)) expect([name, await imports(box, name)]).toEqual([name, wanted]);
    if (fs.existsSync(box.path("libs/b"))) fs.utimesSync(box.path("libs"), LONG_AGO, LONG_AGO);
    await good(box);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);
  });

  it("each set of flags by its own", async () => {
    const flags = ["--group", "more"];
    const { id } = await generationOf(box, flags);
    expect([id === base, shown(box)]).toEqual([false, base]);
    expect(await warmShells(box, flags)).toEqual(ALL_SHELLS);
    expect(await warmShells(box, ["--group=more"])).toEqual(ALL_SHELLS);
    expect(await warmShells(box, ["--group", "other"])).toEqual([]);
    edit(box, "requirements-dev.txt", "iniconfig\n# a comment\n");
    expect([await warmShells(box, flags), await warmShells(box)]).toEqual([[], []]);
    await good(box);
    expect([await warmShells(box, flags), await warmShells(box)]).toEqual([[], ALL_SHELLS]);
    await good(box, [...flags, "run", "true"]);
    expect(await warmShells(box, flags)).toEqual(ALL_SHELLS);
    expect(shown(box)).toBe((await generationOf(box)).id);
  });

  it("a workspace member in a folder that was not there", async () => {
    fs.rmdirSync(box.path("libs"));
    await good(box);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);
    box.file("libs/b/pyproject.toml", '[project]\nname = "lib-b"\nversion = "1"\n');
    expect(await warmShells(box)).toEqual([]);
    expect((await generationOf(box)).id).not.toBe(base);
    expect(await whyOf(box)).toMatch(/libs has appeared/);
  });
});
