import * as path from "node:path";
import { loadConfig } from "../../config/load.ts";
import type { Context } from "../../context.ts";
import { executableOnPath, isExecutableFile } from "../../edges/files/read.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import { didYouMean } from "../../nearest.ts";
import { knownProvider } from "../../project/commands/console-scripts.ts";
import { declaredCommands } from "../../project/commands/declared.ts";
import { inspectProject } from "../../project/inspect.ts";
import type { Project } from "../../project/project.ts";
import { insteadOfPip, wayToAdd } from "../../project/ways.ts";
import { whatIsHere } from "./what-is-here.ts";

/** The line that does here what a word does in other tools; `name`: the first operand, or a stand-in for one. */
type Way = (project: Project, name: string, isGiven: boolean) => string;

const make: Way = () => "./prime alone makes the environment as the repo declares it";
const add: Way = (project, name) => `to add a package: ${wayToAdd(project, name)}`;
const remove: Way = (project, name) =>
  project.uvAdds === "all" ? `./prime uv remove ${name}` : `take ${name} out of ${project.declaredIn}, and start again`;
const renew: Way = ({ kind }, name, isGiven) =>
  kind === "pylock"
    ? "pylock.toml is renewed by what made it; ./prime follows"
    : `./prime upgrade${isGiven ? ` --packages ${name}` : ""}`;
const always =
  (line: string): Way =>
  () =>
    line;

const WAYS: Readonly<Record<string, Way>> = {
  add,
  install: (project, name, isGiven) => (isGiven ? add : make)(project, name, isGiven),
  remove,
  uninstall: remove,
  sync: make,
  setup: make,
  update: renew,
  list: always("./prime uv pip list"),
  pip: insteadOfPip,
  exec: always("to run a command in the environment: ./prime run CMD …"),
  activate: always("./prime shell opens a shell with the environment active"),
  test: always('./prime run pytest, or a task of that name in prime.toml: [tasks] test = "pytest"'),
  version: always("./prime --version"),
  clean: always("./prime gc removes what is not needed"),
};

/** A word that is no command and no task: what does what was meant. `known`: the words that there are. */
export async function unknownCommand(
  context: Context,
  [word = "", operand = ""]: readonly string[],
  known: readonly string[],
): Promise<PrimeError> {
  const way = Object.hasOwn(WAYS, word) ? WAYS[word] : undefined;
  const isName = /^[A-Za-z0-9][\w.-]*$/.test(operand);
  const hint =
    way?.(await inspected(context), isName ? operand : "NAME", isName) ??
    whatIsHere(context.cwd, word) ??
    (await asCommand(context, word));
  return usageError(
    "usage",
    `unknown command '${word}'${hint === undefined ? didYouMean(word, known) : ""}`,
    hint ?? "see ./prime --help",
  );
}

async function inspected(context: Context): Promise<Project> {
  return inspectProject(context.root, (await loadConfig(context)).config);
}

/** A program that `run` would start, or name the bringer of. */
async function asCommand(context: Context, word: string): Promise<string | undefined> {
  const { root, env, cwd } = context;
  const isThere =
    isExecutableFile(path.join(root, ".venv/bin", word)) ||
    knownProvider(word) !== undefined ||
    executableOnPath(word, env.PATH ?? "", cwd) !== undefined ||
    (await declares(context, word));
  return isThere ? `to run a command in the environment: ./prime run ${word} …` : undefined;
}

/** A repo that can't be read is told of when something is to be made of it, not here. */
async function declares(context: Context, command: string): Promise<boolean> {
  const known = inspected(context).then((project) => declaredCommands(context.root, project, new Set()));
  return known.then((commands) => commands.has(command)).catch(() => false);
}
