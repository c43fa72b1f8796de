import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "vitest";
import type { Ended, Sandbox } from "./sandbox.ts";

/** What prime said when it failed: it names what to do next and a stable id, and leaves standard output alone. */
export function failure(ended: Ended, id: string, code = 125): string {
  expect(ended).toMatchObject({ code, signal: null, stdout: "" });
  expect(ended.stderr).toMatch(/^prime: error: ./m);
  expect(ended.stderr).toMatch(/^ {2}next: ./m);
  expect(ended.stderr).toMatch(new RegExp(`^ {2}id: ${id}$`, "m"));
  return ended.stderr;
}

/** A folder in the sandbox with links to these programs, under their own names or others: a PATH that holds nothing else. */
export function folderOf(box: Sandbox, name: string, programs: Readonly<Record<string, string>>): string {
  const folder = path.join(box.base, name);
  fs.mkdirSync(folder, { recursive: true });
  for (const [link, target] of Object.entries(programs)) {
    if (!fs.existsSync(path.join(folder, link))) fs.symlinkSync(target, path.join(folder, link));
  }
  return folder;
}
