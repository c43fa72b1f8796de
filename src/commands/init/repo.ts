import { SCHEMA_FILE } from "../../environment/folders.ts";
import { areTelling } from "../../project/around/nearest-project.ts";
import { type Deed, extend, linesOf } from "./deed.ts";

/** What init finds in the folder; undefined where there is nothing. Texts are whole files. */
export interface RepoFacts {
  /** The name of the launcher's file. */
  readonly launcher: string;
  readonly attributes: string | undefined;
  readonly ignores: string | undefined;
  /** Of what is written here, the names that git would not add. */
  readonly ignored: readonly string[];
  /** Names in the folder. */
  readonly names: readonly string[];
  /** Where the link to the environment is to stand, relative to the folder; undefined: outside. */
  readonly link: string | undefined;
  /** What is done about the configuration, where that is known already. */
  readonly config: readonly Deed[] | undefined;
}

const ATTRIBUTES = "text eol=lf -diff -merge linguist-generated";

/** Lines of .gitignore that hide the same; `.venv/` is none of them, as it matches no link. */
function ignores(link: string | undefined): Readonly<Record<string, readonly string[]>> {
  return {
    ...(link === undefined ? {} : { [`/${link}`]: [`/${link}`, link] }),
    "/.prime/": ["/.prime/", ".prime/", "/.prime", ".prime"],
  };
}

const CONFIG = `#:schema ${SCHEMA_FILE}
# Every line is optional. ./prime eval shows all keys; editors complete them by the schema, which ./prime writes.

# The Python that this repo needs: "3", "3.12", "3.12.1" or a range.
# required_python_version = ">=3.10"

# Files that say what to install, in order.
# requirements = ["requirements.txt"]

# Commands that run once in each new environment.
# setup = ["pre-commit install"]

# What ./prime NAME runs.
# [tasks]
# test = "pytest -x"

# Variables for the commands that run in the environment.
# [env]
# APP_MODE = "development"
`;

/** The deeds beside the launcher itself. The lines count in a repo of any version control; only git reads them. */
export function planRepo(facts: RepoFacts): Deed[] {
  return [
    planAttributes(facts.attributes, facts.launcher),
    planIgnores(facts.ignores, facts.link, facts.ignored),
    ...(facts.config ?? [planConfig(facts.names)]),
  ];
}

function planConfig(names: readonly string[]): Deed {
  return areTelling(names)
    ? { file: "prime.toml", verb: "keep", why: "not needed: the repo says what to install" }
    : { file: "prime.toml", verb: "write", why: "an example, all of it comments", text: CONFIG };
}

/**
 * Without `eol=lf` a checkout with CRLF would break the launcher; its differences are nothing that people read, nor that git
 * should write into it where two branches have another release each: it keeps the one of the branch that is merged into.
 */
function planAttributes(text: string | undefined, launcher: string): Deed {
  const file = ".gitattributes";
  const about = linesOf(text).filter((line) => line.split(/[ \t]/)[0]?.replace("/", "") === launcher);
  const words = new Set(about.at(-1)?.split(/[ \t]+/));
  if (ATTRIBUTES.split(" ").every((word) => words.has(word))) return { file, verb: "keep", why: "has the line" };
  const over = about.length === 0 ? "" : ` (counts more than the line before it: ${about.join(", ")})`;
  const line = `/${launcher} ${ATTRIBUTES}`;
  return extend(file, text, [line], line + over);
}

/** `ignored`: a pattern such as `/*` leaves them out; the last one that fits counts (gitignore(5)). */
function planIgnores(text: string | undefined, link: string | undefined, ignored: readonly string[]): Deed {
  const file = ".gitignore";
  const present = new Set(linesOf(text).map((line) => line.trimEnd()));
  const wanted = Object.entries(ignores(link));
  const hidden = wanted.filter(([, lines]) => !lines.some((same) => present.has(same))).map(([line]) => line);
  const missing = [...hidden, ...ignored.map((name) => `!/${name}`)];
  return missing.length === 0
    ? { file, verb: "keep", why: "has the lines" }
    : extend(file, text, missing, missing.join(", "));
}
