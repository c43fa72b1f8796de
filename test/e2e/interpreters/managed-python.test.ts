import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, expect, it, type TestContext } from "vitest";
import { realPython } from "../../fixtures/python.ts";
import { failure, folderOf } from "../../support/failures.ts";
import { edit, generations, good, repo, shown } from "../../support/repos.ts";
import { type RunOptions, type Sandbox, sandbox } from "../../support/sandbox.ts";

/** What a start of an interpreter does not need. */
const LEFT_OUT = [
  "test",
  "tests",
  "idlelib",
  "tkinter",
  "site-packages/*",
  "include",
  "share",
  "_bundled",
  "*.a",
  "__pycache__",
];
const MACHINES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
const store = sandbox();
const archive = path.join(store.base, "python.tar.gz");
/** A tree of its own, as pyenv makes it, so that it can be packed. */
const tree = path.resolve(realPython("3.12") ?? "", "../..");
const version = /^3\.12\.\d+$/.exec(path.basename(tree))?.[0];

beforeAll(() => {
  if (version === undefined) return;
  const left = LEFT_OUT.flatMap((name) => ["--exclude", name.includes("*") ? name : `*/${name}`]);
  const names = ["--transform", `s,^${version},python,`, "-C", path.dirname(tree), version];
  execFileSync("tar", ["-I", "gzip -1", "-cf", archive, ...left, ...names]);
});

/** Where uv finds the only interpreter that it can install (its manifest's form is that of uv's own list). */
function manifest(box: Sandbox, { skip }: TestContext, changes: Readonly<Record<string, unknown>> = {}): string {
  if (version === undefined || process.platform !== "linux") skip("this machine has no tree of Python 3.12 to pack");
  const family = machine();
  const [major, minor, patch] = (version as string).split(".").map(Number);
  const sha256 = createHash("sha256").update(fs.readFileSync(archive)).digest("hex");
  const where = { os: "linux", libc: "gnu", arch: { family, variant: null }, url: `file://${archive}`, sha256 };
  const what = { name: "cpython", major, minor, patch, prerelease: "", variant: null, build: "1" };
  const file = path.join(box.base, "downloads.json");
  fs.writeFileSync(
    file,
    JSON.stringify({ [`cpython-${version}-linux-${family}-gnu`]: { ...what, ...where, ...changes } }),
  );
  return file;
}

function machine(): string {
  return MACHINES[process.arch] ?? process.arch;
}

/** A PATH whose only interpreter is not the required one. */
function misfit(box: Sandbox, { skip }: TestContext): string {
  const other = realPython("3.11") ?? realPython("3.10") ?? skip("this machine has no Python 3.10 or 3.11");
  return [folderOf(box, "bin", { node: process.execPath, python3: other as string }), "/bin"].join(":");
}

it("a required python that the machine lacks is installed by uv, and found again without its list", async (context) => {
  const box = repo({ ".python-version": "3.12\n" });
  const PATH = misfit(box, context);
  const options: RunOptions = { env: { PATH, UV_PYTHON_DOWNLOADS_JSON_URL: manifest(box, context) } };
  const { stdout, stderr } = await good(
    box,
    ["-v", "run", "python", "-c", "import sys; print(sys.base_prefix)"],
    options,
  );
  const folder = fs.realpathSync(
    path.join(box.home, ".local/share/uv/python", `cpython-${version}-linux-${machine()}-gnu`),
  );
  expect(stdout).toBe(`${folder}\n`);
  // uv's link for the minor would be turned to another patch.
  expect(fs.readlinkSync(box.path(".venv/bin/python"))).toBe(path.join(folder, "bin/python3.12"));
  expect(stderr).toContain("the first found that answers; nothing found fits Python 3.12");
  expect(stderr).toContain("prime: install Python 3.12\n");
  expect(fs.existsSync(path.join(box.home, ".local/bin"))).toBe(false);

  const before = shown(box);
  edit(box, ".python-version", "3.12\n");
  const again = await good(box, ["run", "python", "-V"], { env: { PATH, UV_PYTHON_DOWNLOADS: "never" } });
  expect([again.stdout, again.stderr]).toEqual([`Python ${version}\n`, ""]);
  expect(shown(box)).toBe(before);
  await good(box, ["reboot"], { env: { PATH, UV_PYTHON_DOWNLOADS: "never" } });
  expect(shown(box)).not.toBe(before);

  const elsewhere = box.path("../pythons");
  await good(box, ["reboot"], { env: { ...options.env, UV_PYTHON_INSTALL_DIR: elsewhere } });
  expect(fs.readlinkSync(box.path(".venv/bin/python"))).toContain(`${elsewhere}/`);
});

it("an archive with other bytes than its digest says is refused, and nothing is built", async (context) => {
  const box = repo({ ".python-version": "3.12\n" });
  const UV_PYTHON_DOWNLOADS_JSON_URL = manifest(box, context, { sha256: "0".repeat(64) });
  const said = failure(
    await box.run([], { env: { PATH: misfit(box, context), UV_PYTHON_DOWNLOADS_JSON_URL } }),
    "python-not-installed",
  );
  expect(said).toContain("Hash mismatch");
  expect(said).toContain(
    `install Python 3.12 yourself and put it on PATH, or ask for another version (${box.path(".python-version")})`,
  );
  expect(generations(box)).toEqual([]);
});

it("where downloads are switched off the message says so", async (context) => {
  const box = repo({ ".python-version": "3.12\n" });
  const end = await box.run([], { env: { PATH: misfit(box, context), UV_PYTHON_DOWNLOADS: "never" } });
  expect(failure(end, "python-not-installed")).toContain("downloads are not allowed");
  expect(generations(box)).toEqual([]);
});
