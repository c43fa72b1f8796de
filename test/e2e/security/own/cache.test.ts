import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { UV_PIN } from "../../../../src/provision/pins.ts";
import { examine, wrongs } from "../../../support/checkouts/doctor.ts";
import { bad, good, installed, repo } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { SEEDED_UV } from "../../../support/seed.ts";
import { somebody } from "../../../support/system/users.ts";

const SIX = { "requirements.txt": "six==1.17.0\n" };

/** A program that tells that it was run, and a file that says so. */
function tattler(box: Sandbox): { readonly program: string; readonly ran: string } {
  const ran = path.join(box.base, "ran");
  return { program: `#!/bin/sh\necho "$0 $*" >>'${ran}'\necho 'uv ${UV_PIN.version}'\n`, ran };
}

/** A copy of the seed in a cache folder; gives the executable's path. */
function seed(cache: string): string {
  fs.rmSync(path.join(cache, "prime/uv"), { recursive: true, force: true });
  fs.cpSync(SEEDED_UV, path.join(cache, "prime/uv"), { recursive: true });
  const [name = ""] = fs
    .readdirSync(SEEDED_UV)
    .filter((one) => one.startsWith(UV_PIN.version) && !one.endsWith(".lock"));
  return path.join(cache, "prime/uv", name, "uv");
}

function sha256(file: string): string {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}

it("a uv with a digest of its own beside it is not run, and got anew; nor is what the repo has by the names of pip's modules", async () => {
  const box = repo(SIX, { cache: "empty" });
  const { program, ran } = tattler(box);
  for (const name of ["pip.py", "logging.py", "venv.py"])
    box.file(name, `open(${JSON.stringify(ran)}, "a").write(__name__)\n`);
  const file = seed(path.join(box.home, ".cache"));
  const genuine = sha256(file);
  fs.writeFileSync(file, program);
  fs.writeFileSync(`${file}.sha256`, `${sha256(file)} ${program.length}\n`);
  expect((await good(box, ["status"])).stdout).toContain("fetched when something has to be built");
  expect(wrongs(await examine(box))).toEqual([["uv", expect.stringContaining("which is no digest of its pin's")]]);
  await good(box);
  expect([installed(box), sha256(file), fs.existsSync(ran)]).toEqual([{ six: "1.17.0" }, genuine, false]);
});

it("a cache that another user could change is not used, be the uv in it what is pinned", async () => {
  const box = repo(SIX);
  const other = somebody(box);
  const cache = path.join(box.base, "cache");
  fs.mkdirSync(cache);
  fs.chmodSync(cache, 0o1777);
  fs.cpSync(SEEDED_UV, path.join(cache, "prime/uv"), { recursive: true });
  fs.mkdirSync(path.join(cache, "uv"));
  const env = { XDG_CACHE_HOME: cache, UV_CACHE_DIR: undefined };
  for (const name of ["prime", "uv"]) execFileSync("chown", ["-R", "54321", path.join(cache, name)]);
  expect(other.length).toBeGreaterThan(0);
  const before = fs.readdirSync(cache, { recursive: true }).sort();
  const { stderr } = await good(box, [], { env });
  const why = `${cache}/prime belongs to another user (uid 54321)`;
  expect(stderr).toContain(`uv is fetched for this start alone: ${why}; set XDG_CACHE_HOME`);
  expect(stderr).toContain(`uv works without its cache ${cache}/uv: ${cache}/uv belongs to another user (uid 54321)`);
  expect(wrongs(await examine(box, [], env))).toEqual([["cache", expect.stringContaining(why)]]);
  expect([fs.readdirSync(cache, { recursive: true }).sort(), fs.readdirSync(path.join(box.base, "tmp"))]).toEqual([
    before,
    [],
  ]);
});

it("a cache-dir for uv is followed where a repo names one of its own, and the user any that nobody else could change", async () => {
  const box = repo(SIX);
  const others = path.join(box.base, "others");
  const mine = path.join(box.base, "mine");
  for (const folder of [others, mine]) fs.mkdirSync(folder);
  fs.writeFileSync(path.join(others, "precious"), "");
  const env = { UV_CACHE_DIR: undefined };
  const uvDir = async (extra = {}) =>
    (await good(box, ["uv", "cache", "dir"], { env: { ...env, ...extra } })).stdout.trim();

  box.file("uv.toml", `cache-dir = "${others}"\n`);
  const { stderr } = await good(box, [], { env });
  expect(stderr).toContain(
    `the \`cache-dir\` for uv in ${box.root}/uv.toml is not followed: ${others} is outside of ${box.root}`,
  );
  expect(await uvDir()).toBe(path.join(box.home, ".cache/uv"));
  expect(fs.readdirSync(others)).toEqual(["precious"]);

  box.file("uv.toml", 'cache-dir = ".cache/uv"\n');
  expect(await uvDir()).toBe(path.join(box.root, ".cache/uv"));
  fs.symlinkSync(others, box.path(".linked"));
  box.file("uv.toml", 'cache-dir = ".linked"\n');
  expect(await uvDir()).toBe(path.join(box.home, ".cache/uv"));

  fs.rmSync(box.path("uv.toml"));
  const users = { XDG_CONFIG_HOME: path.join(box.base, "config") };
  fs.mkdirSync(path.join(users.XDG_CONFIG_HOME, "uv"), { recursive: true });
  fs.writeFileSync(path.join(users.XDG_CONFIG_HOME, "uv/uv.toml"), `cache-dir = "${mine}"\n`);
  expect(await uvDir(users)).toBe(mine);
  fs.chmodSync(mine, 0o777);
  const open = await good(box, ["uv", "cache", "dir"], { env: { ...env, ...users } });
  expect(open.stderr).toContain(`uv works without its cache ${mine}: others can write ${mine}`);
});

it("PRIME_CACHE=never: nothing that is kept is run or believed, and nothing is kept", async () => {
  const box = repo(SIX);
  const { program, ran } = tattler(box);
  const cache = path.join(box.home, ".cache");
  fs.rmSync(path.join(cache, "prime/uv"));
  fs.writeFileSync(seed(cache), program);
  const before = fs.readdirSync(cache, { recursive: true }).sort();
  const env = { PRIME_CACHE: "never", UV_CACHE_DIR: path.join(cache, "uv"), PIP_CACHE_DIR: path.join(cache, "pip") };
  const { stderr } = await good(box, [], { env });
  expect(stderr).toContain("uv is fetched for this start alone: PRIME_CACHE is `never`");
  expect([installed(box), fs.existsSync(ran)]).toEqual([{ six: "1.17.0" }, false]);
  expect([fs.readdirSync(cache, { recursive: true }).sort(), fs.readdirSync(path.join(box.base, "tmp"))]).toEqual([
    before,
    [],
  ]);
  expect((await good(box, ["run", "python", "-c", "import six"], { env })).stderr).toBe("");
});

it("uv is not let into a store of interpreters that another user could change", async () => {
  const box = repo({ "requirements.txt": "", ".python-version": "3.7.1\n" });
  somebody(box);
  const store = path.join(box.base, "store");
  const { program, ran } = tattler(box);
  const python = path.join(store, "cpython-3.7.1-linux-x86_64-gnu/bin/python3.7");
  fs.mkdirSync(path.dirname(python), { recursive: true });
  fs.writeFileSync(python, program, { mode: 0o755 });
  for (const name of ["python3", "python"]) fs.symlinkSync("python3.7", path.join(path.dirname(python), name));
  execFileSync("chown", ["-R", "54321", store]);
  const said = await bad(box, [], { env: { UV_PYTHON_INSTALL_DIR: store } });
  expect(said).toContain(`in ${store}: ${store} belongs to another user (uid 54321)`);
  expect(fs.existsSync(ran)).toBe(false);
});
