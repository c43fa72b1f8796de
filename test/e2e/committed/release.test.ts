import { spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PACKAGE } from "../../../src/commands/self-update/names.ts";
import { release } from "../../support/apps/releases.ts";
import { goodPython } from "../../support/machine.ts";
import { repo } from "../../support/repos.ts";
import { LAUNCHER, type Sandbox } from "../../support/sandbox.ts";
import { SEEDED_UV } from "../../support/seed.ts";

const all = fs.mkdtempSync(path.join(os.tmpdir(), "prime-release-"));
const folder = path.join(all, "0.1.0");
const key = path.join(all, "key.pem");
afterAll(() => fs.rmSync(all, { recursive: true }));
beforeAll(() => {
  const { privateKey } = generateKeyPairSync("ed25519");
  fs.writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  release(all, ["--key", key], { TZ: "Asia/Tokyo" });
});

const UV = path.join(SEEDED_UV, fs.readdirSync(SEEDED_UV).find((name) => !name.includes(".lock")) ?? "", "uv");
const WHEEL = `${PACKAGE.replaceAll("-", "_")}-0.1.0-py3-none-any.whl`;

/** What a first user has: a repo without prime. */
function without(): Sandbox {
  const box = repo({ "requirements.txt": "" }, { git: true });
  fs.rmSync(box.launcher);
  return box;
}

function run(box: Sandbox, file: string, ...args: string[]) {
  return spawnSync(file, args, { cwd: box.root, env: box.env, encoding: "utf8" });
}

function expectLauncher(box: Sandbox, done: ReturnType<typeof run>): void {
  expect(done).toMatchObject({ status: 0, stderr: expect.stringContaining("this launcher, version 0.1.0") });
  expect(fs.readFileSync(box.launcher).equals(fs.readFileSync(LAUNCHER))).toBe(true);
  expect(fs.statSync(box.launcher).mode & 0o111).toBe(0o111);
}

describe("a release", () => {
  it("is the same bytes each time, signed by the maintainer's key", () => {
    const again = path.join(all, "again");
    release(again, ["--key", key], { TZ: "America/New_York" });
    const names = fs.readdirSync(folder).sort();
    expect(names).toEqual(fs.readdirSync(path.join(again, "0.1.0")).sort());
    for (const name of names) {
      expect(fs.readFileSync(path.join(folder, name)).equals(fs.readFileSync(path.join(again, "0.1.0", name)))).toBe(
        true,
      );
    }
    const read = (name: string): Buffer => fs.readFileSync(path.join(folder, name));
    expect(verify(null, read("prime"), createPublicKey(read("prime.pem")), read("prime.sig"))).toBe(true);
    expect(spawnSync("sha256sum", ["-c", "prime.sha256"], { cwd: folder }).status).toBe(0);
  });

  it("is put into a repo by npx", () => {
    const box = without();
    expectLauncher(
      box,
      run(box, "npx", "--yes", "--offline", "--package", path.join(folder, `${PACKAGE}-0.1.0.tgz`), PACKAGE),
    );
  });

  it("is put into a repo by uvx", () => {
    const box = without();
    expectLauncher(
      box,
      run(box, UV, "tool", "run", "--offline", "--python", goodPython(), "--from", path.join(folder, WHEEL), PACKAGE),
    );
  });

  it("is put into a repo by what pip installs", () => {
    const box = without();
    const venv = path.join(box.base, "venv");
    run(box, goodPython(), "-m", "venv", venv);
    const install = run(box, `${venv}/bin/pip`, "install", "--no-index", path.join(folder, WHEEL));
    expect(install).toMatchObject({ status: 0 });
    expect(run(box, `${venv}/bin/${PACKAGE}`, "--dry-run")).toMatchObject({ status: 0 });
    expect(fs.existsSync(box.launcher)).toBe(false);
    expectLauncher(box, run(box, `${venv}/bin/python`, "-m", PACKAGE.replaceAll("-", "_")));
  });

  it("is put into a repo by a script of ten lines, which takes nothing else", () => {
    const box = without();
    const script = path.join(folder, "install.sh");
    expect(fs.readFileSync(script, "utf8").trimEnd().split("\n")).toHaveLength(10);
    const other = path.join(box.base, "other");
    fs.writeFileSync(other, `${fs.readFileSync(LAUNCHER, "utf8")}# more\n`);
    const from = (file: string) =>
      spawnSync("sh", [script], { cwd: box.root, env: { ...box.env, PRIME_FROM: `file://${file}` }, encoding: "utf8" });
    expect(from(other)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("is not what was released"),
    });
    expect(fs.existsSync(box.launcher)).toBe(false);
    expectLauncher(box, from(path.join(folder, "prime")));
  });
});
