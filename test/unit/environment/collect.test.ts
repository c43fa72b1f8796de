import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { collect } from "../../../src/environment/collect.ts";
import { foldersOf } from "../../../src/environment/folders.ts";

const ID = "0123abcd-0123abcd";

function generation() {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-collect-")));
  onTestFinished(() => fs.rmSync(root, { recursive: true }));
  const folders = foldersOf(root, path.join(root, "state"), null);
  const folder = path.join(folders.generations, ID);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "prime.json"), "{}");
  return { folders, folder };
}

it("a generation that somebody shows while it is taken away is given back whole", () => {
  const { folders, folder } = generation();
  const asked: boolean[] = [];
  const isNeeded = () => asked.push(fs.existsSync(folder)) > 0;
  expect(collect(folders, ID, undefined, isNeeded)).toBeUndefined();
  expect(asked).toEqual([false]);
  expect(fs.readdirSync(folders.generations)).toEqual([ID]);
  expect(fs.readFileSync(path.join(folder, "prime.json"), "utf8")).toBe("{}");
});

it("one that nobody shows is gone, and frees what it took", () => {
  const { folders } = generation();
  expect(collect(folders, ID, undefined, () => false)).toBeGreaterThan(0);
  expect(fs.readdirSync(folders.generations)).toEqual([]);
});
