import * as path from "node:path";
import { isFile, readText } from "../../edges/files/read.ts";
import { isTable, type Table } from "../../toml.ts";
import type { Pyproject } from "../files/pyproject.ts";
import { tableIn } from "../files/table-in.ts";

/** Tasks that another tool starts: who declares them, their names, and the words in front of a name. */
export interface OtherTasks {
  /** `[tool.poe.tasks]`, `Makefile`. */
  readonly where: string;
  readonly names: readonly string[];
  /** How to start one in the environment, in front of its name. */
  readonly start: string;
}

/** What other tools would start in this repo; nothing of it is run. */
export async function otherTasks(root: string, pyproject: Pyproject | undefined): Promise<OtherTasks[]> {
  const own = await Promise.all(OWN_FILES.map(([, file]) => tableIn(path.join(root, file))));
  return [
    ...inTables(pyproject?.tool ?? {}, (tool, key) => `[tool.${tool}.${key}]`),
    ...OWN_FILES.flatMap(([tool, file], at) => inTables({ [tool]: own[at] }, (_, key) => `[${key}] of ${file}`)),
    ...inFiles(root),
  ].filter(({ names }) => names.length > 0);
}

/** What of a tool's tables may stand in a file of its own, too. */
const OWN_FILES = [
  ["poe", "poe_tasks.toml"],
  ["pixi", "pixi.toml"],
  ["tox", "tox.toml"],
  ["hatch", "hatch.toml"],
] as const;

/** The tasks in these tables, each by its tool's name. */
function inTables(tools: Table, whereIs: (tool: string, key: string) => string): OtherTasks[] {
  const environments = within(tools.hatch, "envs");
  return [
    ...STARTERS.map(([tool, key, start]) =>
      of(whereIs(tool, key), Object.keys(within(tools[tool], key)), `./prime run ${start}`),
    ),
    ...Object.keys(environments).map((name) =>
      of(
        whereIs("hatch", `envs.${name}.scripts`),
        Object.keys(within(environments[name], "scripts")),
        `./prime run hatch run ${name}:`,
      ),
    ),
  ];
}

/** Who reads which table, and what starts one of it. */
const STARTERS = [
  ["poe", "tasks", "poe"],
  ["pdm", "scripts", "pdm run"],
  ["rye", "scripts", "rye run"],
  ["pixi", "tasks", "pixi run"],
  ["taskipy", "tasks", "task"],
  ["tox", "env", "tox -e"],
] as const;

function within(table: unknown, key: string): Table {
  const value = isTable(table) ? table[key] : undefined;
  return isTable(value) ? value : {};
}

/** What starts with `_` is for the others alone: pdm's shared settings, poe's and pixi's hidden tasks. */
function of(where: string, names: readonly string[], start: string): OtherTasks {
  return { where, names: names.filter((name) => !name.startsWith("_")), start };
}

/** What starts a name in the first of some files that is there, and what declares one there. */
const FILES = [
  // make(1), RATIONALE; GNU make looks for its own before. A target rule: no special target, no pattern, no assignment.
  ["make", ["GNUmakefile", "makefile", "Makefile"], /^([A-Za-z0-9][\w.-]*(?: +[A-Za-z0-9][\w.-]*)*) *::?(?![:=])/gm],
  ["just", ["justfile", "Justfile", ".justfile"], /^@?([A-Za-z][\w-]*)(?: [^:\n]*)?:(?!=)/gm],
  ["nox -s", ["noxfile.py"], /^@(?:nox\.)?session\b[\s\S]*?^def (\w+)/gm],
  ["invoke", ["tasks.py"], /^@(?:invoke\.)?task\b[\s\S]*?^def (\w+)/gm],
  ["tox -e", ["tox.ini"], /^\[testenv:([\w.-]+)\]/gm],
] as const;

/** Text of any kind that a variable of a makefile holds (GNU make, "Defining Multi-Line Variables"). */
const DEFINED = /^define [\s\S]*?^endef/gm;

/** The name that a decorator gives to a function. */
const NAMED = /^@[\w.]+\([\s\S]*\bname ?= ?["']([^"']+)/;

function inFiles(root: string): OtherTasks[] {
  return FILES.flatMap(([starter, files, declares]) => {
    const where = files.find((name) => isFile(path.join(root, name)));
    if (where === undefined) return [];
    const text = (readText(path.join(root, where)) ?? "").replace(DEFINED, "");
    const names = [...text.matchAll(declares)].flatMap(([all, words = ""]) => {
      const named = NAMED.exec(all)?.[1];
      return named ?? (starter === "invoke" ? words.replaceAll("_", "-") : words.split(/ +/));
    });
    return [of(where, [...new Set(names)], `./prime run ${starter}`)];
  });
}
