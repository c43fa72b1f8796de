import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { failure, folderOf } from "../../support/failures.ts";
import { edit, good, repo, shown } from "../../support/repos.ts";
import { type Ended, LONG_AGO, type RunOptions } from "../../support/sandbox.ts";
import { give, readOnly, skip, somebody } from "../../support/system/users.ts";
import { MACHINE_SHELLS, whereIs } from "../../support/warm.ts";

const FILES = {
  "pyproject.toml": `[project]
name = "app"
version = "1"
dependencies = ["six==1.17.0"]

[dependency-groups]
docs = ["iniconfig"]
lint = ["idna"]
`,
  "tools/show.py": "import six, sys\nprint(six.__version__, *sys.argv[1:])\n",
};
const PRINT_SIX = ["run", "python", "-B", "-c", "import six; print(six.__version__)"];
const SEALED = "/var/lib/prime/at";

/** What an image needs at run time beside the environment: `sh`, and these of coreutils or busybox. No Node. */
const PROGRAMS = ["sh", "sha256sum", "ls"];

/** An image's root as its build leaves it, and how another user starts prime in it. */
class Image {
  readonly box = repo(FILES, { python: null });
  readonly user = somebody(this.box);
  readonly plans = path.join(SEALED + this.box.root, ".plan");

  constructor() {
    if (fs.existsSync("/var/lib/prime") && fs.statSync("/var/lib/prime").uid !== 0)
      skip("/var/lib/prime is not root's");
    onTestFinished(() => {
      fs.rmSync(SEALED + this.box.base, { recursive: true, force: true });
      for (const folder of [path.dirname(SEALED + this.box.base), SEALED, path.dirname(SEALED)]) removeEmpty(folder);
    });
  }

  /** The environment of a container: no Node on PATH, and a home that is not there. */
  get env(): NodeJS.ProcessEnv {
    const programs = Object.fromEntries(PROGRAMS.map((name) => [name, whereIs(name)]));
    return { PATH: folderOf(this.box, "programs", programs), HOME: "/nonexistent" };
  }

  start(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const shell = [...this.user, ...(options.shell ?? [])];
    return this.box.run(args, { ...options, shell, env: { ...this.env, ...options.env } });
  }

  /** Why a start that needs Node does not do without. */
  async refusal(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const end = await this.start(args, options);
    expect(end).toMatchObject({ code: 125, stdout: "" });
    const [, why = ""] =
      /^prime: (.*); found no Node\.js that works \(tried: no node on PATH\); install /.exec(end.stderr) ?? [];
    return why;
  }
}

function removeEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {} // not empty
}

async function sealed(args: readonly string[] = ["seal"]): Promise<Image> {
  const image = new Image();
  const { stderr } = await good(image.box, args);
  expect(stderr).toContain(`prime: sealed for every user: ${image.plans}/plan`);
  expect(stderr).not.toContain("warning");
  return image;
}

function setTimes(folder: string, seconds: number): void {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    const stat = fs.lstatSync(file);
    if (stat.isDirectory()) setTimes(file, seconds);
    if (!stat.isSymbolicLink()) fs.utimesSync(file, seconds, seconds);
  }
}

describe("a sealed image", () => {
  it("runs for root and for another user, read-only and without Node, in every shell", async () => {
    const image = await sealed();
    const locked = readOnly(image.box.base, "/var/lib/prime");
    for (const who of [[], image.user]) {
      const start = (args: readonly string[], shell: readonly string[] = []) =>
        image.box.run(args, { shell: [...locked, ...who, ...shell], env: image.env });
      for (const [, shell] of MACHINE_SHELLS) {
        expect(await start(PRINT_SIX, shell)).toEqual({ code: 0, signal: null, stdout: "1.17.0\n", stderr: "" });
      }
      expect(await start([])).toMatchObject({ code: 0, stderr: expect.stringMatching(/^prime: ready: app, Python /) });
      expect(await start(["-q"])).toMatchObject({ code: 0, stderr: "" });
      expect(await start(["-c", "python -B tools/show.py $((1 + 1))"])).toMatchObject({
        code: 0,
        stdout: "1.17.0 2\n",
      });
      expect(await start([image.box.path("tools/show.py"), "a b"])).toMatchObject({ code: 0, stdout: "1.17.0 a b\n" });
      expect(await start(["run", "touch", image.box.path("new")])).toMatchObject({ code: 127 });
    }
  });

  it("has the starts that were sealed, by their flags", async () => {
    const image = await sealed(["seal", "--group", "docs"]);
    const imports = ["run", "python", "-B", "-c", "import iniconfig"];
    expect(await image.start(["--group", "docs", ...imports])).toMatchObject({ code: 0, stderr: "" });
    expect(await image.refusal(imports)).toBe(`there is no ${image.plans}/plan`);
    await good(image.box, ["--group", "lint", "seal"]);
    await good(image.box, ["seal"]);
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0 });
    expect(await image.start(["--group=docs", ...imports])).toMatchObject({ code: 0 });
    expect(await image.start(["--group=lint", "run", "python", "-B", "-c", "import idna"])).toMatchObject({ code: 0 });
    expect(await image.refusal(["--extra", "docs", ...imports])).toBe(`there is no ${image.plans}/plan--extra=docs`);
  });

  it("says what is missing: the command, or the Node that a command of prime's needs", async () => {
    const image = await sealed();
    const none = await image.start(["run", "nosuch"]);
    expect(none).toMatchObject({ code: 127, stdout: "" });
    expect(none.stderr).toBe(
      "prime: error: could not run nosuch: neither the environment nor PATH has it\n  id: command-not-found\n",
    );
    expect(await image.start(["tools/nosuch.py"], { cwd: image.box.root })).toMatchObject({
      code: 127,
      stderr: expect.stringContaining("could not run tools/nosuch.py: it does not exist"),
    });
    expect(await image.start(["run", "tools/show.py"])).toMatchObject({
      code: 126,
      stderr: expect.stringContaining("it is not executable"),
    });
    expect(await image.refusal(["status"])).toBe(
      "without Node.js there are only bare ./prime, run, -c and scripts here",
    );
    expect(await image.refusal(PRINT_SIX, { env: { PRIME_LOCK: "frozen" } })).toContain("PRIME_LOCK is set");
    expect(await image.start(PRINT_SIX, { env: { CI: "true" } })).toMatchObject({ code: 0 });
  });
});

describe("what comes after the seal", () => {
  it("being copied from stage to stage by archives is no change, nor is a checkout made anew", async () => {
    const image = new Image();
    await good(image.box, ["seal"], { env: { UV_COMPILE_BYTECODE: "1" } });
    const archive = path.join(image.box.base, "layer.tar");
    const trees = [image.box.root, image.plans];
    execFileSync("tar", ["--format=ustar", "-cPf", archive, ...trees]); // whole seconds
    for (const tree of trees) fs.rmSync(tree, { recursive: true });
    execFileSync("tar", ["-xPf", archive]);
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0, stdout: "1.17.0\n", stderr: "" });
    for (const tree of trees) setTimes(tree, LONG_AGO + 77); // SOURCE_DATE_EPOCH
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0, stderr: "" });
    edit(image.box, "pyproject.toml", FILES["pyproject.toml"]);
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0, stderr: "" });
    const cached = await image.start(["run", "python", "-c", "import os, six; print(os.path.exists(six.__cached__))"]);
    expect(cached.stdout).toBe("True\n");
  });

  it("other contents are one, whatever their time: the file is named", async () => {
    const image = await sealed();
    const { mtime } = fs.statSync(image.box.path("pyproject.toml"));
    fs.appendFileSync(image.box.path("pyproject.toml"), "\n");
    fs.utimesSync(image.box.path("pyproject.toml"), mtime, mtime);
    expect(await image.refusal(PRINT_SIX)).toContain(
      `not as it was sealed: ${image.box.path("pyproject.toml")}: FAILED`,
    );
    fs.writeFileSync(image.box.path("pyproject.toml"), FILES["pyproject.toml"]);
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0 });

    const lib = fs.realpathSync(image.box.path(".venv/lib"));
    const packages = path.join(
      lib,
      fs.readdirSync(lib).find((name) => name.startsWith("python")) ?? "",
      "site-packages",
    );
    fs.writeFileSync(path.join(packages, "added.py"), "");
    expect(await image.refusal(PRINT_SIX)).toContain(`${packages} holds other names`);
    fs.rmSync(path.join(packages, "added.py"));
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0 });

    image.box.file(".python-version", "3\n");
    expect(await image.refusal(PRINT_SIX)).toContain(`${image.box.path(".python-version")} is not as it was sealed`);
  });

  it("a new seal takes the place of the old one, and what is sealed is never collected", async () => {
    const image = await sealed();
    const first = shown(image.box);
    edit(image.box, "pyproject.toml", FILES["pyproject.toml"].replace("1.17.0", "1.16.0"));
    await good(image.box, ["seal"]);
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0, stdout: "1.16.0\n" });
    expect(fs.readdirSync(image.plans).filter((name) => name.startsWith("sealed")).length).toBe(1);
    const second = shown(image.box);
    for (const version of ["1.15.0", "1.14.0"]) {
      edit(image.box, "pyproject.toml", FILES["pyproject.toml"].replace("1.17.0", version));
      await good(image.box);
    }
    await good(image.box, ["gc", "--keep", "0", "--older", "0"]);
    const kept = (id: string) => fs.lstatSync(image.box.path(".prime/generations", id)).isDirectory();
    expect([kept(first), kept(second)]).toEqual([false, true]);
  });
});

describe("./prime seal refuses or warns", () => {
  it("for anybody but root", async () => {
    const image = new Image();
    give(image.box.home, image.box.root);
    fs.chmodSync(image.box.base, 0o777);
    const said = failure(
      await image.box.run(["seal"], { shell: image.user, env: { UV_CACHE_DIR: undefined } }),
      "seal-refused",
    );
    expect(said).toContain("only root may write /var/lib/prime");
    expect(fs.existsSync(image.box.path(".prime"))).toBe(false);
  });

  it("where somebody else could exchange the plan; such a plan is not believed either", async () => {
    const image = await sealed();
    fs.chmodSync(image.plans, 0o777);
    expect(await image.refusal(PRINT_SIX)).toBe("");
    const said = failure(await image.box.run(["seal"]), "seal-refused");
    expect(said).toContain(`others than root could exchange ${image.plans}`);
    fs.chmodSync(image.plans, 0o755);
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0 });
  });

  it("names what is closed to other users, and how it is opened; root can start", async () => {
    const image = new Image();
    fs.chmodSync(image.box.root, 0o700);
    const { stderr } = await good(image.box, ["seal"]);
    expect(stderr).toContain(`prime: warning: only root can use what is sealed: ${image.box.root} is closed to others`);
    expect(await image.box.run(PRINT_SIX, { env: image.env })).toMatchObject({ code: 0, stdout: "1.17.0\n" });

    const { stdout: six } = await image.box.run(["run", "python", "-c", "import six; print(six.__file__, end='')"]);
    for (const file of [six, path.dirname(six)]) fs.chmodSync(file, 0o700);
    const [, opening = ""] = /`(chmod [^`]+)`/.exec((await good(image.box, ["seal"])).stderr) ?? [];
    execFileSync("/bin/sh", ["-c", opening]);
    expect((await good(image.box, ["seal"])).stderr).not.toContain("warning");
    expect(await image.start(PRINT_SIX)).toMatchObject({ code: 0, stdout: "1.17.0\n" });
  });
});
