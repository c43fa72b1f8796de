import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { listing } from "../../support/listing.ts";
import { generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import { LONG_AGO, type RunOptions, type Sandbox } from "../../support/sandbox.ts";
import { give, userOf } from "../../support/system/users.ts";

const FILES = { "requirements.txt": "" };
const SILENT_ABOUT = "is used or touched, and prime works in";

const CURE = /\(`(git rm [^`]*)` ends that\)/;

/** A folder as somebody's home looks from a clone in it. */
function victim(box: Sandbox): string {
  const home = path.join(box.base, "somebody");
  for (const name of ["Documents/letter", ".ssh/id", "11111111-22222222/bin/python", "history.jsonl"]) {
    fs.mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    fs.writeFileSync(path.join(home, name), "keep\n");
  }
  return home;
}

/** Every command that could come near a folder of prime's. */
const COMMANDS = [
  ["gc"],
  ["gc", "--keep", "0", "--older", "0"],
  ["history"],
  ["doctor"],
  ["doctor", "--fix"],
  [],
  ["reboot"],
  ["status"],
  ["why"],
  ["run", "true"],
  ["rollback"],
  ["rollback", "--cancel"],
  ["adopt"],
  ["verify"],
  ["gc", "--keep", "0", "--older", "0"],
];

/** Where prime works for a root whose `.prime` it does not trust. */
function elsewhere(box: Sandbox, home = box.home): string {
  return path.join(home, ".local/state/prime/roots", box.root, ".prime");
}

async function touchesNothing(box: Sandbox, folder: string, options: RunOptions = {}): Promise<void> {
  const before = listing(folder);
  for (const args of COMMANDS) {
    const { code, stderr } = await box.run(args, options);
    expect([args, stderr.includes("defect"), code === null], stderr).toEqual([args, false, false]);
    expect(listing(folder), `after ./prime ${args.join(" ")}: ${stderr}`).toEqual(before);
  }
}

/** Has all of the repo committed, as a clone would have it. */
function commit(box: Sandbox): void {
  box.git("add", "--force", "--all");
  box.git("commit", "--quiet", "--message", "as it is");
  fs.utimesSync(box.path(".git/index"), LONG_AGO, LONG_AGO); // what is young is looked at once more
}

describe("a clone in which what belongs to prime is a link", () => {
  it.each([
    [".prime", ".prime"],
    [".prime/generations", ".prime/generations"],
    [".prime/resolved", ".prime/resolved"],
    [".prime/setup", ".prime/setup"],
    [".prime/log", ".prime/log"],
    [".prime/aside", ".prime/aside"],
    [".prime/history.jsonl to a file", ".prime/history.jsonl"],
  ])("%s: no command touches what it leads to, and the environment is made elsewhere", async (_, link) => {
    const box = repo(FILES, { git: true });
    const home = victim(box);
    const target = link.endsWith(".jsonl") ? path.join(home, "history.jsonl") : home;
    fs.mkdirSync(path.dirname(box.path(link)), { recursive: true });
    fs.symlinkSync(path.relative(path.dirname(box.path(link)), target), box.path(link));
    commit(box);
    const { stderr } = await good(box);
    expect(stderr).toContain(`${box.path(link)} is a link: nothing in ${box.path(".prime")} ${SILENT_ABOUT}`);
    expect(fs.readdirSync(path.join(elsewhere(box), "generations")).length).toBe(1);
    expect(await isWarm(box)).toBe(true);
    await touchesNothing(box, home);
    expect(fs.readlinkSync(box.path(link))).toBe(path.relative(path.dirname(box.path(link)), target));

    const [, cure = ""] = CURE.exec(stderr) ?? [];
    box.git(...cure.split(" ").slice(1));
    expect((await good(box)).stderr).not.toContain(SILENT_ABOUT);
    expect(generations(box)).toEqual([shown(box)]);
  });
});

it("a launcher of one's own that is told a clone by --root touches nothing there either", async () => {
  const box = repo(FILES, { git: true });
  const home = victim(box);
  fs.mkdirSync(box.path(".prime"));
  fs.symlinkSync("../../somebody", box.path(".prime/generations"));
  commit(box);
  const launcher = path.join(box.base, "own/prime");
  fs.mkdirSync(path.dirname(launcher));
  fs.copyFileSync(box.launcher, launcher);
  fs.chmodSync(launcher, 0o755);
  const before = listing(home);
  for (const args of COMMANDS) {
    const { stderr } = await box.run(["--root", ".", ...args], { launcher });
    expect(listing(home), stderr).toEqual(before);
  }
});

describe("a `.prime` that git tracks", () => {
  /** Files of the user's, and what looks like prime's own. */
  function planted(): Record<string, string> {
    return {
      ...FILES,
      ".prime/notes": "keep\n",
      ".prime/state.json": '{"form":1,"holds":{}}\n',
      ".prime/generations/11111111-22222222/prime.json": '{"layout":5}\n',
      ".prime/generations/11111111-22222222/bin/python": "#!/bin/sh\nexit 42\n",
    };
  }

  it.each([
    ["in the root of the work tree", 2, ""],
    ["compressed", 4, ""],
    ["in a root below it", 2, "sub/dir/"],
  ])("%s is left as it is, and said", async (_, version, below) => {
    const files = Object.entries(planted()).map(([name, text]) => [below + name, text]);
    const box = repo(Object.fromEntries(files), { git: true });
    box.git("config", "index.version", String(version));
    commit(box);
    const root = box.path(below);
    const options = below === "" ? {} : { launcher: path.join(root, "prime"), cwd: root };
    if (below !== "") fs.copyFileSync(box.launcher, path.join(root, "prime"));
    fs.chmodSync(path.join(root, "prime"), 0o755);
    const { stderr } = await good(box, [], options);
    expect(stderr).toContain(
      `git tracks ${path.join(root, ".prime")}: nothing in it ${SILENT_ABOUT}`.replace(
        "in it",
        `in ${path.join(root, ".prime")}`,
      ),
    );
    await touchesNothing(box, path.join(root, ".prime"), options);
    expect(box.git("status", "--short", "--", path.join(root, ".prime"))).toBe("");
  });

  it("is prime's again when git has forgotten it", async () => {
    const box = repo(planted(), { git: true });
    commit(box);
    const [, cure = ""] = CURE.exec((await good(box)).stderr) ?? [];
    box.git(...cure.split(" ").slice(1));
    expect((await good(box)).stderr).not.toContain(SILENT_ABOUT);
    expect(generations(box)).toEqual([shown(box)]);
  });

  it("is seen in a split index, and in a linked work tree", async () => {
    const box = repo(planted(), { git: true });
    commit(box);
    box.git("update-index", "--split-index");
    expect((await good(box, ["history"])).stderr).toContain("git tracks");
    const tree = path.join(box.base, "tree");
    box.git("worktree", "add", "--quiet", tree);
    const options = { launcher: path.join(tree, "prime"), cwd: tree };
    expect((await good(box, ["history"], options)).stderr).toContain(`git tracks ${tree}/.prime`);
  });
});

describe("a `.prime` of another user's", () => {
  it("is neither used nor touched by root", async () => {
    const box = repo(FILES, { python: null });
    const user = userOf(box);
    give(box.root);
    await good(box, [], user);
    const id = shown(box);
    const before = listing(box.path(".prime"));
    const env = { PRIME_SAFE_DIRECTORY: box.root };
    const { stderr } = await good(box, [], { env });
    expect(stderr).toContain(`${box.path(".prime")} belongs to another user (uid 54321): nothing in`);
    expect((await good(box, ["run", "sh", "-c", 'echo "$VIRTUAL_ENV"'], { env })).stdout).toContain(elsewhere(box));
    await touchesNothing(box, box.path(".prime"));
    expect([listing(box.path(".prime")), shown(box)]).toEqual([before, id]);
  });

  it("is not made the way to this user's own files, by links that appear in it", async () => {
    const box = repo(FILES, { python: null });
    userOf(box);
    const home = victim(box);
    fs.mkdirSync(box.path(".prime"));
    fs.symlinkSync(home, box.path(".prime/generations"));
    give(box.path(".prime"));
    await touchesNothing(box, home);
  });

  it("is not used by a third user where everybody can write it", async () => {
    const box = repo(FILES, { python: null });
    const [one, other] = [userOf(box, 54321), userOf(box, 54322)];
    give(box.root);
    await good(box, [], one);
    fs.chmodSync(box.path(".prime"), 0o777);
    const before = listing(box.path(".prime"));
    const env = { ...other.env, PRIME_SAFE_DIRECTORY: box.root };
    const { stderr } = await good(box, [], { ...other, env });
    expect(stderr).toContain(`${box.path(".prime")} belongs to another user (uid 54321)`);
    expect(listing(box.path(".prime"))).toEqual(before);
  });
});

it("a state folder that somebody else has prepared is refused", async () => {
  const box = repo(FILES, { python: null, git: true });
  const [one, other] = [userOf(box, 54321), userOf(box, 54322)];
  fs.symlinkSync("/", box.path(".prime"));
  const state = path.join(box.base, "state");
  fs.mkdirSync(state);
  fs.chmodSync(state, 0o1777);
  fs.mkdirSync(path.join(state, "prime/roots"), { recursive: true });
  give(path.join(state, "prime"));
  const { code, stderr } = await box.run([], { ...other, env: { ...other.env, XDG_STATE_HOME: state } });
  expect(code).toBe(125);
  expect(stderr).toContain(`${state}/prime belongs to another user (uid 54321)`);
  expect(stderr).toContain("set XDG_STATE_HOME to a folder that you alone can write");
  expect(
    spawnSync("find", [path.join(state, "prime"), "-newer", box.launcher, "-uid", "54322"]).stdout.toString(),
  ).toBe("");
  await good(box, [], one);
});

it("each file that a copy by hard links shares is named at once, and to remove them cures it", async () => {
  const box = repo(FILES);
  await good(box);
  fs.appendFileSync(box.path("requirements.txt"), "# edited\n");
  const ours = [".gitignore", "history.jsonl"].map((name) => box.path(".prime", name));
  for (const file of ours) fs.linkSync(file, path.join(box.base, path.basename(file)));
  const { stderr } = await good(box, ["run", "true"]);
  expect(stderr).toContain(ours.map((file) => `${file} has other names (hard links)`).join("; "));
  expect(stderr).toContain(`(remove ${ours.join(", ")} to have it work in the repo again)`);
  for (const file of ours) fs.rmSync(file);
  expect((await good(box, ["run", "true"])).stderr).not.toContain(SILENT_ABOUT);
});
