import { isTable } from "../../toml.ts";
import { dynamicExtras } from "../built/dynamic.ts";
import { ownRequirements } from "../files/groups.ts";
import type { Pylock } from "../files/pylock.ts";
import type { Pyproject } from "../files/pyproject.ts";
import type { ProjectKind } from "../kinds.ts";
import { normalizeName, requirementHead } from "../packages.ts";
import type { RootFiles } from "../root-files.ts";
import { type Brought, choicesOf, type Part, readBrought, withBrought } from "./brought.ts";
import type { Offers } from "./selection.ts";

type Declared = Record<string, readonly string[]>;

/** What a repo declares to choose from, with the requirement texts where they can be told. */
export interface Declarations {
  readonly extras: Declared;
  readonly extrasAreKnown: boolean;
  readonly groups: Declared;
  readonly brought: Brought;
  readonly conflicts: readonly (readonly Part[])[];
}

/** The extras of the targets (see `chooseTargets`) and of the root, and the groups of those whose groups count. */
export function readDeclarations(
  files: RootFiles,
  targets: readonly Pyproject[],
  declaring: readonly Pyproject[],
  installsRoot: boolean,
): Declarations {
  const groups: Declared = Object.assign({}, ...declaring.map((source) => ownRequirements(source.groups)).reverse());
  const extras: Declared = {};
  let extrasAreKnown = true;
  for (const { project, ...target } of targets) {
    Object.assign(extras, project?.extras);
    if (project?.dynamic.includes("optional-dependencies") !== true) continue;
    const names = dynamicExtras({ project, ...target });
    for (const name of names) extras[name] ??= [];
    if (names.length === 0) extrasAreKnown = addSetupExtras(files, extras) && extrasAreKnown;
  }
  if (files.pyproject?.project === undefined && installsRoot)
    extrasAreKnown = addSetupExtras(files, extras) && extrasAreKnown;
  const sources = [...new Set([...(files.pyproject === undefined ? [] : [files.pyproject]), ...declaring, ...targets])];
  const names = sources.flatMap(({ project }) => (project?.name === undefined ? [] : [normalizeName(project.name)]));
  const conflicts = sources.flatMap(({ uv }) =>
    uv.conflicts.map((set) => set.filter((one) => one.package === undefined || names.includes(one.package))),
  );
  return { extras, extrasAreKnown, groups, brought: readBrought(sources), conflicts };
}

/** Adds what setup.cfg, setup.py and Poetry's table declare; tells whether that is all there can be. */
function addSetupExtras(files: RootFiles, extras: Declared): boolean {
  Object.assign(extras, files.setupPy?.extras, files.setupCfg?.extras);
  const { poetry } = files.pyproject?.tool ?? {};
  if (isTable(poetry) && isTable(poetry.extras))
    for (const name of Object.keys(poetry.extras)) extras[normalizeName(name)] ??= [];
  const backend = files.pyproject?.buildBackend ?? "setuptools";
  const described = files.setupPy !== undefined || files.setupCfg !== undefined;
  return described && backend.startsWith("setuptools") && (files.setupPy?.extrasAreKnown ?? true);
}

/** The choice as `select` wants it; `first` is the one of the declaring projects whose default groups count. */
export function offersOf(
  kind: ProjectKind,
  files: RootFiles,
  declared: Declarations,
  first: Pyproject | undefined,
  lock: Pylock | undefined,
): Offers {
  const packages = [...(files.workspace?.members.keys() ?? [])];
  if (kind === "pylock" && lock !== undefined) {
    const none = { brought: new Map(), conflicts: [] };
    const defaultGroups = lock.defaultGroups.filter((name) => lock.groups.includes(name));
    const ownGroups =
      files.pyproject?.project === undefined ? [] : defaultGroups.filter((name) => !(name in declared.groups));
    return { ...lock, ...none, defaultGroups, ownGroups, where: "pylock.toml", extrasAreKnown: true, packages };
  }
  const { brought, conflicts } = declared;
  return {
    brought,
    conflicts,
    where: files.pyproject !== undefined ? "pyproject.toml" : files.setupPy !== undefined ? "setup.py" : "the repo",
    extras: Object.keys(declared.extras),
    extrasAreKnown: declared.extrasAreKnown,
    groups: Object.keys(declared.groups),
    defaultGroups: first?.uv.defaultGroups,
    ownGroups: [],
    packages,
  };
}

/**
 * The requirements of a project and of the chosen extras, each text once. An extra that asks for the project itself
 * with further extras (`all = ["me[cli,dev]"]`) is followed.
 */
export function requirementsWithExtras(target: Pyproject, extras: readonly string[]): string[] {
  const { name = "", dependencies = [], extras: declared = {} } = target.project ?? {};
  const own = normalizeName(name);
  const all = withBrought(choicesOf({ extras, groups: [] }), readBrought([target]));
  const texts = all.flatMap((extra) => declared[extra.name] ?? []);
  return [...new Set([...dependencies, ...texts.filter((text) => requirementHead(text)?.name !== own)])];
}
