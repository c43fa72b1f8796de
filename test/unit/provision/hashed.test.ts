import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeOwnFolder } from "../../../src/edges/files/own/own-folder.ts";
import { sha256OfProgram } from "../../../src/provision/hashed.ts";

const [BEFORE, AFTER] = ["before", "after!"].map((text) => createHash("sha256").update(text).digest("hex"));

let folder: string;
let file: string;
const state = () => path.join(folder, "state");
const note = () => path.join(state(), "uv.json");

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-hashed-")));
  file = path.join(folder, "uv");
  fs.writeFileSync(file, "before");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
});
afterEach(() => {
  vi.useRealTimers();
  fs.rmSync(folder, { recursive: true });
});

/** Has the note tell another digest, by which a test sees whether it is believed. */
function markNote(): void {
  const told = JSON.parse(fs.readFileSync(note(), "utf8"));
  expect(told.sha256).toBe(BEFORE);
  fs.writeFileSync(note(), JSON.stringify({ ...told, sha256: "noted" }));
}

it("a program is hashed once, and again when it is written to, with its old size and time, exchanged, or copied back", () => {
  makeOwnFolder(state(), []);
  const changes = [
    () => {
      const { size, mtime } = fs.statSync(file);
      fs.writeFileSync(file, "after!");
      expect(fs.statSync(file).size).toBe(size);
      fs.utimesSync(file, mtime, mtime);
      return AFTER;
    },
    () => {
      fs.writeFileSync(`${file}.new`, "after!");
      fs.renameSync(`${file}.new`, file);
      return AFTER;
    },
    () => {
      fs.cpSync(file, `${file}.new`, { preserveTimestamps: true });
      fs.renameSync(`${file}.new`, file);
      return BEFORE;
    },
  ];
  for (const change of changes) {
    fs.writeFileSync(file, "before");
    expect(sha256OfProgram(file, state())).toBe(BEFORE);
    markNote();
    expect(sha256OfProgram(file, state())).toBe("noted");
    expect(change()).toBe(sha256OfProgram(file, state()));
  }
});

it("what stands in a folder that prime has not closed is not believed, nor is anything written there", () => {
  makeOwnFolder(state(), []);
  sha256OfProgram(file, state());
  markNote();
  fs.chmodSync(state(), 0o700);
  expect(sha256OfProgram(file, state())).toBe(BEFORE);
  fs.rmSync(note());
  expect(sha256OfProgram(file, state())).toBe(BEFORE);
  expect(fs.existsSync(note())).toBe(false);
});

it("nothing is noted of a file that could be changed again within the same tick", () => {
  makeOwnFolder(state(), []);
  vi.useRealTimers();
  expect(sha256OfProgram(file, state())).toBe(BEFORE);
  expect(fs.existsSync(note())).toBe(false);
  fs.writeFileSync(note(), "torn {");
  expect(sha256OfProgram(file, state())).toBe(BEFORE);
});
