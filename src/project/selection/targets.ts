import { isTable } from "../../toml.ts";
import type { Pyproject } from "../files/pyproject.ts";
import type { NeededSource } from "../files/uv/sources.ts";
import type { Workspace } from "../files/uv/workspace.ts";
import { KINDS, type ProjectKind } from "../kinds.ts";
import { normalizeName, requirementHead } from "../packages.ts";
import type { GroupSource, LocalProject, Project } from "../project.ts";
import type { RootFiles } from "../root-files.ts";
import { requirementsWithExtras } from "./offers.ts";
import type { Selection } from "./selection.ts";

/** The projects whose dependencies, extras and groups count: as `uv sync`, with its `--package` and `--all-packages`. */
export function chooseTargets(
  { pyproject }: RootFiles,
  workspace: Workspace | undefined,
  packages: readonly string[] | "all" | null,
): Pyproject[] {
  if (pyproject === undefined || workspace === undefined) return [];
  const isVirtualRoot = pyproject.project === undefined && pyproject.uv.workspace !== undefined;
  if (packages === "all" || (packages === null && isVirtualRoot)) return [...workspace.members.values()];
  if (packages === null) return pyproject.project === undefined ? [] : [pyproject];
  return packages.flatMap((name) => workspace.members.get(normalizeName(name)) ?? []);
}

/** Whether no project is to be installed, not even the root's: what groups and requirement files ask for is. */
export function namesNone(packages: Project["packages"]): boolean {
  return packages?.length === 0;
}

/** uv's rule: `tool.uv.package` decides, else whether there is a [build-system]; but Poetry's builds no application. */
export function isPackage({ project, uv, hasBuildSystem, tool }: Pyproject): boolean {
  return project !== undefined && (uv.package ?? (hasBuildSystem && !isApplication(tool)));
}

function isApplication({ poetry }: Pyproject["tool"]): boolean {
  return isTable(poetry) && poetry["package-mode"] === false;
}

/** Whether a root without [project] is installed, where the kind of the repo leaves it open. */
export function canBuildRoot(kind: ProjectKind, { pyproject, setupPy, setupCfg }: RootFiles): boolean {
  const { buildsRoot } = KINDS[kind];
  if (buildsRoot !== "where described") return buildsRoot === "always";
  return (
    setupPy !== undefined || (pyproject !== undefined && (setupCfg !== undefined || isBuiltWithoutProject(pyproject)))
  );
}

/**
 * Whether a build backend finds out by itself what a pyproject.toml without [project] describes: Poetry's, flit's and others'
 * own tables. setuptools would make a distribution of whatever lies in the folder.
 */
export function isBuiltWithoutProject({ hasBuildSystem, buildBackend, project, tool }: Pyproject): boolean {
  const finds = buildBackend !== undefined && !buildBackend.startsWith("setuptools");
  return hasBuildSystem && project === undefined && finds && !isApplication(tool);
}

/** The files whose groups count: the root's, unless other projects alone were chosen, and those of the chosen projects. */
export function declaringOf(
  { pyproject }: RootFiles,
  targets: readonly Pyproject[],
  packages: readonly string[] | "all" | null,
): Pyproject[] {
  const isRootChosen = packages === null || packages === "all" || namesNone(packages) || pyproject === undefined;
  return [...new Set([...(isRootChosen && pyproject !== undefined ? [pyproject] : []), ...targets])];
}

export function sourcesOf(declaring: readonly Pyproject[], groups: readonly string[]): GroupSource[] {
  return declaring.flatMap(({ file, uv, groups: { entries } }) =>
    groups
      .filter((name) => entries.has(name))
      .map((name) => ({ file, name, requiresPython: uv.groupsRequirePython[name] })),
  );
}

/** A project with those of the chosen extras that it has, as far as that can be told without running anything. */
export function withExtras(folder: string, targets: readonly Pyproject[], extras: readonly string[]): LocalProject {
  const project = targets.length < 2 ? undefined : targets.find((target) => target.folder === folder)?.project;
  const isKnown = project !== undefined && !project.dynamic.includes("optional-dependencies");
  return { folder, extras: isKnown ? extras.filter((name) => Object.hasOwn(project.extras, name)) : extras };
}

/** Whether a source is one of what was chosen: of the projects themselves what is required, of all below what they may require. */
export function neededBy(
  targets: readonly Pyproject[],
  { extras, groups }: Pick<Selection, "extras" | "groups">,
  groupRequirements: readonly string[],
): (source: NeededSource) => boolean {
  const chosen = new Set(targets.map(({ folder }) => folder));
  const texts = [...targets.flatMap((target) => requirementsWithExtras(target, extras)), ...groupRequirements];
  const names = new Set(texts.map((text) => requirementHead(text)?.name));
  return ({ project, name, extra, group }) => {
    if (!chosen.has(project)) return group === undefined;
    const isAsked = (extra === undefined || extras.includes(extra)) && (group === undefined || groups.includes(group));
    return names.has(name) && isAsked;
  };
}
