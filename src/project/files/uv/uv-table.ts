import { isTable, type Table } from "../../../toml.ts";
import { normalizeName } from "../../packages.ts";
import type { View } from "../view.ts";

/** `[tool.uv]` of a project, as far as it says what is to be installed. */
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
  readonly workspace: boolean;
  readonly path: string | undefined;
  readonly package: boolean | undefined;
  readonly editable: boolean;
  readonly url: string | undefined;
  readonly git: string | undefined;
  /** Of git: what is checked out, and the folder of the project in it, which an archive may have too. */
  readonly reference: string | undefined;
  readonly subdirectory: string | undefined;
  /** The name of an index. */
  readonly index: string | undefined;
  /** When it holds alone. */
  readonly marker: string | undefined;
  readonly extra: string | undefined;
  readonly group: string | undefined;
}

export function readUvTable(view: View, uv: Table): UvTable {
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
  return entries.map((source) => {
    const text = (key: string) => (typeof source[key] === "string" ? (source[key] as string) : undefined);
    return {
      name: normalizeName(name),
      workspace: source.workspace === true,
      path: text("path"),
      package: typeof source.package === "boolean" ? source.package : undefined,
      editable: source.editable === true,
      url: text("url"),
      git: text("git"),
      reference: text("rev") ?? text("tag") ?? text("branch"),
      subdirectory: text("subdirectory"),
      index: text("index"),
      marker: text("marker"),
      extra: text("extra") === undefined ? undefined : normalizeName(text("extra") as string),
      group: text("group") === undefined ? undefined : normalizeName(text("group") as string),
    };
  });
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
