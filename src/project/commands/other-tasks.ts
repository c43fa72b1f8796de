import * as path from "node:path";
import { readText } from "../../edges/files/read.ts";
import { isTable } from "../../toml.ts";
import type { Pyproject } from "../files/pyproject.ts";

/** Tasks that another tool starts: who declares them, their names, and the words in front of a name. */
export interface OtherTasks {
  /** `[tool.poe.tasks]`, `Makefile`. */
  readonly where: string;
  readonly names: readonly string[];
  /** How to start one in the environment, in front of its name. */
  readonly start: string;
}

/** What other tools would start in this repo; nothing of it is run, and only pyproject.toml and the makefile are read. */
export function otherTasks(root: string, pyproject: Pyproject | undefined): OtherTasks[] {
  const tools = pyproject?.tool ?? {};
  const environments = isTable(tools.hatch) && isTable(tools.hatch.envs) ? Object.entries(tools.hatch.envs) : [];
  return [
    ...STARTERS.map(([tool, key, start]) =>
      of(`[tool.${tool}.${key}]`, within(tools[tool], key), `./prime run ${start}`),
    ),
    ...environments.map(([name, table]) =>
      of(`[tool.hatch.envs.${name}.scripts]`, within(table, "scripts"), `./prime run hatch run ${name}:`),
    ),
    ...makefile(root),
  ].filter(({ names }) => names.length > 0);
}

/** Who reads which table, and what starts one of it. */
const STARTERS = [
  ["poe", "tasks", "poe"],
  ["pdm", "scripts", "pdm run"],
  ["rye", "scripts", "rye run"],
  ["pixi", "tasks", "pixi run"],
] as const;

function within(table: unknown, key: string): string[] {
  const value = isTable(table) ? table[key] : undefined;
  return isTable(value) ? Object.keys(value) : [];
}

/** What starts with `_` is for the others alone: pdm's shared settings, poe's and pixi's hidden tasks. */
function of(where: string, names: readonly string[], start: string): OtherTasks {
  return { where, names: names.filter((name) => !name.startsWith("_")), start };
}

/** make(1), RATIONALE: the first of these that is there; GNU make looks for its own before. */
const MAKEFILES = ["GNUmakefile", "makefile", "Makefile"];
/** A target rule (POSIX make, "Target Rules"): no special target, no pattern, no assignment. */
const TARGETS = /^([A-Za-z0-9][\w.-]*(?: +[A-Za-z0-9][\w.-]*)*) *::?(?![:=])/gm;

/** Text of any kind that a variable holds (GNU make, "Defining Multi-Line Variables"). */
const DEFINED = /^define [\s\S]*?^endef/gm;

function makefile(root: string): OtherTasks[] {
  const name = MAKEFILES.find((one) => readText(path.join(root, one)) !== undefined);
  if (name === undefined) return [];
  const rules = (readText(path.join(root, name)) ?? "").replace(DEFINED, "");
  const targets = [...rules.matchAll(TARGETS)].flatMap(([, words = ""]) => words.split(/ +/));
  return [of(name, [...new Set(targets)], "./prime run make")];
}
