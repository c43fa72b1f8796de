import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../build/program.ts";

/** Imports run down this list, types included: a file imports from its own folder and from those below it. */
const ORDER = [
  "main",
  "cli",
  "commands",
  "apps",
  "upgrade",
  "start",
  "builder",
  "decision",
  "channels",
  "provision",
  "environment",
  "context",
  "venv",
  "git",
  "sources",
  "s3",
  "uv",
  "causes",
  "project",
  "python",
  "launch",
  "plan",
  "config",
  "shells",
  "inputs",
  "edges",
];

/** Files straight below src/ that everybody uses: they stand below all folders. */
const FOR_ALL = [
  "errors",
  "ini",
  "left-by-git",
  "nearest",
  "quoted",
  "secrets",
  "size",
  "toml",
  "toml-parser",
  "unquotable",
];

type Imports = ReadonlyMap<string, readonly string[]>;

const IMPORT = /(?:^(?:(?:import|export)\b[^;"]*?\bfrom|import) |\bimport\()"(\.{1,2}\/[^"]+)"/gms;

/** All imports between our own sources, those of types and those at run time alike. */
function importsOf(folder: string): Imports {
  const files = (fs.readdirSync(path.join(folder, "src"), { recursive: true }) as string[])
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.posix.join("src", file));
  return new Map(
    files.map((file) => {
      const found = fs.readFileSync(path.join(folder, file), "utf8").matchAll(IMPORT);
      const targets = [...found].map((one) => path.posix.join(path.posix.dirname(file), one[1] as string));
      return [file, targets.filter((target) => target.startsWith("src/"))];
    }),
  );
}

/** `main` of src/main.ts, `uv` of src/uv/commands.ts. */
function partOf(file: string): string {
  return file.split("/")[1]?.replace(/\.ts$/, "") ?? file;
}

function rankOf(part: string): number {
  const rank = [...ORDER, ...FOR_ALL].indexOf(part);
  return Math.min(rank, ORDER.length);
}

function against(imports: Imports): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => partOf(file) !== partOf(target) && !isDown(rankOf(partOf(file)), rankOf(partOf(target))))
      .map((target) => `${file} imports ${target}`),
  );
}

function isDown(from: number, to: number): boolean {
  return from < to || (from === ORDER.length && to === ORDER.length);
}

function firstCircle(imports: Imports): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of imports.get(file) ?? []) {
      const circle = visit(target, [...way, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe("the imports of src/, types included,", () => {
  const imports = importsOf(ROOT);

  it("are between folders of the order alone", () => {
    const known = new Set([...ORDER, ...FOR_ALL]);
    expect([...imports.keys()].filter((file) => !known.has(partOf(file)))).toEqual([]);
  });

  it("run down the order", () => {
    expect([...imports.values()].flat().length).toBeGreaterThan(500);
    expect(against(imports)).toEqual([]);
  });

  it("have no circle", () => {
    expect(firstCircle(imports)).toBeUndefined();
  });
});

describe("the rule", () => {
  it("sees what points up", () => {
    const wrong = new Map([
      ["src/python/a.ts", ["src/uv/b.ts", "src/commands/c.ts", "src/python/d.ts", "src/edges/files/e.ts"]],
      ["src/errors.ts", ["src/edges/e.ts", "src/nearest.ts"]],
      ["src/cli/arguments.ts", ["src/main.ts", "src/commands/c.ts"]],
    ]);
    expect(against(wrong)).toEqual([
      "src/python/a.ts imports src/uv/b.ts",
      "src/python/a.ts imports src/commands/c.ts",
      "src/errors.ts imports src/edges/e.ts",
      "src/cli/arguments.ts imports src/main.ts",
    ]);
  });

  it("sees a circle", () => {
    const round = new Map([
      ["a", ["b", "c"]],
      ["b", []],
      ["c", ["d"]],
      ["d", ["c"]],
    ]);
    expect(firstCircle(round)).toEqual(["c", "d", "c"]);
  });
});
