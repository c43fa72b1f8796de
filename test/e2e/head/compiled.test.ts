import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { edit, good, installed, repo } from "../../support/repos.ts";
import { describeEachNode, LONG_AGO } from "../../support/sandbox.ts";

/** What is kept stands there twice. */
function isWhole(file: string): boolean {
  const bytes = fs.readFileSync(file);
  const half = bytes.length / 2;
  return half > 1000 && bytes.subarray(0, half).equals(bytes.subarray(half));
}

describeEachNode("what was compiled once", ({ binary: node }) => {
  it("is kept by its launcher and Node, and made anew when it is cut or has another byte", async () => {
    const box = repo({}, { cache: "uv" });
    const status = () => good(box, ["status"], { node });
    await status();
    const folder = path.join(box.home, ".cache/prime/node");
    const digest = /# sha256 ([0-9a-f]{64}) \*\/\n$/.exec(fs.readFileSync(box.launcher, "latin1"))?.[1];
    const [name = "", ...others] = fs.readdirSync(folder);
    expect([others, name]).toEqual([[], expect.stringMatching(new RegExp(`^\\d+\\.\\d+\\.\\d+-node-${digest}$`))]);
    const file = path.join(folder, name);
    expect(isWhole(file)).toBe(true);
    const { ino } = fs.statSync(file);
    await status();
    expect(fs.statSync(file).ino).toBe(ino);

    const { size } = fs.statSync(file);
    const spoils = [
      () => fs.truncateSync(file),
      () => fs.truncateSync(file, size - 1),
      () => fs.truncateSync(file, size / 2),
      () => fs.writeFileSync(file, Buffer.alloc(size)),
      () => fs.writeFileSync(file, fs.readFileSync(file).fill(0xff, size / 2, size / 2 + 1)),
    ];
    for (const spoil of spoils) {
      spoil();
      expect((await status()).stderr).toBe("");
      expect([isWhole(file), fs.readdirSync(folder)]).toEqual([true, [name]]);
    }
    fs.rmSync(file);
    execFileSync("mkfifo", [file]); // nobody writes to it
    await status();
    expect(isWhole(file)).toBe(true);
  });
});

it("is kept apart for a plan that is renewed, and for starts that find more to do then", async () => {
  const box = repo({ "requirements.txt": "" }, { cache: "uv" });
  const kinds = () => fs.readdirSync(path.join(box.home, ".cache/prime/node")).map((name) => name.split("-")[1]);
  const start = () => good(box, ["run", "true"]);
  await start();
  await start();
  const first = kinds().sort();
  for (const touch of [1, 2]) {
    fs.utimesSync(box.launcher, LONG_AGO + touch, LONG_AGO + touch);
    expect(await start()).toMatchObject({ stdout: "", stderr: "" });
    expect(kinds().sort()).toEqual([...first, "renew"].sort());
  }
  box.file(".git/HEAD", "ref: refs/heads/other\n", { mtime: Date.now() / 1000 + 60 });
  fs.utimesSync(box.launcher, LONG_AGO, LONG_AGO);
  await start();
  expect(kinds().sort()).toEqual([...first, "renew", "stale"].sort());
  fs.utimesSync(box.launcher, LONG_AGO + 1, LONG_AGO + 1);
  expect(await start()).toMatchObject({ stdout: "", stderr: "" });
  edit(box, "requirements.txt", "# nothing\n");
  await start();
  expect(installed(box)).toEqual({});
});

it("can't be made of a launcher in which a merge left its conflicts, and that is said", async () => {
  const box = repo({ "requirements.txt": "" });
  const text = fs.readFileSync(box.launcher, "utf8");
  fs.writeFileSync(box.launcher, text.replace("/*program\n", "/*program\n<<<<<<< HEAD\n"));
  const { code, stderr } = await box.run(["status"]);
  expect(code).toBe(125);
  expect(stderr).toMatch(
    /^prime: error: .* is not whole, as one in which a merge left its conflicts \(.*\)\n {2}next: .*\n$/,
  );
  fs.writeFileSync(box.launcher, text);
  await good(box, ["status"]);
});

it("is taken by the first starts of these tests' sandboxes, which compile nothing", async () => {
  const box = repo({});
  const folder = path.join(box.home, ".cache/prime/node");
  const inodes = () => fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).ino]);
  const before = inodes();
  await good(box, ["run", "true"]);
  expect(before).not.toEqual([]);
  expect(inodes()).toEqual(before);
});
