import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { failure } from "../../support/failures.ts";
import { generations, good, repo, shown } from "../../support/repos.ts";
import { LAUNCHER, sandbox } from "../../support/sandbox.ts";
import { give, rootAtHome, userOf } from "../../support/users.ts";
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
});
