import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../../build/program.ts";

const page = fs.readFileSync(path.join(ROOT, "docs/security.md"), "utf8");

/** The lines of all tables with these words as the head of their second column. */
function rowsOf(head: string): string[] {
  const tables = page.split("\n\n").filter((part) => part.startsWith("| "));
  return tables
    .map((table) => table.split("\n"))
    .flatMap(([first = "", , ...rows]) => (first.endsWith(`| ${head} |`) ? rows : []));
}

const rows = rowsOf("test")
  .map((row) => row.trim())
  .filter(Boolean);

/** A line of the page: what it says, the file of its test, and the test's title or how that begins. */
const ROW = /^\| (.+) \| `([^`]+)`: (.+) \|$/;

it.each(rows)("%s", (row) => {
  const [, , file = "", title = ""] = ROW.exec(row) ?? [];
  expect(file).toMatch(/\.test\.ts$/);
  const text = fs.readFileSync(path.join(ROOT, "test", file), "utf8");
  const titles = [...text.matchAll(/(["`])((?:(?!\1)[^\n])*)\1,/g)].map(([, , one]) => one as string);
  expect(titles.filter((one) => one.includes(title))).not.toEqual([]);
});

/** Modules outside of the edges in which one of these is called. */
function calling(names: string): string[] {
  const call = new RegExp(`(?<![.\\w])(?:${names})\\(`);
  const files = fs.readdirSync(path.join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts") && !file.startsWith("edges/"))
    .filter((file) => {
      const text = fs.readFileSync(path.join(ROOT, "src", file), "utf8");
      return text
        .split("\n")
        .some((line) => call.test(line) && !/^\s*(?:\/?\*|export |import )/.test(line) && !/\bfunction /.test(line));
    })
    .map((file) => `src/${file}`)
    .sort();
}

it.each([
  ["starts a program", 0, "run|runSync|runAttached"],
  ["removes something", 1, "remove|removeFile|inWorkFolder"],
] as const)("names every module that %s", (_, number, names) => {
  const tables = page.split("\n\n").filter((part) => /^\| .* \| module \|/.test(part));
  const named = [...(tables[number] ?? "").matchAll(/`(src\/[^`]+)`/g)].map(([, file]) => file as string);
  expect(named.sort()).toEqual(calling(names));
});
