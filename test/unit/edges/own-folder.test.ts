import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { makeOwnFolder } from "../../../src/edges/files/own/own-folder.ts";

vi.mock("../../../src/edges/files/change.ts", async (original) => ({
  ...(await original<object>()),
  setFolderMode: () => {
    throw new Error("the mode is set later");
  },
}));

const base = fs.mkdtempSync(path.join(os.tmpdir(), "prime-own-"));
afterAll(() => fs.rmSync(base, { recursive: true }));

test("a folder of this user's alone is closed from its first moment on, so that no other start finds it open", () => {
  const folder = path.join(base, "state/prime");
  expect(makeOwnFolder(folder, ["at"])).toEqual([]);
  expect(fs.statSync(folder).mode & 0o7777).toBe(0o1700);
  expect(fs.statSync(path.dirname(folder)).mode & 0o7777).toBe(0o700);
  fs.mkdirSync(path.join(folder, "at"));
  expect(makeOwnFolder(folder, ["at"])).toEqual([]);
  expect(fs.readdirSync(folder)).toEqual(["at"]);
});
