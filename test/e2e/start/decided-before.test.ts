import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { MINORS, realPython } from "../../fixtures/python.ts";
import { generations, good, installed, installedBy, isWarm, repo, shown } from "../../support/repos.ts";
import type { Sandbox, SandboxOptions } from "../../support/sandbox.ts";
import { whyOf } from "../../support/warm.ts";

const ONE = "six==1.16.0\n";
const TWO = "six==1.16.0\niniconfig==2.0.0\n";

let at = 1_700_000_000;
/** Other contents, as a checkout brings them. */
function put(box: Sandbox, text: string, name = "requirements.txt"): void {
  at += 100;
  box.file(name, text, { mtime: at });
}

/** A repo that has gone from one environment to another, and is to go back. */
async function left(files: Readonly<Record<string, string>> = {}, options: SandboxOptions = {}) {
  const box = repo({ "requirements.txt": ONE, ...files }, options);
  await good(box);
  const first = shown(box);
  put(box, TWO);
  await good(box);
  const second = shown(box);
  put(box, ONE);
  return { box, first, second };
}

/** Whether the last cold start went by an earlier decision. */
async function wasDecidedBefore(box: Sandbox): Promise<boolean> {
  return (await whyOf(box)).includes("as it was decided before");
}

describe("inputs that are again what they were", () => {
  it("show their generation by the earlier decision, warm, with the same words as by a new one", async () => {
    const { box, first, second } = await left();
    const again = await good(box);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, true]);
    expect(Object.keys(installed(box))).toEqual(["six"]);
    expect(await isWarm(box)).toBe(true);
    put(box, TWO);
    await good(box);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([second, true]);
    put(box, ONE);
    expect(await good(box, ["-v"])).not.toEqual(again); // who wants to know more is told by a new decision
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, false]);
    put(box, TWO);
    await good(box);
    put(box, ONE);
    expect(await good(box, [], { env: { PRIME_NO_SUCH_KEY: "1" } })).toMatchObject({
      stderr: expect.stringContaining("PRIME_NO_SUCH_KEY"),
    });
    expect(await wasDecidedBefore(box)).toBe(false);
    const moves = JSON.parse((await good(box, ["history", "--json"])).stdout) as { what: string; to: string }[];
    const switches = [first, second, first, second, first].map((to) => ["switch", to]);
    const builds = [first, second].map((to) => ["build", to]);
    expect(moves.map(({ what, to }) => [what, to])).toEqual([...builds, ...switches].reverse());
  });

  it("do so as often as git goes there and back", async () => {
    const box = repo({ "requirements.txt": ONE, ".gitignore": "/.venv\n/.prime/\n" }, { git: true });
    box.git("add", ".");
    box.git("commit", "--quiet", "-m", "one");
    await good(box);
    box.git("checkout", "--quiet", "-b", "other");
    put(box, TWO);
    await good(box);
    box.git("commit", "--quiet", "-am", "two");
    for (let times = 0; times < 5; times++) {
      for (const [branch, has] of [
        ["main", ["six"]],
        ["other", ["iniconfig", "six"]],
      ] as const) {
        box.git("checkout", "--quiet", branch);
        await good(box, ["run", "true"]);
        expect([Object.keys(installed(box)), await wasDecidedBefore(box)]).toEqual([has, true]);
      }
    }
    expect(generations(box)).toHaveLength(2);
  });

  it("are not taken for others: an edit in between, and what was not looked at before", async () => {
    const { box, first } = await left();
    put(box, "click==8.1.7\n");
    await good(box);
    expect([Object.keys(installed(box)), await wasDecidedBefore(box)]).toEqual([["click"], false]);
    put(box, ONE);
    put(box, 'venv_driver = "venv_pip"\n', "prime.toml");
    await good(box);
    expect(await wasDecidedBefore(box)).toBe(false);
    expect(installed(box)).toMatchObject({ six: "1.16.0" });
    fs.rmSync(box.path("prime.toml"));
    await good(box);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, true]);
  });

  it("are others where another interpreter is there, or the user has other settings", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-pythons-"));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    const pythons = MINORS.flatMap((minor) => realPython(minor) ?? []).slice(-2);
    expect(pythons).toHaveLength(2);
    const choose = (file = "") => {
      fs.rmSync(path.join(folder, "python3"), { force: true });
      fs.symlinkSync(file, path.join(folder, "python3"));
    };
    choose(pythons[0]);
    const { box } = await left({}, { python: path.join(folder, "python3") });
    choose(pythons[1]);
    await good(box);
    expect(await wasDecidedBefore(box)).toBe(false);
    put(box, TWO);
    fs.mkdirSync(path.join(box.home, ".config/uv"), { recursive: true });
    fs.writeFileSync(path.join(box.home, ".config/uv/uv.toml"), "compile-bytecode = false\n");
    await good(box);
    expect(await wasDecidedBefore(box)).toBe(false);
  });

  it("are others where a variable that was looked at is another one", async () => {
    const { box, first } = await left();
    await good(box, [], { env: { PRIME_VENV_DRIVER: "venv_pip" } });
    expect([shown(box) === first, await wasDecidedBefore(box)]).toEqual([false, false]);
  });

  it("are others by other flags, each of which keeps its own", async () => {
    const project = '[project]\nname = "app"\nversion = "1"\n[dependency-groups]\nmore = ["pluggy"]\n';
    const other = project.replace('version = "1"', 'version = "1"\ndependencies = ["six"]');
    const box = repo({ "pyproject.toml": project });
    const flags = ["--group", "more"];
    for (const text of [project, other]) {
      put(box, text, "pyproject.toml");
      await good(box);
      await good(box, [...flags, "run", "true"]);
    }
    put(box, project, "pyproject.toml");
    const before = shown(box);
    expect(Object.keys(await installedBy(box, flags))).toEqual(["pluggy"]);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([before, true]);
    await good(box);
    expect([Object.keys(installed(box)), await wasDecidedBefore(box)]).toEqual([[], true]);
  });
});

describe("an earlier decision counts for nothing", () => {
  const harm: Readonly<Record<string, (generation: string) => void>> = {
    gone: (generation) => fs.rmSync(generation, { recursive: true }),
    "without a manifest": (generation) => fs.rmSync(`${generation}/prime.json`),
    "without a package": (generation) => {
      const [minor] = fs.readdirSync(`${generation}/lib`);
      fs.rmSync(`${generation}/lib/${minor}/site-packages/six.py`);
    },
    "without its python": (generation) => fs.rmSync(`${generation}/bin/python`),
    "marked as damaged": (generation) => fs.writeFileSync(`${generation}/damaged.txt`, "six.py was changed\n"),
  };
  it.each(Object.entries(harm))("whose generation is %s", async (_, act) => {
    const { box, first } = await left();
    act(box.path(".prime/generations", first));
    await good(box);
    expect([shown(box) === first, await wasDecidedBefore(box)]).toEqual([false, false]);
    expect(installed(box)).toEqual({ six: "1.16.0" });
  });

  it.each(["without a package", "gone"])("where what it takes the place of is %s, which is said", async (what) => {
    const { box, first, second } = await left();
    harm[what]?.(box.path(".prime/generations", second));
    expect((await good(box)).stderr).toMatch(what === "gone" ? /the environment is gone/ : /was changed by hand/);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, false]);
  });

  it("after a reboot, for what was built anew", async () => {
    const { box, first } = await left();
    await good(box, ["reboot"]);
    const rebuilt = shown(box);
    put(box, TWO);
    await good(box);
    put(box, ONE);
    await good(box);
    expect([rebuilt === first, shown(box)]).toEqual([false, rebuilt]);
  });

  it("where a rollback holds, or something else stands in the link's place", async () => {
    const { box, first, second } = await left();
    await good(box);
    await good(box, ["rollback", second]);
    put(box, TWO);
    await good(box);
    put(box, ONE);
    expect((await good(box)).stderr).toContain("rolled back");
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([second, false]);
    await good(box, ["rollback", "--cancel"]);
    put(box, TWO);
    await good(box);
    put(box, ONE);
    fs.rmSync(box.path(".venv"));
    fs.mkdirSync(box.path("elsewhere"));
    fs.symlinkSync("elsewhere", box.path(".venv"));
    expect((await good(box)).stderr).toContain("it is kept as");
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, false]);
  });

  it("that is torn, or another one's", async () => {
    const { box, first, second } = await left();
    const folder = `${box.home}/.local/state/prime/at${box.root}/.plan`;
    const file = `${folder}/kept-${first}.json`;
    const kept = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, kept.slice(0, 100));
    await good(box);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, false]);
    put(box, TWO);
    await good(box);
    fs.writeFileSync(file, kept.replaceAll(box.root, "/elsewhere"));
    put(box, ONE);
    await good(box);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, false]);
    fs.renameSync(`${folder}/kept-${second}.json`, file);
    put(box, "click==8.1.7\n");
    await good(box);
    put(box, TWO);
    await good(box);
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([second, false]);
  });

  it("that would hide a warning", async () => {
    const { box, first } = await left({ ".python-version": "nothing-like-it\n" });
    expect((await good(box)).stderr).toContain("passed over");
    expect([shown(box), await wasDecidedBefore(box)]).toEqual([first, false]);
  });
});
