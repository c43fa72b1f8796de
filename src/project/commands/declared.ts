import * as path from "node:path";
import { isOutside, readText } from "../../edges/files/read.ts";
import { parseIni } from "../../ini.ts";
import { InputCollector } from "../../inputs/collector.ts";
import { isTable } from "../../toml.ts";
import { type Pyproject, readPyproject } from "../files/pyproject.ts";
import { requiredNames } from "../files/requirements.ts";
import { tableIn } from "../files/table-in.ts";
import { readLockedGraph } from "../files/uv/uv-lock.ts";
import { readWorkspace } from "../files/uv/workspace.ts";
import { requirementHead } from "../packages.ts";
import type { Project } from "../project.ts";
import { commandsOf, commandsOfHosts, commandsOfRequired } from "./console-scripts.ts";

/** A distribution that the repo declares somewhere. */
export interface Declared {
  /** Normalized. */
  readonly name: string;
  /** For people: ``the group `docs` ``, `tox.ini`. */
  readonly where: string;
  /** The flag that installs it for one start; undefined: only `--with` does. */
  readonly flag: { readonly name: "group" | "extra" | "package"; readonly value: string } | undefined;
  /** What else has it, where no start does. */
  readonly otherwise?: string;
}

/** A command that a declared distribution provides. */
export interface DeclaredCommand {
  readonly declared: Declared;
  /** The distribution that has it: the declared one, or one that it requires. */
  readonly provider: string;
}

/**
 * The commands that the repo's declarations provide, by name, those of what is `installed` (normalized names) left out.
 * Nothing is run: see `commandsOf`; beside a uv.lock, what a distribution requires counts as well.
 */
export async function declaredCommands(
  root: string,
  project: Project,
  installed: ReadonlySet<string>,
): Promise<ReadonlyMap<string, DeclaredCommand>> {
  const pyproject = await readPyproject(path.join(root, "pyproject.toml"));
  const requires = readLockedGraph(await tableIn(path.join(root, "uv.lock")));
  const found = new Map<string, DeclaredCommand>();
  const add = (command: string, declared: Declared, provider: string): void => {
    if (!found.has(command)) found.set(command, { declared, provider });
  };
  for (const { declared, scripts } of await unbuiltProjects(root, pyproject, installed))
    for (const script of scripts) add(script, { ...declared, name: script }, script);
  const all = [...declaredParts(project), ...(await declaredForTools(root, project, pyproject))];
  for (const declared of all) {
    if (!installed.has(declared.name))
      for (const command of commandsOf(declared.name)) add(command, declared, declared.name);
  }
  for (const declared of all) {
    if (!installed.has(declared.name))
      for (const command of commandsOfHosts(declared.name)) add(command, declared, declared.name);
    for (const provider of requires(declared.name)) {
      if (!installed.has(provider))
        for (const command of commandsOfRequired(provider)) add(command, declared, provider);
    }
  }
  return found;
}

function declaredParts({ declaredGroups, declaredExtras }: Project): Declared[] {
  const parts = [
    ["group", declaredGroups],
    ["extra", declaredExtras],
  ] as const;
  return parts.flatMap(([name, table]) =>
    Object.entries(table).flatMap(([value, texts]) =>
      namesIn(texts).map((one) => ({ name: one, where: `the ${name} \`${value}\``, flag: { name, value } })),
    ),
  );
}

/** Members of the workspace, and the root itself, that are not installed: their commands are known. */
async function unbuiltProjects(
  root: string,
  pyproject: Pyproject | undefined,
  installed: ReadonlySet<string>,
): Promise<{ readonly declared: Declared; readonly scripts: readonly string[] }[]> {
  if (pyproject === undefined) return [];
  const { members } = await readWorkspace(pyproject, new InputCollector());
  return [...members].flatMap(([name, { project, folder }]) => {
    if (installed.has(name) || project === undefined) return [];
    const where = path.relative(root, path.join(folder, "pyproject.toml"));
    const have =
      folder === root
        ? { flag: undefined, otherwise: "a [build-system] in it makes the project a package, which is installed then" }
        : { flag: { name: "package", value: name } as const };
    return [{ declared: { name, where, ...have }, scripts: project.scripts }];
  });
}

/** What requirement files that are left out ask for, and what other tools install into environments of their own. */
async function declaredForTools(
  root: string,
  { leftOut }: Project,
  pyproject: Pyproject | undefined,
): Promise<Declared[]> {
  const at = (name: string) => path.join(root, name);
  const text = (name: string) => readText(at(name)) ?? "";
  const { poetry, pdm, hatch, tox } = pyproject?.tool ?? {};
  const places: (readonly [string, readonly string[]])[] = [
    ...leftOut.files.map((file) => [file, requiredNames(at(file))] as const),
    ["tox.ini", iniDependencies(text("tox.ini"))],
    ["setup.cfg", iniDependencies(text("setup.cfg"))],
    ["tox.toml", textsUnder(await tableIn(at("tox.toml")), TOX_KEYS)],
    ["[tool.tox]", textsUnder(tox, TOX_KEYS)],
    ["noxfile.py", noxDependencies(text("noxfile.py"))],
    ["[tool.hatch.envs]", textsUnder(isTable(hatch) ? hatch.envs : undefined, HATCH_KEYS)],
    ["hatch.toml", textsUnder((await tableIn(at("hatch.toml"))).envs, HATCH_KEYS)],
    ["[tool.poetry]", poetryNames(poetry)],
    ["[tool.pdm.dev-dependencies]", textsUnder(isTable(pdm) ? pdm["dev-dependencies"] : undefined, /./)],
  ];
  return places.flatMap(([where, texts]) => {
    const all = texts.flatMap((one) => [one, ...namesInFile(one, root)]);
    return namesIn(all).map((name) => ({ name, where, flag: undefined }));
  });
}

/** What the requirement file asks for that a line of tox's or nox's names, where it is one of the repo's. */
function namesInFile(line: string, root: string): string[] {
  const [, name] = /^\s*(?:-r|--requirement)[\s=]*(?:\{(?:toxinidir|tox_root)\}\/)?(.+?)\s*$/.exec(line) ?? [];
  const file = path.resolve(root, name ?? "");
  return name === undefined || isOutside(file, root) ? [] : requiredNames(file);
}

const TOX_KEYS = /^deps$/;
const HATCH_KEYS = /^(?:extra-)?dependencies$/;

/** tox's `deps`, of all environments; a line may begin with the factors that it holds for. */
function iniDependencies(text: string): string[] {
  return [...parseIni(text).entries()]
    .filter(([section]) => /^(?:testenv|base|tox:)/.test(section))
    .flatMap(([, entries]) => (entries.get("deps") ?? "").split("\n"))
    .map((line) => line.replace(/^[\w,!{}.\s-]+:\s+/, ""));
}

/** The words in quotes of each `session.install(…)`, a file together with the option before it. */
function noxDependencies(text: string): string[] {
  return [...text.matchAll(/\.install\(([^)]*)\)/g)].flatMap(([, args = ""]) => {
    const words = [...args.matchAll(/(["'])([^"'\n]+)\1/g)].map((word) => word[2] as string);
    return words.map((word, index) => (IS_FILE_NEXT.test(words[index - 1] ?? "") ? `-r ${word}` : word));
  });
}

const IS_FILE_NEXT = /^(?:-r|--requirement)$/;

/** All texts in lists below these keys, however deep. */
function textsUnder(value: unknown, keys: RegExp): string[] {
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    Array.isArray(inner) && keys.test(key)
      ? inner.filter((one): one is string => typeof one === "string")
      : textsUnder(inner, keys),
  );
}

function poetryNames(poetry: unknown): string[] {
  if (!isTable(poetry)) return [];
  const groups = isTable(poetry.group) ? Object.values(poetry.group) : [];
  const tables = [
    poetry["dev-dependencies"],
    ...groups.map((group) => (isTable(group) ? group.dependencies : undefined)),
  ];
  return tables.flatMap((table) => (isTable(table) ? Object.keys(table) : []));
}

function namesIn(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => requirementHead(text)?.name ?? []))];
}
