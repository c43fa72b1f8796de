import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { edit, generations, good, installed, repo, shown } from "../../support/repos.ts";
import { LONG_AGO, type RunOptions, type Sandbox } from "../../support/sandbox.ts";
import { withoutNode } from "../../support/system/no-node.ts";
import { give, readOnly, userOf } from "../../support/system/users.ts";

const FILES = { "requirements.txt": "six==1.17.0\n" };
const PRINT_SIX = ["run", "python", "-B", "-c", "import six; print(six.__version__)"];
const NO_INDEX = { UV_OFFLINE: "1", PIP_NO_INDEX: "1" };

/** The environment of a command, by the folder that it is in. */
async function folderOf(box: Sandbox, options: RunOptions): Promise<string> {
  return (await good(box, ["run", "sh", "-c", 'echo "$VIRTUAL_ENV"'], options)).stdout.trim();
}

/** Whether these options' next start is warm. */
async function isWarm(box: Sandbox, options: RunOptions): Promise<boolean> {
  const env = { ...options.env, PATH: withoutNode(box) };
  return (await box.run(["run", "python", "-c", ""], { ...options, env })).code === 0;
}

describe("a checkout that another user built and that this one can't write", () => {
  it("its environment serves, without a build; what is this user's own stays at home", async () => {
    const box = repo(FILES, { python: null });
    const user = userOf(box);
    await good(box);
    const before = fs.readdirSync(box.path(".prime"), { recursive: true }).length;
    const offline = { ...user, env: { ...user.env, ...NO_INDEX } };
    expect(await folderOf(box, offline)).toBe(box.path(".prime/generations", shown(box)));
    expect(await isWarm(box, user)).toBe(true);
    expect((await good(box, ["history"], user)).stdout).toContain(shown(box));
    expect((await good(box, ["status"], user)).stdout).toContain(box.path(".prime/generations", shown(box)));
    expect((await good(box, ["gc"], user)).stderr).toContain("nothing to remove: no environment of yours was built");
    expect(fs.readdirSync(box.path(".prime"), { recursive: true }).length).toBe(before);
  });

  it("changes what is asked for: each has what suits, and a rollback of one is no other's", async () => {
    const box = repo(FILES, { python: null });
    const user = userOf(box);
    await good(box);
    const theirs = shown(box);
    await good(box, [], user);
    edit(box, "requirements.txt", "six==1.16.0\n");
    expect((await good(box, PRINT_SIX, user)).stdout).toBe("1.16.0\n");
    expect(await folderOf(box, user)).toContain(user.env.HOME);
    expect([generations(box), shown(box)]).toEqual([[theirs], theirs]);

    await good(box, ["rollback"], user);
    expect((await good(box, PRINT_SIX, user)).stdout).toBe("1.17.0\n");
    expect((await box.run(["doctor"], user)).stdout).not.toContain("git ignore"); // what is at home is in no repo
    expect(await isWarm(box, user)).toBe(true);
    expect((await good(box, PRINT_SIX)).stdout).toBe("1.16.0\n");
    await good(box, ["rollback", "--cancel"], user);
    expect((await good(box, PRINT_SIX, user)).stdout).toBe("1.16.0\n");
    await good(box, ["gc", "--keep", "0", "--older", "0"], user);
    expect(generations(box)).toContain(theirs);
  });
});

it("a checkout that two users may write: both build in it, and each goes on with what the other built", async () => {
  const box = repo(FILES, { python: null });
  const [one, other] = [userOf(box, 54321, "002"), userOf(box, 54322, "002")];
  give(box.root);
  fs.chmodSync(box.root, 0o2775);
  await good(box, [], one);
  const first = shown(box);
  expect(await folderOf(box, other)).toBe(box.path(".prime/generations", first));
  edit(box, "requirements.txt", "six==1.16.0\n");
  await good(box, [], other);
  expect(shown(box)).not.toBe(first);
  expect(await folderOf(box, one)).toBe(box.path(".prime/generations", shown(box)));
  for (const user of [one, other]) expect(await isWarm(box, user)).toBe(true);
  expect((await good(box, ["history", "--json"], one)).stdout).toContain(`"from": "${first}"`);
  edit(box, "requirements.txt", "six==1.15.0\n");
  await good(box, [], one);
  await good(box, ["gc", "--keep", "0", "--older", "0"], other);
  expect(fs.lstatSync(box.path(".prime/generations", first)).isSymbolicLink()).toBe(true);
});

describe("a file system that has become read-only, without a seal", () => {
  it("runs what was built, and by a state folder elsewhere it is warm", async () => {
    const box = repo(FILES, { python: null });
    userOf(box);
    await good(box);
    fs.utimesSync(box.launcher, LONG_AGO + 1, LONG_AGO + 1);
    const shell = readOnly(box.root, box.home);
    const end = await box.run(PRINT_SIX, { shell, env: NO_INDEX });
    expect(end).toMatchObject({ code: 0, stdout: "1.17.0\n" });
    expect(end.stderr).toMatch(/^prime: warning: this start goes on, .*read-only/);

    const env = { ...NO_INDEX, XDG_STATE_HOME: path.join(box.base, "state") };
    expect((await good(box, ["-q", ...PRINT_SIX], { shell, env })).stderr).toBe("");
    expect(await isWarm(box, { shell, env })).toBe(true);
    expect((await good(box, ["gc"], { shell, env })).stderr).toContain("nothing to remove");
  });

  it("takes what uv's cache has, and gets what it lacks, beside a cache that can't be written", async () => {
    const box = repo({ "requirements.txt": "six==1.17.0\n" });
    const cache = path.join(box.base, "uv-cache");
    await good(box, [], { env: { UV_CACHE_DIR: cache } });
    edit(box, "requirements.txt", "six==1.17.0\niniconfig==2.0.0\n");
    const options = { shell: readOnly(cache), env: { UV_CACHE_DIR: cache } };
    await good(box, [], options);
    expect(installed(box)).toEqual({ iniconfig: "2.0.0", six: "1.17.0" });
    await good(box, ["reboot"], options);
    expect(fs.readdirSync(box.path(".prime")).filter((name) => name.startsWith("work-"))).toEqual([]);
  });

  it("with nothing built, builds in the state folder", async () => {
    const box = repo(FILES, { python: null });
    userOf(box);
    const options = { shell: readOnly(box.root) };
    expect(await folderOf(box, options)).toMatch(new RegExp(`^${box.home}/.local/state/prime/roots${box.root}/`));
    expect(await isWarm(box, options)).toBe(true);
  });
});
