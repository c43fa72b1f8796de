import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../../build/program.ts";

const rows = fs
  .readFileSync(path.join(ROOT, "docs/security.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:what holds|---) \|/.test(line));

/** A line of the page: what it says, the file of its test, and the test's title or how that begins. */
const ROW = /^\| (.+) \| `([^`]+)`: (.+) \|$/;

it.each(rows)("%s", (row) => {
  const [, , file = "", title = ""] = ROW.exec(row) ?? [];
  expect(file).toMatch(/\.test\.ts$/);
  const text = fs.readFileSync(path.join(ROOT, "test", file), "utf8");
  const titles = [...text.matchAll(/(["`])((?:(?!\1)[^\n])*)\1,/g)].map(([, , one]) => one as string);
  expect(titles.filter((one) => one.includes(title))).not.toEqual([]);
});
