import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { UV_PIN } from "../../../src/provision/pins.ts";
import { AppBox } from "../../support/apps/apps.ts";
import { failure } from "../../support/failures.ts";
import { program } from "../../support/machine.ts";
import { edit, generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import { LAUNCHER, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { SEEDED_UV } from "../../support/seed.ts";
import { withoutNode } from "../../support/system/no-node.ts";
import { mounted } from "../../support/system/users.ts";

/** Writes no bytecode: CPython can leave a torn file on a full disk. */
const PRINT_SIX = ["run", "python", "-B", "-c", "import six; print(six.__version__)"];

function keptAside(box: Sandbox, said: string): string {
  return new RegExp(`^prime: warning: ${box.path(".venv")} was .*: it is kept as (.+)$`, "m").exec(said)?.[1] ?? "";
}

describe("where .venv belongs there stands", () => {
  it("a venv of somebody else's: it is moved aside, whole, and said even to -q", async () => {
    const box = repo({
      "requirements.txt": "six==1.17.0\n",
      ".venv/pyvenv.cfg": "home = /usr/bin\n",
      ".venv/mine": "keep\n",
    });
    const { stderr } = await good(box, ["-q"]);
    expect(stderr).toMatch(/^prime: warning: .*\n$/);
    expect(stderr).toContain("was a venv that prime did not make");
    expect(fs.readFileSync(path.join(keptAside(box, stderr), "mine"), "utf8")).toBe("keep\n");
    expect((await good(box, PRINT_SIX)).stdout).toBe("1.17.0\n");
  });

  it("a venv that is mounted there can't be moved: it is left, and what to do is said", async () => {
    const box = repo({ ".venv/mine": "", "other/pyvenv.cfg": "home = /usr/bin\n" });
    const shell = mounted(box.path("other"), box.path(".venv"));
    const said = failure(await box.run(["run", "true"], { shell }), "venv-in-the-way");
    expect(said).toContain(`could not put the environment's link at ${box.path(".venv")}: could not move`);
    expect(said).toContain("it is in use (EBUSY)");
    expect(said).toContain("`local_venv_dir_rel_path`");
    expect(fs.readdirSync(box.path("other"))).toEqual(["pyvenv.cfg"]);
  });

  it("a link to elsewhere: what it leads to is untouched, and the link is kept", async () => {
    const box = repo({ "elsewhere/mine": "keep\n" });
    fs.symlinkSync("elsewhere", box.path(".venv"));
    const { stderr } = await good(box, ["-q"]);
    expect(stderr).toContain("was a link to elsewhere");
    expect(fs.readdirSync(box.path("elsewhere"))).toEqual(["mine"]);
    expect(fs.realpathSync(keptAside(box, stderr))).toBe(box.path("elsewhere"));
    expect(generations(box)).toEqual([shown(box)]);
  });

  it("a link that leads nowhere: it is kept too", async () => {
    const box = repo({});
    fs.symlinkSync("gone", box.path(".venv"));
    const { stderr } = await good(box, ["-q"]);
    expect(fs.readlinkSync(keptAside(box, stderr))).toBe(box.path("gone"));
  });

  it.each([
    ["a folder that is no venv", ".venv/mine"],
    ["a file", ".venv"],
  ])("%s: refused before anything is built", async (what, name) => {
    const box = repo({ [name]: "keep\n" });
    const said = failure(await box.run(["run", "true"]), "venv-in-the-way");
    expect(said).toContain(`could not put the environment's link at ${box.path(".venv")}: ${what} stands there`);
    expect(said).toContain("`local_venv_dir_rel_path`");
    expect(fs.readFileSync(box.path(name), "utf8")).toBe("keep\n");
    expect(fs.existsSync(box.path(".prime"))).toBe(false);

    box.file("prime.toml", 'local_venv_dir_rel_path = "env/here"\n');
    await good(box);
    expect(fs.realpathSync(box.path("env/here"))).toBe(box.path(".prime/generations", ...generations(box)));
  });
});

/** A user that this machine does not know and who may write nothing but `home`. */
interface Somebody {
  readonly shell: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Gives the home to another user, as which prime is started; the root stays with this one and is closed for writing. */
function somebody(box: Sandbox, { skip }: TestContext): Somebody {
  const setpriv = program("setpriv");
  const who = ["--reuid=54321", "--regid=54321", "--clear-groups"];
  const env = { PATH: "/usr/bin:/bin", UV_CACHE_DIR: path.join(box.base, "uv-cache") };
  const isUsable = (name: string) => spawnSync(setpriv, [...who, name, "--version"], { env }).status === 0;
  const works = isUsable("node") && isUsable("python3");
  if (process.getuid?.() !== 0 || !works) skip("only root can become a user who has a Node and a Python in /usr/bin");
  fs.chmodSync(box.base, 0o755);
  const uv = path.join(box.home, ".cache/prime/uv");
  fs.rmSync(uv);
  fs.cpSync(SEEDED_UV, uv, { recursive: true });
  spawnSync("chown", ["-R", "54321:54321", box.home, path.join(box.base, "tmp")]);
  fs.mkdirSync(env.UV_CACHE_DIR);
  fs.chownSync(env.UV_CACHE_DIR, 54321, 54321);
  fs.chmodSync(box.root, 0o555);
  return { shell: [setpriv, ...who], env };
}

describe("folders that can't be written", () => {
  it("root: the environment lives in the user's state folder, and root is left as it was", async (context) => {
    const box = repo({ "requirements.txt": "six==1.17.0\n" });
    const before = fs.readdirSync(box.root);
    const who = somebody(box, context);
    expect(await box.run(["-q", ...PRINT_SIX], who)).toMatchObject({ code: 0, stdout: "1.17.0\n", stderr: "" });
    expect(await box.run([], who)).toMatchObject({ code: 0, stderr: expect.stringContaining("prime: ready: ") });
    const warm = await box.run(PRINT_SIX, { shell: who.shell, env: { PATH: withoutNode(box) } });
    expect(warm).toMatchObject({ code: 0, stdout: "1.17.0\n", stderr: "" });
    expect(fs.readdirSync(box.root)).toEqual(before);
  });

  it("root and home: which folder, and the variables that name others", async (context) => {
    const box = repo({});
    const who = somebody(box, context);
    fs.rmSync(box.home, { recursive: true });
    fs.mkdirSync(box.home, { mode: 0o555 });
    const said = failure(await box.run(["run", "true"], who), "file-system");
    expect(said).toContain(`could not make the folder ${box.home}`);
    expect(said).toContain("permission denied (EACCES)");
    expect(said).toContain("set XDG_STATE_HOME and XDG_CACHE_HOME");
    const { code, stdout } = await box.run(["doctor"], who);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^finding {2}state .*no start is warm: could not make the folder .*EACCES/m);
    expect(stdout).toMatch(/^finding {2}uv .*not in the cache: could not make the folder .*EACCES/m);
    expect(stdout.match(/mend: set XDG_STATE_HOME and XDG_CACHE_HOME/g)).toHaveLength(2);
    const uv = path.join(box.base, "c/prime");
    fs.cpSync(SEEDED_UV, path.join(uv, "uv"), { recursive: true });
    fs.mkdirSync(path.join(box.base, "s"));
    spawnSync("chown", ["-R", "54321:54321", path.dirname(uv), path.join(box.base, "s")]);
    const named = { XDG_STATE_HOME: path.join(box.base, "s"), XDG_CACHE_HOME: path.join(box.base, "c") };
    const cured = { ...who, env: { ...who.env, ...named } };
    expect((await good(box, ["run", "echo", "hello"], cured)).stdout).toBe("hello\n");
    expect((await box.run(["doctor"], cured)).code).toBe(0);
  });

  it("home, with uv in it: uv works without a cache of its own, and says so", async (context) => {
    const box = repo({});
    const who = somebody(box, context);
    spawnSync("chmod", ["-R", "a-w", box.home]);
    fs.chmodSync(box.root, 0o755);
    spawnSync("chown", ["-R", "54321:54321", box.root]);
    const options = { ...who, env: { ...who.env, UV_CACHE_DIR: undefined } };
    const { stderr } = await good(box, ["run", "true"], options);
    expect(stderr).toContain(`uv works without its cache ${box.home}/.cache/uv: could not make the folder`);
    expect(stderr).toMatch(/slower without a ready plan: .*\(EACCES\); `chmod u\+rwX \S+`, and start again$/m);
  });

  it("home alone, with an environment that is ready: the command runs, and each start says why it is slow", async (context) => {
    const box = repo({});
    const who = somebody(box, context);
    await box.run(["-q"], who);
    fs.rmSync(path.join(box.home, ".local/state/prime/at"), { recursive: true });
    fs.mkdirSync(path.join(box.home, ".local/state/prime/at"), { mode: 0o555 });
    const end = await box.run(["run", "echo", "hello"], who);
    expect(end).toMatchObject({ code: 0, stdout: "hello\n" });
    expect(end.stderr).toMatch(
      /^prime: warning: this start goes on, .*permission denied \(EACCES\); set XDG_STATE_HOME and .*\n$/,
    );
  });

  it("HOME unset and the user unknown: the variables that have to be set", async (context) => {
    const box = repo({});
    const who = somebody(box, context);
    const end = await box.run(["run", "true"], { ...who, env: { ...who.env, HOME: undefined } });
    const said = failure(end, "no-home");
    expect(said).toContain("HOME and XDG_STATE_HOME are not set");
    expect(said).toContain("set HOME, or both XDG_STATE_HOME and XDG_CACHE_HOME");
  });
});

it("HOME unset, with XDG folders: works, and is warm from then on", async () => {
  const box = repo({});
  const env = {
    HOME: undefined,
    XDG_STATE_HOME: path.join(box.base, "state"),
    XDG_CACHE_HOME: path.join(box.home, ".cache"),
  };
  expect(await box.run(["-q", "run", "echo", "hello"], { env })).toMatchObject({
    code: 0,
    stdout: "hello\n",
    stderr: "",
  });
  const warm = await box.run(["run", "python", "-c", "print('hello')"], { env: { ...env, PATH: withoutNode(box) } });
  expect(warm).toMatchObject({ code: 0, stdout: "hello\n", stderr: "" });
});

/** Makes a folder a small disk of its own. */
function mountSmall(folder: string, size: string, { skip }: TestContext): void {
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", folder]);
  if (status !== 0) skip("this user can't mount a small disk");
  onTestFinished(() => void spawnSync("umount", [folder]));
}

/** Fills a disk but for some kilobytes. */
function fill(folder: string, leaveKb: number): void {
  const file = path.join(folder, "filler");
  fs.rmSync(file, { force: true });
  const { bavail, bsize } = fs.statfsSync(folder);
  fs.writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leaveKb * 1024)));
}

describe("a full disk", () => {
  it("below root: wherever it fills up, the old environment works and the next start with room succeeds", async (context) => {
    const box = sandbox();
    mountSmall(box.root, "8m", context);
    fs.copyFileSync(LAUNCHER, box.launcher);
    fs.chmodSync(box.launcher, 0o755);
    box.file("requirements.txt", "six==1.17.0\n");
    await good(box);
    const before = generations(box);
    const said = new Set<string>();
    for (const leaveKb of [0, 8, 24, 48, 80]) {
      fill(box.root, leaveKb);
      const end = await box.run(["reboot"]);
      const [, id = ""] = /^ {2}id: (.+)$/m.exec(end.stderr) ?? [];
      expect(failure(end, id)).toContain("free some space on that disk and start again");
      said.add(id);
      expect(generations(box)).toEqual(before);
      expect((await good(box, PRINT_SIX)).stdout).toBe("1.17.0\n");
    }
    expect(said.size).toBeGreaterThan(1);
    fs.rmSync(box.path("filler"));
    await good(box, ["reboot"]);
    expect(generations(box)).toContain(shown(box));
    expect(before).not.toContain(shown(box));
  });

  it("below home: uv can't be had, and the reason is the disk", async (context) => {
    const box = sandbox({ cache: "empty" });
    mountSmall(box.home, "1m", context);
    fill(box.home, 0);
    const said = failure(await box.run(["run", "true"]), "file-system|uv-venv");
    expect(said).toContain(`${box.home}/.cache/prime`);
    expect(said).toContain("free some space on that disk");
    expect(said).not.toContain(`uv==${UV_PIN.version}`);
  });
});

it("a .git that can't be written: .venv is made all the same, and git is not told of it", async () => {
  const box = repo({}, { git: true });
  fs.rmSync(box.path(".git/info"), { recursive: true, force: true });
  fs.writeFileSync(box.path(".git/info"), "");
  expect((await good(box, ["-v"])).stderr).toContain(`git is not told to ignore ${box.path(".venv")}: `);
  expect(await isWarm(box)).toBe(true);
});

it("a root that is not there any more", async () => {
  const box = repo({});
  const end = await box.run(["--root", path.join(box.base, "gone"), "run", "true"]);
  expect(failure(end, "no-root", 2)).toContain("it is not a folder");
  edit(box, "file", "");
  failure(await box.run(["--root", box.path("file")]), "no-root", 2);
  expect(await isWarm(box)).toBe(false);
});

describe("a file system that lets nothing be executed", () => {
  function noExec(box: Sandbox, name: string, { skip }: TestContext): string {
    const folder = path.join(box.base, name);
    fs.mkdirSync(folder);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "noexec,size=200m", "tmpfs", folder]);
    if (mounted.status !== 0) skip("this user may mount nothing");
    onTestFinished(() => void spawnSync("umount", ["-l", folder]));
    return folder;
  }

  it("for prime's cache: named with the variable that ends it", async (test) => {
    const box = repo({ "requirements.txt": "six\n" }, { cache: "empty" });
    const folder = noExec(box, "noexec", test);
    const said = failure(await box.run([], { env: { XDG_CACHE_HOME: folder } }), "no-exec");
    expect(said).toContain(`could not keep uv in ${folder}/prime: that file system is mounted \`noexec\``);
    expect(said).toContain("next: set XDG_CACHE_HOME to a folder on another file system");
    await good(box, [], { env: { XDG_CACHE_HOME: path.join(box.base, "elsewhere") } });
    fs.cpSync(SEEDED_UV, path.join(folder, "prime/uv"), { recursive: true });
    const { stdout } = await box.run(["doctor", "--fix"], { env: { XDG_CACHE_HOME: folder } });
    expect(stdout).toMatch(/^finding {2}uv .*mounted `noexec`.*\n.*mend: set XDG_CACHE_HOME to a folder on another/m);
  });

  it("for the repo: no environment that would start no script", async (test) => {
    const box = repo({});
    const root = noExec(box, "noexec", test);
    for (const name of ["prime", "requirements.txt"]) fs.copyFileSync(LAUNCHER, path.join(root, name));
    fs.writeFileSync(path.join(root, "requirements.txt"), "six\n");
    const options = { shell: ["sh"], launcher: path.join(root, "prime"), cwd: root };
    const said = failure(await box.run([], options), "no-exec");
    expect(said).toContain(`could not make an environment in ${root}/.prime/generations: that file system is mounted`);
    expect(said).toContain("next: clone the repo to another file system");
    expect(fs.readdirSync(path.join(root, ".prime/generations"))).toEqual([]);
  });

  it("for the releases of an app: the variable that leads elsewhere is named", async (test) => {
    const app = new AppBox();
    app.publish("1");
    await app.init();
    const XDG_STATE_HOME = noExec(app.box, "noexec", test);
    expect(failure(await app.run([], { env: { XDG_STATE_HOME } }), "no-exec")).toContain(
      "for an app, set XDG_STATE_HOME",
    );
    expect(await app.says(["a"])).toBe("foo 1 a");
  });
});
