import * as path from "node:path";
import { MOST, readText } from "../../edges/files/read.ts";
import { isTable, parseToml, type Table } from "../../toml.ts";
import { normalizeName } from "../packages.ts";
import { type GroupTable, readGroups } from "./groups.ts";
import { readUvTable, type UvTable } from "./uv/uv-table.ts";
import { View } from "./view.ts";

/** A pyproject.toml as far as it says what is to be installed. Names are normalized. */
export interface Pyproject {
  readonly file: string;
  readonly folder: string;
  /** PEP 621; absent in a file that only configures tools. */
  readonly project: ProjectTable | undefined;
  readonly hasBuildSystem: boolean;
  /** PEP 517's `build-backend`. */
  readonly buildBackend: string | undefined;
  /** PEP 735, with uv's older `tool.uv.dev-dependencies` added to `dev`, as uv reads them. */
  readonly groups: GroupTable;
  readonly uv: UvTable;
  readonly tool: Table;
}

export interface ProjectTable {
  readonly name: string | undefined;
  /** Absent: none are declared, or they are dynamic. */
  readonly dependencies: readonly string[] | undefined;
  readonly extras: Readonly<Record<string, readonly string[]>>;
  readonly dynamic: readonly string[];
  /** `requires-python`, a range by PEP 440. */
  readonly requiresPython: string | undefined;
  /** Names of the commands that it declares. */
  readonly scripts: readonly string[];
}

/** Reads a pyproject.toml; `undefined` when there is none. A wrong type of a key that matters here is an error. */
export async function readPyproject(file: string): Promise<Pyproject | undefined> {
  const text = readText(file, MOST.written);
  if (text === undefined) return undefined;
  const document = await parseToml(text, file);
  const view = new View(file);
  const tool = view.table(document, "tool");
  const uv = view.table(tool, "tool.uv");
  const groups = view.table(document, "dependency-groups");
  const buildSystem = view.table(document, "build-system");
  return {
    file,
    folder: path.dirname(file),
    project: document.project === undefined ? undefined : readProject(view, view.table(document, "project")),
    hasBuildSystem: document["build-system"] !== undefined,
    buildBackend: typeof buildSystem["build-backend"] === "string" ? buildSystem["build-backend"] : undefined,
    groups: readGroups(groups, file, view.texts(uv, "tool.uv.dev-dependencies") ?? []),
    uv: readUvTable(view, uv),
    tool,
  };
}

function readProject(view: View, project: Table): ProjectTable {
  const extras: Record<string, readonly string[]> = {};
  const optional = view.table(project, "project.optional-dependencies");
  for (const name of Object.keys(optional)) {
    extras[normalizeName(name)] = view.texts(optional, `project.optional-dependencies.${name}`, name) ?? [];
  }
  return {
    name: typeof project.name === "string" ? project.name : undefined,
    dependencies: view.texts(project, "project.dependencies"),
    extras,
    dynamic: view.texts(project, "project.dynamic") ?? [],
    requiresPython: typeof project["requires-python"] === "string" ? project["requires-python"] : undefined,
    scripts: ["scripts", "gui-scripts"].flatMap((key) => Object.keys(isTable(project[key]) ? project[key] : {})),
  };
}
