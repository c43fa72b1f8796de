import * as path from "node:path";
import { MOST, readText } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { isTable, parseToml, type Table } from "../../toml.ts";
import { normalizeName } from "../packages.ts";
import { type GroupTable, readGroups } from "./groups.ts";

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

export interface UvTable {
  /** `tool.uv.package`: whether uv builds and installs the project itself. */
  readonly package: boolean | undefined;
  readonly managed: boolean;
  readonly defaultGroups: readonly string[] | "all" | undefined;
  readonly workspace: { readonly members: readonly string[]; readonly exclude: readonly string[] } | undefined;
  readonly sources: readonly UvSource[];
  readonly cacheKeys: readonly unknown[];
  /** Ranges of Python that single groups need (`tool.uv.dependency-groups`), by their names. */
  readonly groupsRequirePython: Readonly<Record<string, string>>;
  /** `tool.uv.conflicts`: sets of which one may be installed at a time; names normalized. */
  readonly conflicts: readonly (readonly UvConflict[])[];
}

/** One extra or group of a set, of the project itself unless a member is named. */
export interface UvConflict {
  readonly package: string | undefined;
  readonly what: "group" | "extra";
  readonly name: string;
}

/** One entry of `tool.uv.sources`; a list of entries (one for each marker) becomes several. */
export interface UvSource {
  readonly name: string;
  readonly path: string | undefined;
  readonly workspace: boolean;
  readonly package: boolean | undefined;
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
    uv: readUv(view, uv),
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

function readUv(view: View, uv: Table): UvTable {
  const workspace = view.table(uv, "tool.uv.workspace");
  return {
    package: typeof uv.package === "boolean" ? uv.package : undefined,
    managed: uv.managed !== false,
    defaultGroups:
      uv["default-groups"] === "all" ? "all" : view.texts(uv, "tool.uv.default-groups")?.map(normalizeName),
    workspace:
      uv.workspace === undefined
        ? undefined
        : {
            members: view.texts(workspace, "tool.uv.workspace.members") ?? [],
            exclude: view.texts(workspace, "tool.uv.workspace.exclude") ?? [],
          },
    sources: Object.entries(view.table(uv, "tool.uv.sources")).flatMap(([name, entry]) => readSources(name, entry)),
    conflicts: (Array.isArray(uv.conflicts) ? uv.conflicts : []).map(readConflict),
    cacheKeys: Array.isArray(uv["cache-keys"]) ? uv["cache-keys"] : [],
    groupsRequirePython: Object.fromEntries(
      Object.entries(view.table(uv, "tool.uv.dependency-groups")).flatMap(([name, group]) =>
        isTable(group) && typeof group["requires-python"] === "string"
          ? [[normalizeName(name), group["requires-python"]] as const]
          : [],
      ),
    ),
  };
}

function readSources(name: string, entry: unknown): UvSource[] {
  const entries = (Array.isArray(entry) ? entry : [entry]).filter(isTable);
  return entries.map((source) => ({
    name: normalizeName(name),
    path: typeof source.path === "string" ? source.path : undefined,
    workspace: source.workspace === true,
    package: typeof source.package === "boolean" ? source.package : undefined,
  }));
}

/** What uv does not take there is uv's to refuse; a set of whole packages is no matter of a choice. */
function readConflict(set: unknown): UvConflict[] {
  return (Array.isArray(set) ? set : []).filter(isTable).flatMap((entry) =>
    (["group", "extra"] as const).flatMap((what) => {
      const { package: member, [what]: name } = entry;
      if (typeof name !== "string") return [];
      const normal = typeof member === "string" ? normalizeName(member) : undefined;
      return [{ package: normal, what, name: normalizeName(name) }];
    }),
  );
}

/** Typed looks into a TOML document; `key` is the dotted path, its last part the name looked up unless one is given. */
class View {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  table(parent: Table, key: string): Table {
    const value = parent[lastPart(key)] ?? {};
    if (!isTable(value)) throw this.#wrong(key, "a table");
    return value;
  }

  texts(parent: Table, key: string, name = lastPart(key)): readonly string[] | undefined {
    const value = parent[name];
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw this.#wrong(key, "a list of texts");
    }
    return value;
  }

  #wrong(key: string, expected: string): PrimeError {
    return new PrimeError("bad-pyproject", `could not read ${this.#file}: \`${key}\` is not ${expected}`, {
      hint: "mend that key; nothing was installed or changed",
    });
  }
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
