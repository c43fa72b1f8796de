import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Examined } from "../../support/checkouts/doctor.ts";
import { failure } from "../../support/failures.ts";
import { edit, generations, good, repo, shown } from "../../support/repos.ts";
import { LAUNCHER, LONG_AGO, sandbox } from "../../support/sandbox.ts";
import { give, rootAtHome, userOf } from "../../support/system/users.ts";
import { ALL_SHELLS, warmShells } from "../../support/warm.ts";

describe("a user whose SHELL runs no commands", () => {
  it.each(["/usr/sbin/nologin", "/bin/false", "/bin/true", "/gone/zsh", undefined])(
    "has -c by sh: %s",
    async (SHELL) => {
      const box = repo({});
      const say = ["-c", 'echo "$0 $1"', "name", "a b"];
      const cold = await good(box, ["-v", ...say], { env: { SHELL } });
      expect(cold.stdout).toBe("name a b\n");
      expect(cold.stderr).toContain(
        SHELL === undefined ? "SHELL is not set" : `SHELL is ${SHELL}, which runs no commands`,
      );
      expect(await good(box, say, { env: { SHELL, PATH: "/usr/bin:/bin" } })).toMatchObject({
        stdout: "name a b\n",
        stderr: "",
      });
      const open = await good(box, ["shell"], { env: { SHELL }, stdin: 'echo "$VIRTUAL_ENV"\n' });
      expect(open.stdout).toBe(`${box.path(".prime/generations", shown(box))}\n`);
    },
  );
});

it("a disk without inodes is said as that, and not as a full one", async ({ skip }) => {
  const box = sandbox();
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64m,nr_inodes=60", "none", box.root]);
  if (status !== 0) skip("this user can't mount a small disk");
  onTestFinished(() => void spawnSync("umount", [box.root]));
  fs.copyFileSync(LAUNCHER, box.launcher);
  fs.chmodSync(box.launcher, 0o755);
  box.file("requirements.txt", "pytest\n");
  const end = await box.run(["run", "true"]);
  const [, id = ""] = /^ {2}id: (.+)$/m.exec(end.stderr) ?? [];
  expect(failure(end, id)).toContain("`df -i` shows how many it can hold");
});

it("git clean -xdf is not called a change by hand, and is told by one of many starts", async () => {
  const box = repo({ "requirements.txt": "six\n" }, { git: true });
  await good(box);
  box.git("add", "prime", "requirements.txt");
  execFileSync("git", ["clean", "-xdfq"], { cwd: box.root, env: box.env });
  expect(fs.existsSync(box.path(".prime"))).toBe(false);
  const ends = await Promise.all(Array.from({ length: 6 }, () => box.run(["run", "python", "-c", "import six"])));
  const said = ends.map(({ stderr }) => stderr).join("");
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(said).not.toContain("by hand");
  expect(said.match(/the environment is gone \(/g)).toHaveLength(1);
  expect(generations(box)).toEqual([shown(box)]);
});

it("a HOME that this user can't look into keeps nothing, which is said, and no start from going on", async () => {
  const box = repo({ "requirements.txt": "six\n" });
  const user = userOf(box);
  give(box.root);
  const closed = path.join(box.base, "closed");
  fs.mkdirSync(closed, { mode: 0o700 });
  const cache = path.join(user.env.HOME as string, ".cache");
  const there = { ...user, env: { ...user.env, HOME: closed, XDG_CACHE_HOME: cache } };
  const why = `${closed}/.local/state/prime can't be reached: permission denied (EACCES)`;
  expect((await good(box, ["run", "python", "-c", "import six"], there)).stderr).toContain(why);
  expect((await good(box, ["status"], there)).stdout).toContain(`the next start is cold: nothing is kept: ${why}`);
  await good(box, ["gc"], there);
  const uncached = { ...there, env: { ...there.env, XDG_CACHE_HOME: undefined } };
  const { stdout } = await box.run(["doctor"], uncached);
  expect(stdout).toContain(`nothing is kept from one start to the next: ${closed}/.cache/prime can't be reached`);
});

it.each([
  ["what prime keeps", ".prime", "state"],
  ["its environments", ".prime/generations", "state"],
  ["a file of the repo's", "requirements.txt", "project"],
])(
  "%s that this user has closed ends a start, which says what opens it, and so does the doctor",
  async (_, name, check) => {
    const box = repo({ "requirements.txt": "six\n" });
    const user = userOf(box);
    give(box.root);
    await good(box, ["run", "true"], user);
    fs.appendFileSync(box.path("requirements.txt"), "# edited\n");
    fs.chmodSync(box.path(name), 0);
    const cure = `\`chmod u+rwX ${box.path(name)}\``;
    expect(failure(await box.run(["run", "true"], user), "file-system")).toContain(`  next: ${cure}`);
    const { code, stdout } = await box.run(["doctor", "--json"], user);
    const { checks } = JSON.parse(stdout) as Examined;
    const found = checks.filter(({ status }) => status === "finding");
    expect([code, found]).toEqual([1, [expect.objectContaining({ check, mend: `${cure}, and start again` })]]);
  },
);

describe("root in another user's home", () => {
  it("keeps its state and caches to itself, and that user's starts go on", async () => {
    const box = repo({ "requirements.txt": "six\n" });
    const user = userOf(box);
    give(box.root);
    await good(box, ["run", "python", "-c", "import six"], user);
    const home = user.env.HOME as string;
    const before = execFileSync("find", [home, "-newermt", "2001-01-01", "-uid", "0"], { encoding: "utf8" });
    const asRoot = {
      env: { HOME: home, PRIME_SAFE_DIRECTORY: box.root },
      shell: rootAtHome(box, path.join(box.base, "root-home")),
    };
    await good(box, ["run", "python", "-c", "import six"], asRoot);
    expect(await warmShells(box, [], asRoot)).toEqual(ALL_SHELLS);
    const after = execFileSync("find", [home, "-newermt", "2001-01-01", "-uid", "0"], { encoding: "utf8" });
    expect(after).toBe(before);
    expect(await good(box, ["run", "python", "-c", "import six"], user)).toMatchObject({ stderr: "" });
  });

  it("gives what init writes to whose folder it is", async () => {
    const box = repo({});
    userOf(box);
    const folder = path.join(box.base, "theirs");
    fs.mkdirSync(folder);
    give(folder);
    await good(box, ["init", folder]);
    const rootsOwn = execFileSync("find", [folder, "-uid", "0"], { encoding: "utf8" });
    expect([rootsOwn, fs.existsSync(path.join(folder, "prime.toml"))]).toEqual(["", true]);
  });

  it("leaves nothing of its own in that user's checkout, and gives nothing away that it has not made", async () => {
    const SETUP =
      "from setuptools import setup\nsetup(name='app', version='1', py_modules=[], install_requires=['six'])\n";
    const box = repo({ "setup.py": SETUP }, { git: true });
    const user = userOf(box);
    give(box.root);
    const kept = ["kept-by-root", ".prime/kept-by-root", "elsewhere"].map((name) => box.path(name));
    fs.mkdirSync(box.path(".prime"));
    for (const file of kept) fs.writeFileSync(file, "");
    for (const file of kept) fs.utimesSync(file, LONG_AGO, LONG_AGO);
    fs.chownSync(box.path(".prime"), fs.statSync(box.root).uid, fs.statSync(box.root).gid);
    const outside = path.join(box.base, "outside");
    fs.writeFileSync(outside, "");
    fs.symlinkSync(outside, box.path(".prime/link"));
    fs.linkSync(outside, box.path(".prime/second-name"));

    const home = path.join(box.base, "root-home");
    const asRoot = {
      env: { HOME: user.env.HOME as string, PRIME_SAFE_DIRECTORY: box.root },
      shell: rootAtHome(box, home),
    };
    await good(box, ["run", "python", "-c", "import six"], asRoot);
    expect(fs.existsSync(box.path("app.egg-info"))).toBe(true);
    const rootsOwn = execFileSync("find", [box.root, "-uid", "0"], { encoding: "utf8" }).trim().split("\n").sort();
    expect(rootsOwn).toEqual([...kept, box.path(".prime/link"), box.path(".prime/second-name")].sort());
    expect(fs.statSync(outside).uid).toBe(0);

    edit(box, "setup.py", SETUP.replace("'six'", "'six', 'iniconfig'"));
    give(box.path("setup.py"));
    await good(box, ["run", "python", "-c", "import iniconfig"], user);
  });
});

it("what root has left in a user's own checkout is named by a start that fails for it and by doctor, with the cure", async () => {
  const setup = (version: number) =>
    `from setuptools import setup\nsetup(name='app', version='${version}', py_modules=[])\n`;
  const box = repo({ "setup.py": setup(1) });
  const user = userOf(box);
  await good(box, [], { env: { HOME: path.join(box.base, "root-home") } }); // a checkout that was root's then
  box.file("setup.py", setup(2)); // else root's environment serves where others may read its interpreter
  give(...[".", "prime", "setup.py"].map((name) => box.path(name)));
  const others = [".prime", ".venv", "app.egg-info"];
  for (const name of others) spawnSync("chown", ["-hR", "0:0", box.path(name)]);

  const told = `${others.map((name) => box.path(name)).join(", ")} belong to root, and this user can't change them`;
  const cure = `sudo chown -hR 54321:54321 -- ${others.join(" ")}`;
  const said = failure(await box.run([], user), "resolve-failed");
  expect(said).toContain(told);
  expect(said).toContain(`next: make it yours (\`${cure}\`), and start again`);
  const { code, stdout } = await box.run(["doctor"], user);
  expect([code, stdout]).toEqual([1, expect.stringContaining(told)]);
  expect(stdout).toContain(cure);

  expect(spawnSync("sh", ["-c", cure.replace("sudo ", "")], { cwd: box.root }).status).toBe(0);
  await good(box, ["run", "true"], user);
  expect((await box.run(["doctor"], user)).stdout).not.toContain("belong to root");
});
