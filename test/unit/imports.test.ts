import type { Metafile } from "esbuild";
import { describe, expect, it } from "vitest";
import { bundle, ROOT } from "../../build/program.ts";

/** Where data flows: a file imports, at run time, from its own part and from the parts below, never from above. */
const STEPS = ["config", "python", "uv", "environment", "launch", "channel"];
const RANKS: Readonly<Record<string, number>> = { main: 0, cli: 1, completion: 2, flows: 3, edges: 5 };
const STEP = 4;
const FOR_ALL = 6;

type Imports = ReadonlyMap<string, readonly string[]>;

/** Run-time imports between our own sources; esbuild has dropped those of types alone. */
function importsOf({ inputs }: Metafile): Imports {
  const own = Object.entries(inputs).filter(([file]) => file.startsWith("src/"));
  return new Map(
    own.map(([file, { imports }]) => [file, imports.map((one) => one.path).filter((path) => path.startsWith("src/"))]),
  );
}

/** `main` of src/main.ts, `uv` of src/uv/pins.ts. */
function partOf(file: string): string {
  return file.split("/")[1]?.replace(/\.ts$/, "") ?? file;
}

function rankOf(part: string): number {
  return STEPS.includes(part) ? STEP : (RANKS[part] ?? FOR_ALL);
}

function against(imports: Imports): string[] {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const [from, to] = [partOf(file), partOf(target)];
      if (from !== to && rankOf(from) >= rankOf(to) && !isForAll(from, to)) wrong.push(`${file} imports ${target}`);
    }
  }
  return wrong;
}

/** src/errors.ts and its like may use each other. */
function isForAll(from: string, to: string): boolean {
  return rankOf(from) === FOR_ALL && rankOf(to) === FOR_ALL;
}

function firstCycle(imports: Imports): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of imports.get(file) ?? []) {
      const cycle = visit(target, [...way, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

describe("the program's imports", async () => {
  const imports = importsOf((await bundle(ROOT)).metafile);

  it("point only down, and no step imports another one", () => {
    expect(imports.size).toBeGreaterThan(20);
    expect(against(imports)).toEqual([]);
  });

  it("have no cycle", () => {
    expect(firstCycle(imports)).toBeUndefined();
  });
});

describe("the rule", () => {
  it("sees what points up or aside", () => {
    const wrong = new Map([
      ["src/uv/a.ts", ["src/python/b.ts", "src/flows/c.ts", "src/uv/d.ts", "src/edges/e.ts", "src/errors.ts"]],
      ["src/errors.ts", ["src/edges/e.ts", "src/nearest.ts"]],
      ["src/cli.ts", ["src/main.ts", "src/flows/c.ts"]],
    ]);
    expect(against(wrong)).toEqual([
      "src/uv/a.ts imports src/python/b.ts",
      "src/uv/a.ts imports src/flows/c.ts",
      "src/errors.ts imports src/edges/e.ts",
      "src/cli.ts imports src/main.ts",
    ]);
  });

  it("sees a cycle", () => {
    const round = new Map([
      ["a", ["b", "c"]],
      ["b", []],
      ["c", ["d"]],
      ["d", ["c"]],
    ]);
    expect(firstCycle(round)).toEqual(["c", "d", "c"]);
  });
});
