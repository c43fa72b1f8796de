import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { failure } from "../../support/failures.ts";
import { edit, generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import { type RunOptions, type Sandbox, sandbox } from "../../support/sandbox.ts";

const PROJECT = `[project]
name = "sample"
version = "1"
requires-python = ">=3.8"
dependencies = ["tabulate==0.9.0"]
optional-dependencies.web = ["httpie"]

[dependency-groups]
docs = ["Cow_Say"]

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`;
const BACKEND = path.join(import.meta.dirname, "../../fixtures/backend.py");
const SHOW = "import json, os, sys; json.dump([sys.argv[1:], os.getcwd(), sys.stdin.read()], sys.stdout)";
/** The same in one repo, started where nothing is known of it and where a ready plan is. */
const WAYS = ["cold", "warm"] as const;

let box: Sandbox;
beforeAll(async () => {
  box = sandbox({ name: "my repo" });
  box.file("pyproject.toml", PROJECT);
  box.file("backend.py", fs.readFileSync(BACKEND, "utf8"));
  box.file("sub/show.py", SHOW);
  await good(box);
  expect(await isWarm(box)).toBe(true);
});

/** Without its ready plan a start is cold, and makes the plan again. */
function forget(): void {
  fs.rmSync(path.join(box.home, ".local"), { recursive: true, force: true });
}

/** Starts prime cold or warm, where nothing has to be built. */
async function start(way: (typeof WAYS)[number], args: readonly string[], options: RunOptions = {}) {
  if (way === "cold") forget();
  return box.run(args, options);
}

describe.each(WAYS)("run, %s", (way) => {
  const words = ["", " ", "a b", "'", '"', "$HOME", "`id`", "*", "\n", "-v", "--", "--help", "é", "a\\"];

  it("passes arguments, standard input and the folder", async () => {
    const options = { cwd: box.path("sub"), stdin: "one\ntwo\0three" };
    for (const dashes of [[], ["--"]]) {
      const { stdout, stderr, code } = await start(way, ["run", ...dashes, "python", "show.py", ...words], options);
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout)).toEqual([words, box.path("sub"), options.stdin]);
    }
  });

  it.each([0, 1, 2, 125, 255])("gives the command's own exit status %i, and adds no word", async (code) => {
    const end = await start(way, ["run", "sh", "-c", `echo out; echo err >&2; exit ${code}`]);
    expect(end).toEqual({ code, signal: null, stdout: "out\n", stderr: "err\n" });
  });

  it("ends by the signal that ends the command, and passes on those that it takes", async () => {
    expect(await start(way, ["run", "sh", "-c", "kill -KILL $$"])).toMatchObject({ code: null, signal: "SIGKILL" });
    if (way === "cold") forget();
    const waits = "trap 'echo got it; exit 9' TERM; echo up; while :; do sleep 0.05; done";
    const started = box.start(["run", "sh", "-c", waits]);
    await started.until("up");
    process.kill(started.child.pid as number, "SIGTERM");
    expect(await started.ended).toEqual({ code: 9, signal: null, stdout: "up\ngot it\n", stderr: "" });
  });

  it("127 for a name that is nowhere, with the nearest one", async () => {
    const said = failure(await start(way, ["run", "tabulat"]), "command-not-found", 127);
    expect(said).toContain("could not run tabulat: neither the environment nor PATH has it");
    expect(said).toContain("did you mean `tabulate`?");
  });

  it.each([
    ["a group", "cow-say", "the group `docs` has it: ./prime --group docs run cow-say"],
    ["an extra", "httpie", "the extra `web` has it: ./prime --extra web run httpie"],
    ["nothing", "no-such-program", "check the name; what brings it has to be declared: ./prime uv add --dev PACKAGE"],
    ["nothing, and `./prime tasks` names", "pdm", "for one start, ./prime run --with pdm pdm …"],
    ["a group, misspelled", "cow-sya", "did you mean `cow-say`? the group `docs` has it"],
  ])("127 for what %s declares, with the line that adds it", async (_, command, line) => {
    expect(failure(await start(way, ["run", command]), "command-not-found", 127)).toContain(line);
  });

  it("127 for a path where nothing is, 126 for a file that can't be executed", async () => {
    const cwd = box.path("sub");
    const said = failure(await start(way, ["run", "./nothing"], { cwd }), "command-not-found", 127);
    expect(said).toContain(`it was looked for as ${box.path("sub/nothing")}`);
    const refused = failure(await start(way, ["run", "./show.py"], { cwd }), "not-executable", 126);
    expect(refused).toContain("`chmod +x` it, or run it by the environment's Python: ./prime ./show.py");
  });
});

describe.each(WAYS)("a script, %s", (way) => {
  it("by its path from where the user stands, with all arguments and prime's own flags among them", async () => {
    const end = await start(way, ["./show.py", "-v", "--group", "x", "run"], { cwd: box.path("sub") });
    expect(JSON.parse(end.stdout)).toEqual([["-v", "--group", "x", "run"], box.path("sub"), ""]);
    expect([end.code, end.stderr]).toEqual([0, ""]);
  });

  it("that names the launcher in its first line starts itself", async () => {
    const plain = sandbox();
    if (way === "warm") await good(plain);
    const script = plain.file("tool", `#!${plain.launcher}\nimport sys; print(sys.prefix, sys.argv[1:])\n`, {
      mode: 0o755,
    });
    const { stdout } = await plain.run(["a b", "-q"], { launcher: script, cwd: plain.base });
    expect(stdout).toBe(`${plain.path(".prime/generations", shown(plain))} ['a b', '-q']\n`);
  });

  it("127 where there is none", async () => {
    expect(failure(await start(way, ["./nothing.py"]), "command-not-found", 127)).toContain("./nothing.py");
  });
});

describe.each(WAYS)("-c, %s", (way) => {
  it.each(["/bin/sh", "/bin/bash", "/nowhere/sh", undefined])(
    "by SHELL=%s: its exit status and its words",
    async (SHELL) => {
      const text = 'echo "$0 $1"; command -v python; exit 42';
      const { code, stdout, stderr } = await start(way, ["-c", text, "name", "a b"], { env: { SHELL } });
      expect([code, stdout.split("\n")[0], stderr]).toEqual([42, "name a b", ""]);
      expect(stdout).toContain(`${box.path(".prime/generations", shown(box))}/bin/python\n`);
    },
  );
});

describe("wrong usage", () => {
  it.each([
    [["bogus"], "unknown command 'bogus'"],
    [["statsu"], "unknown command 'statsu'; did you mean `status`?"],
    [["--gruop", "x"], "unknown option '--gruop'; did you mean `--group`?"],
    [["status", "--jsn"], "unknown option '--jsn'; did you mean `--json`?"],
    [["status", "extra"], "too many arguments for 'status'"],
    [["run"], "missing required argument 'cmd'"],
    [["-c"], "option '-c, --command <string>' argument missing"],
    [["--group"], "option '--group <group>' argument missing"],
    [["env", "--shell", "tcsh"], "argument 'tcsh' is invalid. Allowed choices are sh, bash, zsh,"],
    [["completion", "tcsh"], "'tcsh' is invalid"],
    [["uv", "sync"], "`uv sync` would change an environment in place"],
    [
      ["uv", "run", "x", "--script"],
      "use ./prime run CMD; ./prime uv run --script FILE for a script that says what it requires",
    ],
  ])("%j: 2, and what was meant", async (args, said) => {
    const end = await box.run(args);
    expect(failure(end, "usage|uv-in-place", 2)).toContain(said);
  });
});

describe("what is asked to be printed", () => {
  it.each([["--version"], ["--help"], ["run", "--help"], ["status"], ["eval"], ["why"], ["completion", "bash"]])(
    "%s %s stands on standard output, alone",
    async (...args) => {
      const end = await box.run(args.filter((word) => word !== undefined));
      expect(end).toMatchObject({ code: 0, stderr: "" });
      expect(end.stdout).toMatch(/\S\n$/);
    },
  );

  it("help shows every command, and examples", async () => {
    const { stdout } = await good(box, ["--help"]);
    for (const name of ["run", "uv", "shell", "env", "status", "why", "eval", "init", "reboot", "completion"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    }
    expect(stdout).toContain("Examples:\n  ./prime ");
  });

  it("bare ./prime prints nothing there: a summary when it built, one line when all is ready, none for -q", async () => {
    const fresh = sandbox();
    const first = await good(fresh);
    expect(first.stdout).toBe("");
    expect(first.stderr).toMatch(
      /^prime: ready: repo, Python [\d.]+, 0 packages\n {2}by \/\S+: the first found that fits any \S+ 3$/m,
    );
    expect(first.stderr).toContain("Run a command in it: ./prime run CMD");
    const second = await good(fresh);
    expect([second.stdout, second.stderr]).toEqual(["", expect.stringMatching(/^prime: ready: .*\n$/)]);
    expect(await good(fresh, ["-q"])).toMatchObject({ stdout: "", stderr: "" });
  });

  it("status tells each fact with where it came from, before a build and after, and builds nothing", async () => {
    const fresh = repo({ ".python-version": "3\n" });
    const before = JSON.parse((await good(fresh, ["status", "--json"])).stdout);
    expect(before).toMatchObject({ root: fresh.root, environment: null });
    expect(before.required_python).toMatchObject({ request: "Python 3", source: ".python-version" });
    expect(generations(fresh)).toEqual([]);
    await good(fresh);
    const after = JSON.parse((await good(fresh, ["status", "--json"])).stdout);
    expect(after.launcher).toMatchObject({
      path: fresh.launcher,
      version: (await good(fresh, ["--version"])).stdout.trim(),
    });
    expect(after.environment).toMatchObject({
      generation: fresh.path(".prime/generations", shown(fresh)),
      packages: 0,
      reason: "the first start here",
      drift: [],
    });
    expect(after.freshness).toMatchObject({ mode: "mtime", state: "fresh" });
    expect(after.inputs).toContainEqual({ kind: "file", path: fresh.path(".python-version") });
    edit(fresh, ".python-version", ">=3.8\n");
    expect((await good(fresh, ["status"])).stdout).toMatch(/^freshness +the next start is cold: .*\.python-version/m);
  });

  it("eval gives each value with its file, key or variable", async () => {
    const own = repo({ "pyproject.toml": '[tool.prime]\ninstall_groups = ["a"]\nlock = "frozen"\n' });
    const env = { PRIME_LOCK: '"check"' };
    const values = JSON.parse((await good(own, ["--group", "b", "eval", "--json"], { env })).stdout);
    expect(values.lock).toEqual({ value: "check", source: { kind: "environment", where: "PRIME_LOCK" } });
    expect(values.install_groups.value).toContain("b");
    expect(values.freshness).toEqual({ value: "mtime", source: { kind: "default" } });
    const text = (await good(own, ["eval"])).stdout;
    expect(text).toMatch(/^lock += "frozen" +# .*pyproject\.toml/m);
  });

  it("why names the input that made the last start cold, and what was done", async () => {
    const own = repo({ "requirements.txt": "" });
    expect((await good(own, ["why"])).stdout).toBe("No start was cold yet: ./prime makes the environment ready.\n");
    await good(own);
    edit(own, "requirements.txt", "tabulate==0.9.0\n");
    await good(own, ["run", "tabulate", "--help"]);
    const { stdout } = await good(own, ["why"]);
    expect(stdout).toContain(own.path("requirements.txt"));
    expect(stdout).toContain(`done: built generation ${shown(own)}`);
    expect(JSON.parse((await good(own, ["why", "--json"])).stdout)).toMatchObject({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      changes: [{ path: own.path("requirements.txt"), what: expect.any(String) }],
      done: `built generation ${shown(own)}`,
    });
  });

  it("why tells of a start that failed, too", async () => {
    const own = repo({ "requirements.txt": "./nowhere\n" });
    expect(JSON.parse((await good(own, ["why", "--json"])).stdout)).toBe(null);
    expect((await own.run([])).code).toBe(125);
    const { stdout } = await good(own, ["why"]);
    expect(stdout).toMatch(/: the first start here\n {2}done: failed: could not /);
    edit(own, "requirements.txt", "");
    await good(own);
    expect((await good(own, ["why"])).stdout).toContain("  done: built generation ");
  });

  it("env as JSON holds what a command would get", async () => {
    const values = JSON.parse((await good(box, ["env", "--shell", "json"])).stdout);
    const generation = box.path(".prime/generations", shown(box));
    expect(values.VIRTUAL_ENV).toBe(generation);
    expect(values.PATH.split(":")[0]).toBe(`${generation}/bin`);
  });
});

describe("--root", () => {
  it("works on another repo, from anywhere, and names it in every message", async () => {
    const other = repo({ "prime.toml": "lokc = 1\n" });
    const said = failure(await box.run(["--root", other.root, "run", "true"]), "config-unknown-key");
    expect(said).toContain(other.path("prime.toml"));
    fs.rmSync(other.path("prime.toml"));
    const options = { cwd: other.base };
    const { stdout } = await good(
      box,
      ["--root", "repo", "run", "python", "-c", "import sys; print(sys.prefix)"],
      options,
    );
    expect(stdout).toBe(`${other.path(".prime/generations", shown(other))}\n`);
  });
});

it("reboot builds anew, aside: the old environment is there until the new one stands", async () => {
  const own = repo({ "requirements.txt": "six==1.17.0\n" });
  await good(own);
  const old = shown(own);
  fs.writeFileSync(own.path(".prime/generations", old, "lib/mine"), "damage");
  expect((await good(own, ["reboot"])).stdout).toBe("");
  expect(shown(own)).not.toBe(old);
  expect((await good(own, ["run", "python", "-c", "import six; print(six.__version__)"])).stdout).toBe("1.17.0\n");
});

it("shell is the user's own, as this very process, with the environment active", async () => {
  const started = box.start(["shell"], { env: { SHELL: "/bin/sh" }, stdin: 'echo "$$ $VIRTUAL_ENV"; exit 5\n' });
  const { pid } = started.child;
  const end = await started.ended;
  expect(end).toMatchObject({ code: 5, stdout: `${pid} ${box.path(".prime/generations", shown(box))}\n` });
});
