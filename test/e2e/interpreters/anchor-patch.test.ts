import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import {
  install,
  link,
  type RealPython,
  somePython,
  twoPatches,
  withoutPython,
} from "../../support/pythons/interpreters.ts";
import { edit, generations, good, repo, shown } from "../../support/repos.ts";
import type { RunOptions, Sandbox } from "../../support/sandbox.ts";
import { pathWithoutNode } from "../../support/warm.ts";

const FILES = { "requirements.txt": "markupsafe\n" };
const VERSION = ["run", "python", "-c", "import markupsafe._speedups, platform; print(platform.python_version())"];

function manifestOf(box: Sandbox) {
  return JSON.parse(fs.readFileSync(path.join(fs.realpathSync(box.path(".venv")), "prime.json"), "utf8"));
}

/** With a `stat` at hand: files of a store all have one time, so that it is their ctime that counts. */
async function startsWarm(box: Sandbox): Promise<boolean> {
  return (await box.run(["run", "python", "-c", ""], { env: { PATH: pathWithoutNode(box) } })).code === 0;
}

/** No test can set a ctime back, and what changed a moment ago makes one more start cold. */
async function becomesWarm(box: Sandbox, options: RunOptions): Promise<boolean> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await startsWarm(box)) return true;
    await good(box, [], options);
  }
  return false;
}

/** A start that goes on with the environment after a patch, told in two lines, and warm starts from then on. */
async function survives(
  box: Sandbox,
  options: RunOptions,
  anchor: string,
  [{ version: was }, { version: is }]: readonly [RealPython, RealPython],
  isStore: boolean,
): Promise<void> {
  const before = shown(box);
  expect(await startsWarm(box)).toBe(false);
  const { stdout, stderr } = await good(box, VERSION, options);
  expect(stdout).toBe(`${is}\n`);
  expect(stderr.split("\n")).toEqual([
    `${anchor} is Python ${is} now, and was ${was}`,
    `environment ${before} goes on with it: its extension modules load (1)`,
    "",
  ]);
  expect(generations(box)).toEqual([before]);
  expect(await (isStore ? becomesWarm(box, options) : startsWarm(box))).toBe(true);
  expect(manifestOf(box).interpreter).toMatchObject({ anchor, version: is });
  const [newest] = JSON.parse((await good(box, ["history", "--json"], options)).stdout);
  expect(newest).toMatchObject({ what: "patch", from: before, to: before, changes: [`Python ${was} -> ${is}`] });
  edit(box, "requirements.txt", "markupsafe # the same\n");
  expect((await good(box, VERSION, options)).stderr).not.toContain("now, and was");
}

interface Layout {
  /** The folder for PATH. */
  readonly bin: string;
  readonly anchor: string;
}

/** Each lays an interpreter down at `base`, or replaces the one that it laid down there before. */
const LAYOUTS: Readonly<Record<string, (base: string, python: RealPython) => Layout>> = {
  "python → python3 → python3.X, replaced in place": (base, python) => {
    const { file } = install(python, path.join(base, "usr"));
    const bin = path.dirname(file);
    link(path.join(bin, "python"), "python3");
    return { bin, anchor: file };
  },
  "a folder for each patch, behind a link in a bin folder": (base, { file, minor }) => {
    const bin = path.join(base, "usr/local/bin");
    return { bin, anchor: link(path.join(bin, `python${minor}`), file) };
  },
  "Homebrew's Cellar, whose old patch goes": (base, python) => {
    const name = `python${python.minor}`;
    const cellar = path.join(base, "Cellar", `python@${python.minor}`);
    fs.rmSync(cellar, { recursive: true, force: true });
    const { file, stdlib } = install(python, path.join(cellar, python.version));
    link(path.join(base, "lib", name), path.relative(path.join(base, "lib"), stdlib));
    const bin = path.join(base, "bin");
    for (const one of [name, "python3"])
      link(path.join(bin, one), path.relative(bin, path.join(path.dirname(file), one)));
    return { bin, anchor: path.join(bin, name) };
  },
  "Debian's alternatives": (base, python) => {
    const { file } = install(python, path.join(base, "usr"));
    const bin = path.dirname(file);
    link(path.join(base, "etc/alternatives/python"), file);
    for (const name of ["python", "python3"]) link(path.join(bin, name), path.join(base, "etc/alternatives/python"));
    return { bin, anchor: file };
  },
  "a store behind a profile, all of whose files have one time": (base, python) => {
    const name = `python${python.minor}`;
    const { file, stdlib } = install(python, path.join(base, "nix/store", `x-python3-${python.version}`), { time: 1 });
    const system = path.join(base, "nix/store", `y-system-${python.version}`);
    link(path.join(system, "bin", name), file);
    link(path.join(system, "bin/python3"), file);
    link(path.join(system, "lib", name), stdlib);
    link(path.join(base, "profile"), system);
    return { bin: path.join(base, "profile/bin"), anchor: path.join(base, "profile/bin", name) };
  },
};

it.each(Object.entries(LAYOUTS))("a patch in the layout of %s", async (name, lay) => {
  const [older, newer] = twoPatches();
  const box = repo(FILES);
  const { bin, anchor } = lay(box.base, older);
  const options = withoutPython(box, bin);
  await good(box, [], options);
  expect(fs.readlinkSync(box.path(".venv/bin/python"))).toBe(anchor);
  expect(fs.readFileSync(box.path(".venv/pyvenv.cfg"), "utf8")).toContain(`home = ${path.dirname(anchor)}\n`);
  const isStore = name.includes("store");
  expect(await (isStore ? becomesWarm(box, options) : startsWarm(box))).toBe(true);
  lay(box.base, newer);
  await survives(box, options, anchor, [older, newer], isStore);
});

it("a patch that somebody else brought has its restoring command written down anew", async () => {
  const [older, newer] = twoPatches();
  const box = repo({});
  const name = `python${older.minor}`;
  const bin = path.join(box.base, "bin");
  const lay = (python: RealPython, tool: string) => {
    const { file, stdlib } = install(python, path.join(box.base, tool, python.version));
    link(path.join(bin, name), file);
    link(path.join(box.base, "lib", name), stdlib);
  };
  const options = withoutPython(box, bin);
  lay(older, ".pyenv/versions");
  await good(box, [], options);
  const distributor = () => manifestOf(box).interpreter.distributor.restore;
  expect(distributor()).toBe(`pyenv install ${older.version}`);
  lay(newer, ".asdf/installs/python");
  expect((await good(box, [], options)).stderr).toContain("goes on with it");
  expect(distributor()).toBe(`asdf install python ${newer.version}`);
});

it("a venv by pip stands on the anchor, too", async () => {
  const { file, minor } = somePython();
  const box = repo({ "prime.toml": 'venv_driver = "venv_pip"\n' });
  const bin = path.join(box.base, "usr/local/bin");
  const anchor = link(path.join(bin, `python${minor}`), file);
  link(path.join(bin, "python3"), anchor);
  await good(box, [], withoutPython(box, bin));
  const links = fs.readdirSync(box.path(".venv/bin")).filter((name) => name.startsWith("python"));
  const targets = links.map((name) => fs.readlinkSync(box.path(".venv/bin", name)));
  expect(targets.filter((target) => path.isAbsolute(target))).toEqual([anchor]);
  expect(fs.readFileSync(box.path(".venv/pyvenv.cfg"), "utf8")).toContain(`home = ${bin}\n`);
});

it("one that breaks an extension module is answered by a new environment", async () => {
  const [older, newer] = twoPatches();
  const box = repo(FILES);
  const prefix = path.join(box.base, "usr");
  const options = withoutPython(box, path.dirname(install(older, prefix).file));
  await good(box, [], options);
  const before = shown(box);
  const [module] = fs
    .readdirSync(box.path(".venv/lib", `python${older.minor}`, "site-packages/markupsafe"))
    .filter((name) => name.endsWith(".so"));
  // What it was built with is gone: as a symbol that only the older patch had.
  const site = path.join(fs.realpathSync(box.path(".venv")), "lib", `python${older.minor}`, "site-packages");
  fs.writeFileSync(path.join(site, "markupsafe", module as string), "");
  install(newer, prefix);
  const { stdout, stderr } = await good(box, VERSION, options);
  expect(stdout).toBe(`${newer.version}\n`);
  expect(stderr).toContain(
    `environment ${before} is not used with it: 1 of 1 extension modules can't be loaded (${module}: `,
  );
  expect(generations(box)).toHaveLength(2);
  expect(await startsWarm(box)).toBe(true);
  edit(box, "requirements.txt", "markupsafe # the same\n");
  edit(box, "requirements.txt", FILES["requirements.txt"]);
  expect((await good(box, VERSION, options)).stderr).not.toContain("now, and was");
});

it("the interpreter of nested venvs is that below them, which may be deleted", async () => {
  const box = repo({});
  const python = install(somePython(), path.join(box.base, "usr"));
  const venv = (from: string, name: string): string => {
    execFileSync(from, ["-m", "venv", "--without-pip", "--system-site-packages", path.join(box.base, name)], {
      env: {},
    });
    return path.join(box.base, name, "bin/python");
  };
  const inner = venv(venv(python.file, "outer"), "inner");
  await good(box, [], withoutPython(box, path.dirname(inner)));
  expect(fs.readlinkSync(box.path(".venv/bin/python"))).toBe(python.file);
  for (const name of ["outer", "inner"]) fs.rmSync(path.join(box.base, name), { recursive: true });
  expect(await startsWarm(box)).toBe(true);
  const script = "import sys; print(sys.base_prefix, getattr(sys, '_base_executable', ''))";
  const { stdout } = await good(box, ["run", "python", "-c", script]);
  expect(stdout).toContain(python.prefix);
});
