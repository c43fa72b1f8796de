import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { install, twoMinors } from "../../support/pythons/interpreters.ts";
import { edit, generations, good, installed, isWarm, repo, shown } from "../../support/repos.ts";
import { describeEachShell, LONG_AGO, type RunOptions, type Sandbox } from "../../support/sandbox.ts";
import { NO_NODE, withoutNode } from "../../support/system/no-node.ts";
import { whyOf } from "../../support/warm.ts";

const SIX = "six==1.16.0\n";
const MORE = "six==1.16.0\niniconfig==2.0.0\n";
const SELECTOR = "import sys\ndef select_python_file_abs_path(required_version):\n    return sys.executable\n";
const HAS_INICONFIG = "import importlib.util as u; print(u.find_spec('iniconfig') is not None)";
const PRINT = ["run", "python", "-c", "import sys; print(sys.prefix)"];

/** A repo that went from one environment to a second. */
async function twice(files: Readonly<Record<string, string>> = {}) {
  const box = repo({ "requirements.txt": SIX, ...files });
  await good(box);
  const first = shown(box);
  edit(box, "requirements.txt", MORE);
  await good(box);
  return { box, first, second: shown(box) };
}

/** Starts where no Node is to be found: the generation that the command got, undefined where the start needed the program. */
async function byShell(box: Sandbox, options: RunOptions = {}): Promise<string | undefined> {
  const { code, stdout, stderr } = await box.run(PRINT, { ...options, env: { PATH: withoutNode(box) } });
  if (code !== 0) expect(stderr).toContain(NO_NODE);
  return code === 0 ? path.basename(stdout.trim()) : undefined;
}

async function history(box: Sandbox): Promise<{ what: string; from: string | null; to: string; changes: string[] }[]> {
  return JSON.parse((await good(box, ["history", "--json"])).stdout);
}

function plansOf(box: Sandbox): string {
  return path.join(box.home, `.local/state/prime/at${box.root}/.plan`);
}

describeEachShell("the way back to what was built before", ({ words }) => {
  it("needs no Node, there and here again", async () => {
    const { box, first, second } = await twice();
    const start = () => byShell(box, { shell: words });
    for (const [text, id] of [
      [SIX, first],
      [MORE, second],
      [SIX, first],
    ] as const) {
      edit(box, "requirements.txt", text);
      expect(await start()).toBe(id);
      expect(shown(box)).toBe(id);
      expect(await start()).toBe(id);
    }
    expect(installed(box)).toEqual({ six: "1.16.0" });
    const [last] = await history(box);
    expect(last).toMatchObject({ what: "switch", from: second, to: first, changes: ["iniconfig 2.0.0 removed"] });
    expect(await whyOf(box)).toContain(`done: switched to generation ${first}`);
    expect(fs.readdirSync(box.root).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(fs.readFileSync(box.path(".prime/history.jsonl"), "utf8")).toMatch(/\}\n$/);
  });
});

describe("the way back", () => {
  it("is git's as well, and leaves to rollback what a start by the program leaves to it", async () => {
    const box = repo({ "requirements.txt": SIX, ".gitignore": "/.venv\n/.prime/\n" }, { git: true });
    await good(box);
    const first = shown(box);
    box.git("add", "-A");
    box.git("commit", "-qm", "one");
    box.git("checkout", "-qb", "more");
    edit(box, "requirements.txt", MORE);
    await good(box);
    const second = shown(box);
    box.git("commit", "-qam", "two");
    box.git("checkout", "-q", "main");
    expect(await byShell(box)).toBe(first);
    box.git("checkout", "-q", "more");
    expect(await byShell(box)).toBe(second);
    await good(box, ["rollback"]);
    expect(shown(box)).toBe(first);
  });

  it("is one way for many starts at once", async () => {
    const { box, first, second } = await twice();
    edit(box, "requirements.txt", SIX);
    const ended = await Promise.all(Array.from({ length: 12 }, () => good(box, PRINT)));
    expect(new Set(ended.map(({ stdout }) => path.basename(stdout.trim())))).toEqual(new Set([first]));
    expect(shown(box)).toBe(first);
    expect((await history(box)).filter(({ from, to }) => from === second && to === first)).toHaveLength(1);
  });

  it("leaves a touched file to the plan in place, and keeps one plan beside it", async () => {
    const { box, second } = await twice();
    edit(box, "requirements.txt", MORE);
    expect(await byShell(box)).toBe(second);
    for (const version of ["1.4.0", "1.5.0"]) {
      edit(box, "requirements.txt", `pluggy==${version}\n`);
      await good(box);
    }
    const names = fs.readdirSync(plansOf(box));
    expect(names.filter((name) => name.endsWith("+kept"))).toHaveLength(1);
    expect(names.filter((name) => /^stamps-[0-9a-f]{8}$/.test(name))).toHaveLength(2);
    await good(box, ["gc"]);
    edit(box, "requirements.txt", "pluggy==1.4.0\n");
    expect(await byShell(box)).toBeDefined();
  });

  it.each<readonly [string, (box: Sandbox, ids: { first: string; second: string }) => unknown]>([
    ["another input changed", (box) => box.file(".python-version", ">=3\n")],
    ["its environment is gone", (box, { first }) => fs.rmSync(generation(box, first), { recursive: true })],
    ["its environment was changed by hand", (box, { first }) => fs.writeFileSync(siteOf(generation(box, first)), "")],
    ["an environment was built since", (box) => good(box, ["--with", "pluggy==1.5.0", "run", "true"])],
    ["the link shows another one", (box) => showOther(box)],
    ["a venv stands in the place of the link", (box) => exchange(box.path(".venv"))],
    ["the history is a link", (box) => linked(box, box.path(".prime/history.jsonl"))],
    ["prime's folder is a link", (box) => linked(box, box.path(".prime"))],
    ["the account can't be written", (box) => replaceByFull(path.join(plansOf(box), "why.json"))],
    ["the kept plan is a link", (box) => linked(box, path.join(plansOf(box), "plan+kept"))],
  ])("is the program's where %s", async (_, change) => {
    const { box, first, second } = await twice();
    await change(box, { first, second });
    edit(box, "requirements.txt", SIX);
    expect(await byShell(box)).toBeUndefined();
    expect((await good(box, ["run", "python", "-c", HAS_INICONFIG])).stdout).toBe("False\n");
  });

  it.each<readonly [string, RegExp, (folder: string) => void]>([
    [
      "its packages are put back",
      /was changed by hand/,
      (folder) => {
        const packages = path.dirname(siteOf(folder));
        fs.writeFileSync(siteOf(folder), "");
        fs.utimesSync(packages, LONG_AGO, LONG_AGO);
      },
    ],
    ["a module is added", /was changed by hand/, (folder) => fs.writeFileSync(siteOf(folder), "")],
    ["its python is removed", /bin\/python is gone/, (folder) => fs.rmSync(path.join(folder, "bin/python"))],
    ["its manifest is torn", /\.\/prime adopt/, (folder) => fs.truncateSync(path.join(folder, "prime.json"), 20)],
    [
      "its pyvenv.cfg is edited",
      /pyvenv\.cfg was changed/,
      (folder) => fs.appendFileSync(path.join(folder, "pyvenv.cfg"), "x = 1\n"),
    ],
    ["all of it is removed", /the environment is gone/, (folder) => fs.rmSync(folder, { recursive: true })],
  ])("says what was done to the environment that is left: %s", async (_, words, change) => {
    const { box, first, second } = await twice();
    change(generation(box, second));
    edit(box, "requirements.txt", SIX);
    expect(await byShell(box)).toBeUndefined();
    expect((await good(box)).stderr).toMatch(words);
    expect(shown(box)).toBe(first);
  });

  it.each([
    ["a selector may answer otherwise", { "prime.toml": 'python_selector_file_rel_path = "s.py"\n', "s.py": SELECTOR }],
    ["freshness is strict", { "prime.toml": 'freshness = "strict"\n' }],
  ])("is the program's where %s", async (_, files) => {
    const { box, first } = await twice(files);
    edit(box, "requirements.txt", SIX);
    expect(await byShell(box)).toBeUndefined();
    await good(box);
    expect(shown(box)).toBe(first);
  });

  it.each<readonly [string, string, RegExp]>([
    ["a selector may answer otherwise", 'python_selector_file_rel_path = "s.py"\n', /^CHOSEN$/m],
    ["it has a warning", "", /says `lala`/],
    ["another link shows it", 'local_venv_dir_rel_path = "other"\n', /^/],
  ])("is the program's where only the first asks for more: %s", async (_, toml, words) => {
    const box = repo({ "s.py": SELECTOR.replace("return", "print('CHOSEN'); return") });
    const link = () => fs.readlinkSync(box.path(toml.includes("other") ? "other" : ".venv"));
    const go = (text: string, settings: string, version: string) => {
      edit(box, "requirements.txt", text);
      edit(box, "prime.toml", settings);
      edit(box, ".python-version", version);
    };
    go(SIX, toml, toml === "" ? "lala\n" : "3\n");
    await good(box);
    const first = link();
    go(MORE, "", "3\n");
    await good(box);
    const second = shown(box);
    go(SIX, toml, toml === "" ? "lala\n" : "3\n");
    expect(await byShell(box)).toBeUndefined();
    expect((await good(box)).stderr).toMatch(words);
    expect(link()).toBe(first);
    if (toml.includes("other")) expect(shown(box)).toBe(second);
  });

  it("lets a shell complete what is there then", async () => {
    const { box } = await twice({ "prime.toml": '[tasks]\none = "true"\n' });
    const names = () => fs.readFileSync(path.join(plansOf(box), "names"), "utf8");
    edit(box, "prime.toml", '[tasks]\ntwo = "true"\n');
    edit(box, "requirements.txt", "pluggy==1.5.0\n");
    await good(box);
    edit(box, "prime.toml", '[tasks]\none = "true"\n');
    edit(box, "requirements.txt", MORE);
    expect(await byShell(box)).toBeDefined();
    expect(names()).toContain("task one\n");
    expect(names()).not.toContain("task two\n");
  });

  it("says what became of the interpreter of the environment that is left", async () => {
    const [older, newer] = twoMinors();
    const box = repo({ ".python-version": older.minor });
    const [one, two] = [install(older, path.join(box.base, "one")), install(newer, path.join(box.base, "two"))];
    const options = { env: { PATH: [one, two].map(({ file }) => `${path.dirname(file)}:`).join("") + box.env.PATH } };
    await good(box, [], options);
    const first = shown(box);
    edit(box, ".python-version", newer.minor);
    await good(box, [], options);
    edit(box, ".python-version", older.minor);
    fs.renameSync(two.file, `${two.file}.away`);
    expect(await byShell(box)).toBeUndefined();
    expect((await good(box, [], options)).stderr).toMatch(/which environment \S+ stands on, is gone/);
    expect(shown(box)).toBe(first);
  });

  it("is the program's once a rollback holds", async () => {
    const { box, first, second } = await twice();
    await good(box, ["rollback"]);
    edit(box, "requirements.txt", SIX);
    await good(box);
    edit(box, "requirements.txt", MORE);
    await good(box);
    expect(shown(box)).toBe(first);
    await good(box, ["rollback", "--cancel"]);
    expect(shown(box)).toBe(second);
  });

  it("is found again behind a start that was killed before the link was put in place", async () => {
    const { box, first } = await twice();
    const [, made] = / (\S+\.tmp)/.exec(backText(box)) ?? [];
    fs.symlinkSync(".prime", made as string);
    edit(box, "requirements.txt", SIX);
    expect(await byShell(box)).toBeUndefined();
    await good(box);
    expect(shown(box)).toBe(first);
    edit(box, "requirements.txt", MORE);
    expect(await byShell(box)).toBeDefined();
  });

  it("is found again behind one that was killed before the plans were exchanged", async () => {
    const { box, first } = await twice();
    fs.unlinkSync(box.path(".venv"));
    fs.symlinkSync(path.join(".prime/generations", first), box.path(".venv"));
    edit(box, "requirements.txt", SIX);
    expect(await byShell(box)).toBeUndefined();
    await good(box);
    expect(shown(box)).toBe(first);
    expect(await isWarm(box)).toBe(true);
  });
});

function generation(box: Sandbox, id: string): string {
  return box.path(".prime/generations", id);
}

/** A module that nothing installed. */
function siteOf(folder: string): string {
  const lib = path.join(folder, "lib");
  return path.join(lib, fs.readdirSync(lib)[0] as string, "site-packages", "more.py");
}

function showOther(box: Sandbox): void {
  const other = generations(box).find((id) => id !== shown(box)) as string;
  fs.cpSync(generation(box, other), box.path("other"), { recursive: true, verbatimSymlinks: true });
  fs.unlinkSync(box.path(".venv"));
  fs.symlinkSync("other", box.path(".venv"));
}

function exchange(link: string): void {
  fs.unlinkSync(link);
  fs.mkdirSync(link);
  fs.writeFileSync(path.join(link, "pyvenv.cfg"), "");
}

function linked(box: Sandbox, file: string): void {
  const moved = path.join(box.base, "moved");
  fs.renameSync(file, moved);
  fs.symlinkSync(moved, file);
}

/** By a file that takes nothing, as on a disk that is full. */
function replaceByFull(file: string): void {
  fs.unlinkSync(file);
  fs.symlinkSync("/dev/full", file);
}

function backText(box: Sandbox): string {
  const plan = fs.readFileSync(path.join(plansOf(box), "plan+kept"), "utf8");
  const [, stamps = ""] = /^prime_stamps=(\S+)$/m.exec(plan) ?? [];
  return fs.readFileSync(`${stamps}.back`, "utf8");
}
