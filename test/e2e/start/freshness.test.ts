import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Input } from "../../../src/inputs/input.ts";
import { backdate, Launcher, python, SHELLS } from "../../support/launchers.ts";

/** A repo with an input of every kind. */
function repo(name?: string): { launcher: Launcher; inputs: Input[] } {
  const launcher = new Launcher(name);
  const { root, generation } = launcher;
  launcher.write("pyproject.toml", "[project]\n");
  launcher.write("dst/a", "a");
  launcher.write("dst/b", "b");
  fs.symlinkSync("dst/a", path.join(root, "conf"));
  launcher.write("members/one/pyproject.toml", "[project]\n");
  fs.mkdirSync(path.join(root, "src"));
  backdate(path.join(root, "members"));
  const inputs: Input[] = [
    { kind: "file", path: launcher.file },
    { kind: "file", path: path.join(root, "pyproject.toml") },
    { kind: "file", path: path.join(root, "conf") },
    { kind: "listing", path: path.join(root, "members") },
    { kind: "listing", path: path.join(generation, "site-packages") },
    ...["prime.toml", "uv.toml", "setup.cfg"].map((one) => ({ kind: "absent", path: path.join(root, one) }) as const),
    { kind: "no-file", path: path.join(launcher.base, ".python-version") },
    { kind: "present", path: path.join(root, "src") },
    { kind: "same", path: path.join(root, ".venv"), target: generation },
    { kind: "same", path: path.join(generation, "bin/python"), target: python() },
  ];
  return { launcher, inputs };
}

type Case = (launcher: Launcher) => void;
const at = (launcher: Launcher, name: string): string => path.join(launcher.root, name);
const planFolder = (launcher: Launcher): string => path.dirname(launcher.plan);
const stampsOf = (launcher: Launcher): string =>
  path.join(
    planFolder(launcher),
    fs.readdirSync(planFolder(launcher)).find((name) => /^stamps-[0-9a-f]+$/.test(name)) ?? "",
  );

const COLD: Readonly<Record<string, Case>> = {
  "an input edited": (l) => fs.appendFileSync(at(l, "pyproject.toml"), "x = 1\n"),
  "an input deleted": (l) => fs.rmSync(at(l, "pyproject.toml")),
  "an input replaced by an older one (clock set back, cp -p)": (l) => l.write("pyproject.toml", "other", 1_600_000_000),
  "an input that became a folder": (l) => {
    fs.rmSync(at(l, "pyproject.toml"));
    fs.mkdirSync(at(l, "pyproject.toml"));
  },
  "a link repointed to a file of the same age": (l) => {
    fs.rmSync(at(l, "conf"));
    fs.symlinkSync("dst/b", at(l, "conf"));
  },
  "a link replaced by a file of the same age": (l) => {
    fs.rmSync(at(l, "conf"));
    l.write("conf", "b");
  },
  "a member added": (l) => fs.mkdirSync(at(l, "members/two")),
  "a member removed": (l) => fs.rmSync(at(l, "members/one"), { recursive: true }),
  "a config file that appears": (l) => l.write("prime.toml", ""),
  "a config file that appears beside another file": (l) => {
    l.write("other", "");
    l.write("prime.toml", "");
  },
  "a dangling link that appears": (l) => fs.symlinkSync("nowhere", at(l, "prime.toml")),
  "a .python-version that appears above": (l) => fs.writeFileSync(path.join(l.base, ".python-version"), "3.12\n"),
  "src/ removed": (l) => fs.rmSync(at(l, "src"), { recursive: true }),
  "rm -rf .venv": (l) => fs.rmSync(at(l, ".venv")),
  "rm -rf .venv/": (l) => {
    for (const name of fs.readdirSync(l.generation)) fs.rmSync(path.join(l.generation, name), { recursive: true });
  },
  ".venv shown another generation": (l) => {
    fs.cpSync(l.generation, path.join(l.root, ".prime/generations/2"), { recursive: true, preserveTimestamps: true });
    fs.rmSync(at(l, ".venv"));
    fs.symlinkSync(".prime/generations/2", at(l, ".venv"));
  },
  ".venv replaced by a real folder": (l) => {
    fs.rmSync(at(l, ".venv"));
    fs.cpSync(l.generation, at(l, ".venv"), { recursive: true, preserveTimestamps: true });
  },
  "a package installed through .venv": (l) => fs.mkdirSync(at(l, ".venv/site-packages/click")),
  "the environment's python repointed": (l) => {
    fs.rmSync(path.join(l.generation, "bin/python"));
    fs.symlinkSync("/bin/sh", path.join(l.generation, "bin/python"));
  },
  "the environment's python gone": (l) => fs.rmSync(path.join(l.generation, "bin/python")),
  "the launcher updated": (l) => fs.appendFileSync(l.file, "\n"),
  "a stamp deleted": (l) => fs.rmSync(path.join(stampsOf(l), "0")),
  "a stamp added": (l) => fs.writeFileSync(path.join(stampsOf(l), "new"), ""),
  "all stamps deleted": (l) => fs.rmSync(stampsOf(l), { recursive: true }),
  "the stamps' pin deleted": (l) => fs.rmSync(`${stampsOf(l)}/pin`),
  "the stamps' pin touched": (l) => fs.utimesSync(`${stampsOf(l)}/pin`, 1, 1),
  "the plan deleted": (l) => fs.rmSync(l.plan),
  "an empty plan": (l) => fs.writeFileSync(l.plan, ""),
};

const WARM: Readonly<Record<string, Case>> = {
  "nothing changed": () => {},
  "an input read": (l) => fs.readFileSync(at(l, "pyproject.toml")),
  "a folder named .python-version above": (l) => fs.mkdirSync(path.join(l.base, ".python-version")),
  "a file in src/": (l) => fs.writeFileSync(at(l, "src/new.py"), ""),
  "a file beside the inputs": (l) => fs.writeFileSync(at(l, "other"), ""),
  "a file within a member": (l) => fs.writeFileSync(at(l, "members/one/new.py"), ""),
  "the link's own age": (l) => fs.lutimesSync(at(l, "conf"), 1, 1),
};

function started(launcher: Launcher, shell: readonly string[], env: NodeJS.ProcessEnv = {}): "warm" | "cold" {
  const { code, stdout, stderr } = launcher.start(["run", "echo", "ran"], { shell, env });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "ran\n" });
  return stderr === "cold\n" ? "cold" : stderr === "" ? "warm" : expect.fail(stderr);
}

/** What is compared by the time of its change must have been changed a moment ago. */
function untilReady(launcher: Launcher, inputs: readonly Input[], changes: Parameters<Launcher["ready"]>[1] = {}) {
  return expect.poll(() => launcher.ready(inputs, changes), { timeout: 10_000 }).toBeUndefined();
}

describe.each(Object.keys(SHELLS))("%s", (name) => {
  const shell = SHELLS[name] as readonly string[];
  describe.skipIf(shell === undefined)(shell === undefined ? "is not installed" : "is cold after", () => {
    it.each(Object.entries(COLD))("%s", (_, change) => {
      const { launcher, inputs } = repo();
      expect(launcher.ready(inputs)).toBeUndefined();
      expect(started(launcher, shell)).toBe("warm");
      change(launcher);
      expect(started(launcher, shell)).toBe("cold");
    });

    it.each(Object.entries(WARM))("nothing, it stays warm: %s", (_, change) => {
      const { launcher, inputs } = repo();
      launcher.ready(inputs);
      change(launcher);
      expect(started(launcher, shell)).toBe("warm");
    });

    it("nothing, whatever the repo is called", () => {
      const { launcher, inputs } = repo(' it\'s a "$HOME" `x` \\ \n repo\n');
      launcher.ready(inputs);
      expect(started(launcher, shell)).toBe("warm");
      fs.rmSync(at(launcher, "pyproject.toml"));
      expect(started(launcher, shell)).toBe("cold");
    });

    it.each([
      ["at the epoch", 0],
      ["in the future", 4_000_000_000],
      ["with nanoseconds", 1_700_000_000.123456],
    ])("an edit of an input %s, and not before", async (_, seconds) => {
      const { launcher, inputs } = repo();
      backdate(at(launcher, "pyproject.toml"), seconds);
      await untilReady(launcher, inputs);
      expect(started(launcher, shell)).toBe("warm");
      fs.appendFileSync(at(launcher, "pyproject.toml"), "x = 1\n");
      expect(started(launcher, shell)).toBe("cold");
    });

    it("a name that comes to a folder whose time was set back", () => {
      const { launcher, inputs } = repo();
      const packed = ["a", "b", "c"].map((one) => ({ kind: "absent", path: at(launcher, `packed/${one}`) }) as const);
      launcher.write("packed/d", "");
      backdate(at(launcher, "packed"));
      launcher.ready([...inputs, ...packed]);
      expect(started(launcher, shell)).toBe("warm");
      launcher.write("packed/b", "");
      backdate(at(launcher, "packed"));
      expect(started(launcher, shell)).toBe("cold");
    });

    it("a file that comes where links lead", () => {
      const { launcher, inputs } = repo();
      const names = ["a", "b", "c"].map((one) => at(launcher, `links/${one}`));
      fs.mkdirSync(at(launcher, "links"));
      for (const name of names) fs.symlinkSync("../later", name);
      launcher.ready([...inputs, ...names.map((one) => ({ kind: "no-file", path: one }) as const)]);
      expect(started(launcher, shell)).toBe("warm");
      launcher.write("later", "");
      expect(started(launcher, shell)).toBe("cold");
    });

    it("a variable that comes, goes, or becomes empty", () => {
      const { launcher, inputs } = repo();
      launcher.ready(inputs, { variables: { CI: null, PRIME_LOCK: "'check' $x", PRIME_ENV: "" } });
      const same = { PRIME_LOCK: "'check' $x", PRIME_ENV: "" };
      expect(started(launcher, shell, same)).toBe("warm");
      expect(started(launcher, shell, { ...same, CI: "" })).toBe("cold");
      expect(started(launcher, shell, { ...same, PRIME_LOCK: "'check'" })).toBe("cold");
      expect(started(launcher, shell, { PRIME_LOCK: "'check' $x" })).toBe("cold");
    });

    it("a copy of the checkout", () => {
      const { launcher, inputs } = repo();
      launcher.ready(inputs);
      const copy = path.join(launcher.base, "copy");
      execFileSync("cp", ["-Rp", launcher.root, copy]);
      const { stderr } = launcher.start(["run", "true"], { shell, cwd: copy, launcher: path.join(copy, "prime") });
      expect(stderr).toBe("cold\n");
      expect(started(launcher, shell)).toBe("warm");
    });

    it("an edit that keeps size and time, with strict freshness", async () => {
      const { launcher, inputs } = repo();
      await untilReady(launcher, inputs, { freshness: "strict" });
      expect(started(launcher, shell)).toBe("warm");
      launcher.write("pyproject.toml", "[tcejorp]\n");
      expect(started(launcher, shell)).toBe("cold");
    });

    it("no trust in another user's plan", (context) => {
      if (process.getuid?.() !== 0) return context.skip("only root can give a file away");
      const { launcher, inputs } = repo();
      launcher.ready(inputs);
      fs.chownSync(launcher.plan, 12345, 12345);
      expect(started(launcher, shell)).toBe("cold");
    });
  });
});

describe("the ready plan is not written, and no older one stays,", () => {
  it("when an input was changed while the environment was made", () => {
    const { launcher, inputs } = repo();
    launcher.ready(inputs);
    const missing: Input = { kind: "file", path: at(launcher, "gone") };
    expect(launcher.ready([...inputs, missing])).toBe(`${missing.path} is missing`);
    expect(fs.existsSync(launcher.plan)).toBe(false);
  });

  it("when an input has a time that a later edit can have as well", () => {
    const { launcher, inputs } = repo();
    launcher.ready(inputs);
    fs.writeFileSync(at(launcher, "pyproject.toml"), "new");
    const present = Math.ceil(Date.now() / 1000); // a whole second: it may be that of a file system that keeps no others
    fs.utimesSync(at(launcher, "pyproject.toml"), present, present);
    expect(launcher.ready(inputs)).toBe(`${at(launcher, "pyproject.toml")} was changed a moment ago`);
    expect(fs.existsSync(launcher.plan)).toBe(false);
    backdate(at(launcher, "pyproject.toml"));
    expect(launcher.ready(inputs)).toBeUndefined();
  });

  it("and stamps of plans that were replaced do not pile up", () => {
    const { launcher, inputs } = repo();
    for (let i = 0; i < 3; i++) launcher.ready(inputs);
    const stamps = fs.readdirSync(planFolder(launcher)).flatMap((name) => /^stamps-\w+/.exec(name) ?? []);
    expect(new Set(stamps).size).toBe(1);
  });
});
