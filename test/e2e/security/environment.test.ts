import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { BACKEND, PROJECT } from "../../support/checkouts/slow-repo.ts";
import { program } from "../../support/machine.ts";
import { good, repo } from "../../support/repos.ts";
import { describeEachNode, describeEachShell, LONG_AGO, type Sandbox } from "../../support/sandbox.ts";
import { pathWithoutNode, warmShells } from "../../support/warm.ts";

const RUN = ["run", "/bin/sh", "-c", "echo done"];

/** All that prime itself starts by a name, and what it could be tempted to. */
const DECOYS =
  "node nodejs python python3 python3.12 uv git find stat readlink sha256sum ls ps sh env dpkg rpm brew pip cc gcc".split(
    " ",
  );

/** A repo that holds a program under each of these names, in its root and in bin/; `ran` tells which were started. */
function withDecoys(files: Readonly<Record<string, string>> = {}) {
  const box = repo(files, { git: true });
  const mark = path.join(box.base, "ran");
  fs.mkdirSync(mark);
  for (const name of DECOYS) {
    for (const file of [name, `bin/${name}`]) {
      box.file(file, `#!/bin/sh\n: >'${mark}/${name}'\nexit 1\n`, { mode: 0o755 });
    }
  }
  return { box, ran: () => fs.readdirSync(mark) };
}

/** So old that every shell sees the change. */
let touches = 0;
function touch(box: Sandbox): void {
  touches += 1;
  fs.utimesSync(box.launcher, LONG_AGO + touches, LONG_AGO + touches);
}

describeEachShell("relative and empty entries of PATH", ({ words: shell }) => {
  it("lead prime to nothing, and are there for the command", async () => {
    const { box, ran } = withDecoys({ "prime.toml": 'freshness = "strict"\n', "requirements.txt": "" });
    const env = { PATH: `:.:bin:./bin::../repo/bin:${box.env.PATH}:` };
    const show = ["run", "/bin/sh", "-c", 'echo "$PATH"'];
    const link = path.join(box.base, "link");
    fs.symlinkSync("repo/prime", link);
    const first = (await good(box, show, { env, shell })).stdout;
    expect(first).toMatch(/^\/[^:]*\/bin::\.:bin:\.\/bin::\.\.\/repo\/bin:\/.*:$/m);
    for (const launcher of [box.launcher, link, "./prime", "../repo/../repo/prime"]) {
      expect((await good(box, show, { env, shell, launcher })).stdout).toBe(first);
      touch(box);
      expect((await good(box, show, { env, shell, launcher })).stdout).toBe(first);
    }
    for (const args of [["doctor"], ["status"], ["why"], ["verify"], ["gc"]]) await box.run(args, { env, shell });
    expect(ran()).toEqual([]);
  });

  it("are no node: what is there in their place is not named either", async () => {
    const { box, ran } = withDecoys();
    const end = await box.run(RUN, { env: { PATH: ".:bin::/var/empty" }, shell });
    expect(end.code).toBe(125);
    expect(end.stderr).toContain("(tried: no node on PATH)");
    expect(ran()).toEqual([]);
  });
});

describe("a build", () => {
  it("finds nothing in the repo by a relative PATH, and hears nothing of the repository whose hook it runs in", async () => {
    const { box, ran } = withDecoys();
    const backend = fs.readFileSync(BACKEND, "utf8");
    const asks = `import os, shutil, subprocess
git = shutil.which("git")
told = subprocess.run([git, "rev-parse", "--git-dir"], stdout=subprocess.PIPE).stdout.decode().strip()
open(os.environ["TOLD"], "a").write(git + " " + os.path.abspath(told) + " " + os.environ["PATH"] + "\\n")
`;
    box.file("backend.py", asks + backend);
    box.file("pyproject.toml", PROJECT);
    const told = path.join(box.base, "told");
    const other = path.join(box.base, "other");
    execFileSync("git", ["init", "--quiet", "--bare", other]);
    const env = { TOLD: told, PATH: `.:${box.env.PATH}`, GIT_DIR: other, GIT_INDEX_FILE: `${other}/index` };
    await good(box, RUN, { env });
    const lines = fs.readFileSync(told, "utf8").trim().split("\n");
    for (const line of lines) {
      const [git, folder, PATH] = line.split(" ");
      expect(git).toMatch(/^\/.*\/git$/);
      expect(folder).toBe(box.path(".git"));
      expect(PATH?.split(":").every((entry) => path.isAbsolute(entry))).toBe(true);
    }
    expect(ran()).toEqual([]);
  });
});

/** What a shell or Node could take from its environment, by the names that it has there. */
const VARIABLES: Readonly<Record<string, (box: Sandbox) => NodeJS.ProcessEnv>> = {
  IFS: () => ({ IFS: "/.pe" }),
  "CDPATH and OLDPWD": () => ({ CDPATH: "/tmp:/", OLDPWD: "/nonexistent" }),
  "a PWD that is none": () => ({ PWD: "/nonexistent" }),
  "PS4, PS1, PROMPT_COMMAND": () => ({ PS4: "$(echo ps4)", PS1: "$(echo ps1)", PROMPT_COMMAND: "echo prompt" }),
  "ENV, of interactive shells alone": (box) => ({ ENV: box.file("env.sh", "echo env\n") }),
  SHELLOPTS: () => ({ SHELLOPTS: "errexit:noclobber:noglob:pipefail" }),
  "an exported function": () => ({ "BASH_FUNC_cd%%": '() {\n builtin cd "$@" && ls\n}' }),
  "Node's own": () => ({ NODE_CHANNEL_FD: "7", NODE_PATH: "/nonexistent", NODE_PENDING_DEPRECATION: "1" }),
  "Node's options": () => ({ NODE_OPTIONS: "--require=/nonexistent", NODE_EXTRA_CA_CERTS: "/nonexistent" }),
  "prime's own": () => ({
    PRIME_HEAD: "1",
    PRIME_PROGRESS: "{}",
    PRIME_NODE_OPTIONS: "=--require=/nonexistent",
    PRIME_NODE_EXTRA_CA_CERTS: "=/nonexistent",
    prime_plan: "/nonexistent",
    prime_self: "/nonexistent",
    prime_line: "sourced",
    prime_call: "boot_env",
  }),
  "an interpreter's": () => ({ PYTHONHOME: "/nonexistent", PYTHONPATH: "/nonexistent", PYTHONSTARTUP: "/nonexistent" }),
  "uv's": () => ({
    UV_PROJECT_ENVIRONMENT: "/nonexistent/venv",
    UV_TARGET: "/nonexistent",
    UV_PYTHON: "2.7",
    UV_NO_SYNC: "1",
  }),
  "pip's": () => ({ PIP_TARGET: "/nonexistent", PIP_PREFIX: "/nonexistent", PIP_USER: "1", PIP_DRY_RUN: "1" }),
  "git's": () => ({ GIT_DIR: "/nonexistent", GIT_WORK_TREE: "/nonexistent", GIT_INDEX_FILE: "/nonexistent" }),
  "a loader's empty entries": () => ({ LD_LIBRARY_PATH: ":/nonexistent:" }),
};

/** What a start with Node says of those by which users of uv choose. */
const IGNORED = /^prime: warning: UV_\w+ in the environment is not a setting of prime's and is ignored\n/gm;

describe("strange variables:", () => {
  const boxes = new Map<string, Sandbox>();
  beforeAll(() => {
    for (const what of Object.keys(VARIABLES)) boxes.set(what, repo({}));
  });
  let shells = 0;

  describeEachShell("no start is another by", ({ words: shell }) => {
    const turn = shells;
    shells += 1;

    it.each([...Object.keys(VARIABLES)].map((what, index) => [what, index] as const))("%s", async (what, index) => {
      const box = boxes.get(what) as Sandbox;
      const env = VARIABLES[what]?.(box) ?? {};
      // Every shell knows nothing at first under each of them, and has something to build under a fifth of them.
      const gone = [
        path.join(box.home, ".local"),
        ...(index % shells === turn ? [box.path(".prime"), box.path(".venv")] : []),
      ];
      for (const folder of gone) fs.rmSync(folder, { recursive: true, force: true });
      for (const args of [RUN, ["-c", "echo done"], ["why"]]) {
        const { stdout, stderr } = await good(box, ["-q", ...args], { env, shell });
        expect(stderr.replace(IGNORED, "")).toBe("");
        if (args[0] !== "why") expect(stdout).toBe("done\n");
      }
      const warm = { ...env, PATH: pathWithoutNode(box) };
      expect(await box.run(RUN, { env: warm, shell })).toEqual({ code: 0, signal: null, stdout: "done\n", stderr: "" });
      touch(box);
      const { stderr, ...ended } = await box.run(RUN, { env, shell });
      expect({ ...ended, stderr: stderr.replace(IGNORED, "") }).toEqual({
        code: 0,
        signal: null,
        stdout: "done\n",
        stderr: "",
      });
    });
  });
});

describe("functions that a bash has exported by the names that the head uses", () => {
  /** `true` comes before the head can forget any. */
  const NAMES =
    "[ false echo read printf pwd cd test command readlink exec eval set shift return exit export . : unset trap kill wait sleep builtin".split(
      " ",
    );

  it.each(["bash", "sh"])("are not run by %s, be the start cold or warm", async (name) => {
    const box = repo({});
    const shell = path.join(box.base, name);
    fs.symlinkSync(program("bash"), shell);
    await good(box, RUN);
    for (const one of NAMES) {
      const env = { [`BASH_FUNC_${one}%%`]: "() { /bin/echo hijacked >&2; }" };
      for (const args of [RUN, ["why"]]) {
        const { stderr } = await good(box, ["-q", ...args], { env, shell: [shell] });
        expect([one, stderr]).toEqual([one, ""]);
      }
    }
  });
});

describeEachNode("node prime", ({ binary }) => {
  it("is not told by a forged PRIME_HEAD that somebody waits for its answer", async () => {
    const box = repo({});
    for (const PRIME_HEAD of [
      "1",
      "1::",
      "1:1:/nonexistent/.plan/plan",
      `${process.pid + 1}::`,
      "0::",
      "-1:1:",
      "x",
      "",
    ]) {
      const env = { PRIME_HEAD, PRIME_NODE_OPTIONS: "=--require=/nonexistent" };
      const { stdout } = await good(box, ["run", "sh", "-c", 'echo "$NODE_OPTIONS|$PRIME_HEAD|done"'], {
        env,
        shell: [binary],
      });
      expect(stdout).toBe("||done\n");
    }
  });
});

describe("a umask that leaves all open to everybody", () => {
  /** What others could write below a folder. Links have no modes, and uv's locks hold nothing. */
  const open = (folder: string): string[] => {
    const words = [folder, "!", "-type", "l", "!", "-name", ".lock", "-perm", "/022"];
    return execFileSync("find", words, { encoding: "utf8" }).split("\n").filter(Boolean);
  };

  it("opens nothing that prime makes, and is the command's own", async () => {
    const box = repo(
      { "requirements.txt": "six==1.17.0\n", "prime.toml": 'setup = ["echo x >made"]\n' },
      { git: true },
    );
    fs.rmSync(path.join(box.home, ".cache"), { recursive: true });
    const shell = ["/bin/sh", "-c", 'umask 0 && exec "$@"', "sh"];
    const command = ["run", "/bin/sh", "-c", "umask"];
    const first = await good(box, command, { shell });
    expect(first.stdout).toMatch(/^0+$/m);
    expect((await good(box, command, { shell })).stdout).toBe(first.stdout);
    for (const folder of [box.path(".prime"), path.join(box.home, ".local"), path.join(box.home, ".cache/prime")]) {
      expect(open(folder)).toEqual([]);
    }
    expect(open(box.path("made"))).toEqual([]);
    expect((await good(box, command, { shell: [...shell, process.execPath] })).stdout).toBe(first.stdout);
  });

  it("but not one that is meant for a group", async () => {
    const box = repo({});
    const shell = ["/bin/sh", "-c", 'umask 002 && exec "$@"', "sh"];
    await good(box, RUN, { shell });
    expect(fs.statSync(box.path(".prime/generations")).mode & 0o777).toBe(0o775);
    expect(fs.statSync(path.join(box.home, ".local/state/prime")).mode & 0o7777).toBe(0o1700);
    expect(await warmShells(box)).not.toEqual([]);
  });
});
