import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readStart, readText, sha256OfFile } from "../../../src/edges/files/read.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-open-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

describe("a foreign file", () => {
  it("is read when it is a regular one", () => {
    fs.writeFileSync(at("plain"), "ä\n");
    expect(readText(at("plain"))).toBe("ä\n");
    expect(readText(at("gone"))).toBeUndefined();
    expect(readText("/proc/self/comm")).toContain("node");
  });

  it.each([
    ["a named pipe", () => execFileSync("mkfifo", [at("pipe")]), "pipe"],
    ["a device", () => fs.symlinkSync("/dev/zero", at("zero")), "zero"],
    ["a folder", () => fs.mkdirSync(at("folder")), "folder"],
  ])("that is %s is refused at once, by name", (what, make, name) => {
    make();
    for (const read of [readText, sha256OfFile])
      expect(() => read(at(name))).toThrow(`could not read ${at(name)}: it is ${what}, and no regular file`);
    expect(readStart(at(name), 10)).toBe("");
  });

  it("of 4 GB is refused, and not read", () => {
    fs.writeFileSync(at("huge"), "");
    fs.truncateSync(at("huge"), 4 * 1024 ** 3);
    expect(() => readText(at("huge"))).toThrow("it has more than 64 MB");
  });
});
