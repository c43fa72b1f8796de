import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { protoRepo } from "../../../support/checkouts/protoprimer.ts";
import { failure } from "../../../support/failures.ts";
import { listing } from "../../../support/listing.ts";
import { good, repo, shown } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { give, mounted, userOf } from "../../../support/system/users.ts";

const FILES = { "requirements.txt": "" };

/** Another project of the user's, with a venv. */
function otherProject(box: Sandbox): string {
  const folder = path.join(box.base, "other");
  fs.mkdirSync(path.join(folder, ".venv"), { recursive: true });
  fs.writeFileSync(path.join(folder, ".venv/pyvenv.cfg"), "home = /usr/bin\n");
  return folder;
}

describe("the place of the environment's link", () => {
  it("is refused where a link leads out of the repo: the venv that stands there is not moved", async () => {
    const box = repo({ ...FILES, "prime.toml": 'local_venv_dir_rel_path = "env/.venv"\n' });
    const other = otherProject(box);
    fs.symlinkSync("../other", box.path("env"));
    const before = listing(other);
    for (const args of [[], ["run", "true"], ["reboot"], ["doctor", "--fix"], ["gc"]]) {
      await box.run(args);
      expect(listing(other)).toEqual(before);
    }
    const said = failure(await box.run(["run", "true"]), "venv-in-the-way");
    expect(said).toContain(
      `could not put the environment's link at ${box.path("env/.venv")}: ${box.path("env")} is a link`,
    );
  });

  it("a rollback gives back no venv that another user has laid into a folder for temporary files", async () => {
    const box = protoRepo({ "tmp/.gitkeep": "" });
    const user = userOf(box);
    fs.chmodSync(box.path("tmp"), 0o1777);
    const planted = box.path("tmp/venv-00000000");
    fs.mkdirSync(planted);
    fs.writeFileSync(path.join(planted, "pyvenv.cfg"), "home = /usr/bin\n");
    give(planted);
    const { stderr } = await good(box, []);
    expect(stderr).toContain(`everybody can write ${box.path("tmp")}: prime keeps nothing there`);
    const before = listing(box.path("tmp"));
    const link = fs.readlinkSync(box.path("venv"));
    expect((await box.run(["rollback"])).stderr).toContain("there is no environment before this one");
    expect([fs.readlinkSync(box.path("venv")), listing(box.path("tmp"))]).toEqual([link, before]);
    expect(user.env.HOME).toContain(box.base);
  });

  it.each(["tmp", "log", "cache"])("protoprimer's %s is not followed out of the repo", async (name) => {
    const key = `local_${name}_dir_rel_path`;
    const box = protoRepo({}, { client: { [key]: `var/${name}` } });
    const other = otherProject(box);
    fs.writeFileSync(path.join(other, "2020-01-01T00-00-00-000Z-1.log"), "keep\n");
    fs.mkdirSync(box.path("var"));
    fs.symlinkSync("../../other", box.path("var", name));
    const before = listing(other);
    const { stderr } = await good(box);
    expect(stderr).toContain(`${box.path("var", name)} is a link: prime keeps nothing there`);
    for (const args of [["reboot"], ["gc", "--keep", "0", "--older", "0"], ["run", "true"]]) await good(box, args);
    expect(listing(other)).toEqual(before);
  });
});

describe("what tells git to ignore the link", () => {
  it.each([
    [
      "info/exclude is a link",
      (box: Sandbox, other: string) => {
        fs.rmSync(box.path(".git/info/exclude"), { force: true });
        fs.mkdirSync(box.path(".git/info"), { recursive: true });
        fs.symlinkSync(path.join(other, "notes"), box.path(".git/info/exclude"));
      },
    ],
    [
      "the folder info is a link",
      (box: Sandbox, other: string) => {
        fs.rmSync(box.path(".git/info"), { recursive: true });
        fs.renameSync(path.join(other, "notes"), path.join(other, "exclude"));
        fs.symlinkSync(other, box.path(".git/info"));
      },
    ],
    [
      "a `.git` file names the repo of another project",
      (box: Sandbox, other: string) => {
        fs.rmSync(box.path(".git"), { recursive: true });
        execFileSync("git", ["init", "--quiet", other]);
        box.file(".git", `gitdir: ${other}/.git\n`);
      },
    ],
    [
      "a `.git` file names a folder of the clone's that says it is a work tree of another project",
      (box: Sandbox, other: string) => {
        fs.rmSync(box.path(".git"), { recursive: true });
        execFileSync("git", ["init", "--quiet", other]);
        box.file(".git", "gitdir: worktrees/one\n");
        box.file("worktrees/one/HEAD", "ref: refs/heads/main\n");
        box.file("worktrees/one/commondir", "../../../other/.git\n");
        box.file("worktrees/one/gitdir", "../../.git\n");
      },
    ],
    [
      "a `.git` file names a link to another project's submodule, whose way back would lead here from the link",
      (box: Sandbox, other: string) => {
        fs.rmSync(box.path(".git"), { recursive: true });
        fs.mkdirSync(path.join(other, ".git/modules/one"), { recursive: true });
        fs.writeFileSync(path.join(other, ".git/modules/one/config"), "[core]\n\tworktree = ../../../repo\n");
        fs.mkdirSync(box.path("a"));
        fs.symlinkSync(path.join(other, ".git/modules/one"), box.path("a/b"));
        box.file(".git", "gitdir: ../repo/a/b\n");
      },
    ],
    [
      "`.git` is a link to another project's",
      (box: Sandbox, other: string) => {
        fs.rmSync(box.path(".git"), { recursive: true });
        execFileSync("git", ["init", "--quiet", other]);
        fs.symlinkSync("../other/.git", box.path(".git"));
      },
    ],
  ])("is not written through where %s", async (_, spoil) => {
    const box = repo(FILES, { git: true });
    const other = otherProject(box);
    fs.writeFileSync(path.join(other, "notes"), "keep\n");
    spoil(box, other);
    const before = listing(other);
    await good(box);
    await box.run(["doctor", "--fix"]);
    expect(listing(other)).toEqual(before);
    expect(shown(box)).toMatch(/^[0-9a-f]{8}-/);
  });

  it("is written in a linked work tree and in a submodule", async () => {
    const box = repo(FILES, { git: true });
    box.git("add", "prime");
    box.git("commit", "--quiet", "--message", "first");
    const tree = path.join(box.base, "tree");
    box.git("worktree", "add", "--quiet", tree);
    const { stderr } = await good(box, [], { launcher: path.join(tree, "prime"), cwd: tree });
    expect(stderr).toContain(`a line was added to ${box.path(".git/info/exclude")}`);

    const outer = repo({}, { git: true });
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", box.root, "inner");
    const inner = outer.path("inner");
    const { stderr: said } = await good(outer, [], { launcher: path.join(inner, "prime"), cwd: inner });
    expect(said).toContain(`a line was added to ${outer.path(".git/modules/inner/info/exclude")}`);
  });

  it("is not written where a .gitignore keeps out the link or a folder above it", async () => {
    const outer = repo({ ".gitignore": "build/\n", "build/one/here": "", "two/.gitignore": "/.venv\n" }, { git: true });
    for (const name of ["build/one", "two"]) {
      const launcher = outer.path(name, "prime");
      fs.copyFileSync(outer.path("prime"), launcher);
      const { stderr } = await good(outer, [], { launcher, cwd: path.dirname(launcher) });
      expect(stderr).not.toContain("git ignores");
      expect(outer.git("status", "--porcelain", "--", name)).not.toContain(".venv");
    }
  });
});

it("gc enters no mount, and removes the rest", async () => {
  const box = repo(FILES);
  await good(box);
  const old = shown(box);
  await good(box, ["reboot"]);
  await good(box, ["reboot"]);
  const other = otherProject(box);
  const before = listing(other);
  const at = box.path(".prime/generations", old, "lib/mounted");
  fs.mkdirSync(at);
  const { code, stderr } = await box.run(["gc", "--keep", "0", "--older", "0"], { shell: mounted(other, at) });
  expect(code).toBe(125);
  expect(stderr).toMatch(/could not remove .*: (?:something is mounted there|it is in use \(EBUSY\))/);
  expect(listing(other)).toEqual(before);
  await good(box, ["run", "true"]);
  expect((await good(box, ["gc"])).stderr).toContain("freed");
});
