import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Metafile, Plugin } from "esbuild";
import { SHARED, withShared } from "../names/shared.ts";

/** Modules that are loaded at once, and the group around them, all of which they may use. */
interface Group {
  readonly within: string | undefined;
  /** Modules that begin the group: `import()` of one loads it. The first group that matches counts. */
  readonly begins: RegExp;
}

const CORE = "core";

const GROUPS: Readonly<Record<string, Group>> = {
  [CORE]: { within: undefined, begins: /^src\/main\.ts$/ },
  execa: { within: CORE, begins: /^src\/edges\/processes\/execa\.ts$/ },
  program: { within: CORE, begins: /^src\/cli\/program\.ts$/ },
  start: {
    within: "program",
    begins:
      /^src\/(?:toml-parser|config\/|inputs\/|launch\/|environment\/data-folder|commands\/(?:run\/|seal\.ts|tasks\/task\.ts|environments\/rollback\.ts))/,
  },
  channels: { within: "rest", begins: /^src\/(?:commands\/channel|channels)\// },
  apps: { within: "rest", begins: /^src\/(?:apps|sources|commands\/init\/app)/ },
  doctor: { within: "rest", begins: /^src\/commands\/doctor\// },
  init: { within: "rest", begins: /^src\/commands\/init\// },
  upgrade: { within: "rest", begins: /^src\/(?:upgrade|commands\/(?:upgrade|python|pins|self-update))\// },
  rest: { within: "start", begins: /./ },
};

/** The groups in the order of the bundle: each before those within it. */
const NAMES = withAllWithin(CORE);

function withAllWithin(name: string): string[] {
  const directly = Object.keys(GROUPS).filter((other) => GROUPS[other]?.within === name);
  return [name, ...directly.flatMap(withAllWithin)];
}

/** The groups around a group, from the outermost to itself. */
function wayTo(name: string): string[] {
  const { within } = GROUPS[name] as Group;
  return within === undefined ? [name] : [...wayTo(within), name];
}

export interface Grouped {
  readonly entry: string;
  readonly imports: Imports;
  /** By module, its group. */
  readonly groupOf: ReadonlyMap<string, string>;
  /** Whether a module is CommonJS: such modules are functions of their own, before all others. */
  readonly isCommonJs: (file: string) => boolean;
  /** Modules that are loaded by `import()`. */
  readonly lazy: readonly string[];
}

type Imports = (file: string) => readonly {
  readonly path: string;
  readonly kind: string;
  /** As the source writes it. */
  readonly original?: string;
}[];

/** Puts each module into the innermost group that has all its importers. */
export function grouped(metafile: Metafile, entry: string): Grouped {
  const imports: Imports = (file) => metafile.inputs[file]?.imports ?? [];
  const inputs = Object.keys(metafile.inputs);
  const lazily = inputs.flatMap((file) => imports(file).filter(({ kind }) => kind === "dynamic-import"));
  const lazy = [...new Set(lazily.map(({ path: file }) => file))];
  const groupOf = new Map<string, string>();
  for (const first of [entry, ...lazy]) {
    const begun = Object.keys(GROUPS).find((name) => GROUPS[name]?.begins.test(first)) as string;
    for (const file of reachedFrom(imports, first)) {
      if (inputs.includes(file)) groupOf.set(file, around(groupOf.get(file) ?? begun, begun));
    }
  }
  const isCommonJs = (file: string) => metafile.inputs[file]?.format === "cjs" || /^late:/.test(file);
  return { entry, imports, groupOf, isCommonJs, lazy };
}

function reachedFrom(imports: Imports, first: string): Set<string> {
  const reached = new Set([first]);
  for (const file of reached) {
    for (const { path: of, kind } of imports(file)) if (kind !== "dynamic-import") reached.add(of);
  }
  return reached;
}

/** The innermost group that both stand within. */
function around(one: string, other: string): string {
  const way = wayTo(other);
  return wayTo(one).findLast((name) => way.includes(name)) as string;
}

export const ENTRY = "entry-of-groups";
const BEGIN = "begin-of-group";
/** As long as the code that takes its place, so that columns stay the same. */
const LOAD = "load-of-module-by-number";

/**
 * A plugin that gives the bundler an entry by which it puts modules in the order of their groups; {@link nested} reads
 * its output.
 */
export function ordering(groups: Grouped): Plugin {
  return {
    name: "groups",
    setup(build) {
      const root = build.initialOptions.absWorkingDir ?? "";
      build.onResolve({ filter: new RegExp(`^${ENTRY}$`) }, () => ({ path: ENTRY, namespace: ENTRY }));
      build.onLoad({ filter: /./, namespace: ENTRY }, () => ({ contents: entryText(groups, root), resolveDir: root }));
      build.onResolve({ filter: /./, namespace: ENTRY }, ({ path: file }) => {
        if (NAMES.includes(file)) return { path: file, namespace: BEGIN };
        return { path: path.join(root, file), sideEffects: true };
      });
      build.onLoad({ filter: /./, namespace: BEGIN }, () => ({ contents: "$groups;" }));
      build.onResolve({ filter: /./ }, async ({ path: name, pluginData, ...options }) => {
        if (options.kind !== "dynamic-import" || pluginData === LOAD) return undefined;
        const found = await build.resolve(name, { ...options, pluginData: LOAD });
        return { path: `${LOAD}:${groups.lazy.indexOf(path.relative(root, found.path))}`, external: true };
      });
    },
  };
}

function entryText(groups: Grouped, root: string): string {
  const { entry, groupOf, isCommonJs, lazy } = groups;
  const quoted = (file: string) => JSON.stringify(file);
  const modules = NAMES.flatMap((name) => [
    name,
    ...(name === CORE ? [entry] : []),
    ...[...groupOf].filter(([file, group]) => group === name && !isCommonJs(file)).map(([file]) => file),
  ]);
  return [
    ...modules.map((file) => `import ${quoted(file)};`),
    ...lazy.map((file, number) => {
      const names = namesAsked(groups, root, file);
      if (names === undefined)
        return `import * as lazy${number} from ${quoted(file)};$spaces[${number}] = lazy${number};`;
      const taken = names.map((name) => `${name} as ${name}${number}`).join();
      return `import {${taken}} from ${quoted(file)};$spaces[${number}] = {${names.map((name) => `${name}: ${name}${number}`).join()}};`;
    }),
    "$load($groups);",
  ].join("\n");
}

/** The names that importers take of a module that is loaded by `import()`; undefined when one of them does not say. */
function namesAsked({ groupOf, imports }: Grouped, root: string, lazy: string): string[] | undefined {
  const asking = [...groupOf.keys()].flatMap((file) => {
    const asked = imports(file).filter(({ path: of, kind }) => of === lazy && kind === "dynamic-import");
    const text = asked.length === 0 ? "" : readFileSync(path.join(root, file), "utf8");
    return asked.map(({ original = "" }) => namesIn(text, original));
  });
  return asking.includes(undefined) ? undefined : [...new Set((asking as string[][]).flat())].sort();
}

function namesIn(source: string, asked: string): string[] | undefined {
  const call = `import("${asked}")`;
  const parts = source.replace(/\bimport\(\s+("[^"]+")\s+\)/g, "import($1)").split(call);
  const taking = parts.slice(0, -1).map((before, index) => {
    const taken = /const \{ ([\w, ]+) \} = await $/.exec(before)?.[1];
    if (taken !== undefined) return taken.split(", ");
    const [, name] = (before.endsWith("(await ") && /^\)\.(\w+)/.exec(parts[index + 1] ?? "")) || [];
    return name === undefined ? undefined : [name];
  });
  return taking.includes(undefined) || taking.length === 0 ? undefined : (taking as string[][]).flat();
}

/**
 * The beginning of a bundle. `$load` gives a module of a group; before, it begins the group and those around it, once
 * each.
 */
const LOADER =
  "var $groups=[],$spaces=[],$load=async(module,...groups)=>{await 0;for(const group of groups){const begin=$groups[group];$groups[group]=0;begin&&begin()}return $spaces[module]};";

/**
 * Makes functions of the groups, one within another, from what {@link ordering} had bundled; lines keep their numbers.
 * Throws when a module would not see what it imports.
 */
export function nested(bundled: string, groups: Grouped): string {
  const lines = bundled.split("\n");
  const marks = NAMES.map((name) => lines.indexOf(`// ${BEGIN}:${name}`));
  const end = lines.lastIndexOf(`// ${ENTRY}:${ENTRY}`);
  refuseUnseen(lines, marks, groups);
  const spaces = spacesIn(lines.slice(end).join("\n"));
  putInFunctions(lines, [...marks, end], (group) =>
    spaces.filter(({ number }) => groupOfLazy(groups, number) === group),
  );
  for (let at = end + 1; at < lines.length; at += 1) if (!lines[at]?.startsWith("//# ")) lines[at] = "";
  lines[0] = `${LOADER}${SHARED}${lines[0]}`;
  const text = askedShortly(withShared(lines.join("\n")), spaces);
  return text.replace(new RegExp(`import\\("${LOAD}:(\\d+)"\\)`, "g"), (call, number) => {
    const way = wayTo(groupOfLazy(groups, Number(number)))
      .slice(1)
      .map((name) => NAMES.indexOf(name));
    return `$load(${[number, ...way].join()})`.padEnd(call.length);
  });
}

function groupOfLazy({ groupOf, lazy }: Grouped, number: number): string {
  return groupOf.get(lazy[number] as string) as string;
}

/** The exports of a module that is loaded by `import()`, as the entry gives them. */
interface Space {
  readonly number: number;
  /** An expression; if it is an object, its keys are a letter each. */
  readonly value: string;
  /** The names that these letters stand for, in their order. */
  readonly names: readonly string[];
}

function spacesIn(entry: string): Space[] {
  return [...entry.matchAll(/\$spaces\[(\d+)\] = ([^;]+)/g)].map(([, number, value = ""]) => {
    const parts = value.startsWith("{") ? value.replace(/[{}\s]/g, "").split(",") : [];
    const short = parts.map((part, index) => `${shortNameOf(index)}:${part.split(":").at(-1)}`);
    const names = parts.map((part) => part.replace(/:.*/, ""));
    return { number: Number(number), value: short.length > 0 ? `{${short}}` : value, names };
  });
}

/**
 * At each mark, closes the groups that end there, which give their spaces before, and opens the next. `marks`: the
 * beginning of each group, and the end of all.
 */
function putInFunctions(
  lines: string[],
  marks: readonly number[],
  spacesOf: (group: string) => readonly Space[],
): void {
  const open: string[] = [];
  for (const [index, at] of marks.entries()) {
    const name = NAMES[index];
    const given = spacesOf(NAMES[index - 1] ?? "");
    lines[at] = given.map(({ number, value }) => `$spaces[${number}]=${value};`).join("");
    while (open.length > 0 && (name === undefined || !wayTo(name).includes(open.at(-1) as string))) {
      if (open.pop() !== CORE) lines[at] += "};";
    }
    if (name === undefined) return;
    open.push(name);
    if (name !== CORE) lines[at] += `$groups[${index}]=function(){`;
    lines[at + 1] = "";
  }
}

const ASKED = new RegExp(`(?:\\{ ([^{}]+) \\} = )?(\\(?await import\\("${LOAD}:(\\d+)"\\))(?:\\)\\.(\\w+))?`, "g");

/**
 * Shortens the names that are taken of a module that is loaded by `import()` to a letter, since nobody else sees them.
 * Columns stay the same.
 */
function askedShortly(text: string, spaces: readonly Space[]): string {
  return text.replace(ASKED, (asking, taken: string | undefined, call: string, number: string, one?: string) => {
    const names = spaces.find((space) => space.number === Number(number))?.names ?? [];
    if (names.length === 0) return asking;
    const short = (name = "") => shortNameOf(names.indexOf(name));
    if (one !== undefined) return `${call}).${short(one)}`.padEnd(asking.length);
    const parts = (taken ?? "").split(", ").map((part) => part.split(": "));
    return `{${parts.map((part) => `${short(part[0])}:${part.at(-1)}`)}}=${call}`.padEnd(asking.length);
  });
}

function shortNameOf(index: number): string {
  if (index < 0 || index > 25) throw new Error("a module is asked for a name that it has not, or for too many");
  return String.fromCharCode(97 + index);
}

function refuseUnseen(lines: readonly string[], marks: readonly number[], { imports, groupOf }: Grouped): void {
  const places = new Map<string, string>();
  for (const file of groupOf.keys()) {
    const at = lines.findIndex((line) => line === `// ${file}` || line.startsWith(`// ${file} with `));
    if (at >= 0) places.set(file, NAMES[marks.findLastIndex((mark) => mark < at)] ?? CORE);
  }
  for (const [file, group] of places) {
    for (const { path: of, kind } of imports(file)) {
      const its = places.get(of);
      if (its === undefined || kind === "dynamic-import" || wayTo(group).includes(its)) continue;
      throw new Error(`${file} of the group ${group} does not see ${of} in ${its}`);
    }
  }
}
