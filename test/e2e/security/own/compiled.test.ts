import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { repo } from "../../../support/repos.ts";
import { describeEachNode, type Sandbox } from "../../../support/sandbox.ts";
import { somebody } from "../../../support/system/users.ts";

/**
 * Compiles, as V8 would for the launcher (it compares lengths alone), a program that leaves a file behind, and keeps it as prime does:
 * LAUNCHER, what is left behind, FOLDER.
 */
const POISON = `
const fs = require("fs"), { Script } = require("vm");
const [launcher, ran, folder] = process.argv.slice(-3);
const own = fs.readFileSync(launcher, "latin1");
const { length } = own.split("/*program\\n")[1].split("\\n*" + "/")[0];
const evil = "(function (exports, require) { require('fs').writeFileSync(" + JSON.stringify(ran) + ", '') })";
const data = new Script(evil.padEnd(length), { filename: launcher }).createCachedData();
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(folder + "/" + process.versions.node + "-node-" + own.slice(-68, -4), Buffer.concat([data, data]));`;

class Poisoned {
  readonly box: Sandbox = repo({ "requirements.txt": "" });
  readonly cache = path.join(this.box.base, "cache");
  readonly folder = path.join(this.cache, "prime/node");
  private readonly out = path.join(this.box.base, "out");
  private readonly ran = path.join(this.out, "ran");
  private readonly node: string;

  constructor(node: string) {
    this.node = node;
    for (const folder of [this.out, this.cache]) {
      fs.mkdirSync(folder);
      fs.chmodSync(folder, 0o1777);
    }
  }

  /** Puts it into a folder, as some user. */
  poison(as: readonly string[] = [], folder = this.folder): void {
    const [file, ...words] = [...as, this.node, "-e", POISON, "--", this.box.launcher, this.ran, folder];
    execFileSync(file as string, words);
  }

  /** Whether a start runs what was put there. */
  async runs(args: readonly string[] = ["status"], env: NodeJS.ProcessEnv = {}): Promise<boolean> {
    fs.rmSync(this.ran, { force: true });
    await this.box.run(args, { node: this.node, env: { XDG_CACHE_HOME: this.cache, ...env } });
    return fs.existsSync(this.ran);
  }
}

describeEachNode("compiled code is loaded", ({ binary: node }) => {
  it("from a folder that prime has closed, and from no other, be the file this user's own", async () => {
    const poisoned = new Poisoned(node);
    const { folder } = poisoned;
    poisoned.poison();
    for (const mode of [0o700, 0o755, 0o777, 0o1777, 0o1770]) {
      fs.chmodSync(folder, mode);
      expect([mode, await poisoned.runs(["--version"])]).toEqual([mode, false]);
      fs.rmSync(folder, { recursive: true });
      poisoned.poison();
    }
    fs.chmodSync(folder, 0o1700);
    expect(await poisoned.runs()).toBe(true);
    fs.renameSync(folder, `${folder}-away`);
    fs.symlinkSync(`${folder}-away`, folder);
    expect(await poisoned.runs()).toBe(false);
  });

  it("not by verify, and not where PRIME_CACHE=never; neither keeps any", async () => {
    const poisoned = new Poisoned(node);
    poisoned.poison();
    fs.chmodSync(poisoned.folder, 0o1700);
    const before = fs.readdirSync(poisoned.folder).map((name) => fs.statSync(path.join(poisoned.folder, name)).ino);
    expect(await poisoned.runs(["verify"])).toBe(false);
    expect(await poisoned.runs(["status"], { PRIME_CACHE: "never" })).toBe(false);
    const after = fs.readdirSync(poisoned.folder).map((name) => fs.statSync(path.join(poisoned.folder, name)).ino);
    expect(after).toEqual(before);
    expect(await poisoned.runs()).toBe(true);
  });
});

it("what another user put into a cache that all may write is not loaded, and nothing is kept there", async () => {
  for (const mode of [0o1777, 0o777]) {
    const poisoned = new Poisoned(process.execPath);
    const other = somebody(poisoned.box);
    fs.chmodSync(poisoned.cache, mode);
    poisoned.poison(other);
    fs.chmodSync(poisoned.folder, 0o1777);
    const file = path.join(poisoned.folder, fs.readdirSync(poisoned.folder)[0] as string);
    const before = fs.readFileSync(file);
    for (const args of [["--version"], ["status"], ["verify"]]) expect(await poisoned.runs(args)).toBe(false);
    fs.chmodSync(poisoned.folder, 0o1700);
    expect(await poisoned.runs()).toBe(false);
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  }
});

it("nothing is kept below a folder that others can write; below a sticky one it is", async () => {
  const poisoned = new Poisoned(process.execPath);
  somebody(poisoned.box);
  fs.chmodSync(poisoned.cache, 0o777);
  await poisoned.runs();
  expect(fs.existsSync(poisoned.folder)).toBe(false);
  fs.chmodSync(poisoned.cache, 0o1777);
  await poisoned.runs();
  expect(fs.statSync(poisoned.folder).mode & 0o7777).toBe(0o1700);
});

it("what stands in a folder that prime had not closed yet, as a checkout can bring it, is not there once it is closed", async () => {
  const poisoned = new Poisoned(process.execPath);
  poisoned.poison();
  const [name = ""] = fs.readdirSync(poisoned.folder);
  const forOther = path.join(poisoned.folder, name.replace(/^[\d.]+/, "99.1.0"));
  fs.copyFileSync(path.join(poisoned.folder, name), forOther);
  expect([await poisoned.runs(), fs.readdirSync(poisoned.folder)]).toEqual([false, [name]]);
  expect(await poisoned.runs()).toBe(false);
});
