import * as path from "node:path";
import type { Config } from "../config/config.ts";
import type { VenvDriver } from "../config/source.ts";
import { InputCollector } from "../inputs/collector.ts";
import { refuseUnclear } from "./additions.ts";
import { choicesOf } from "./brought.ts";
import { relevantContents } from "./build-inputs.ts";
import { inspectDescriptors } from "./descriptors.ts";
import { watchProject } from "./dynamic.ts";
import { expandGroups } from "./files/groups.ts";
import { readPylock } from "./files/pylock.ts";
import { type Pyproject, readPyproject } from "./files/pyproject.ts";
import { type RequirementOptions, readOptions } from "./files/requirement-options.ts";
import { followRequirements } from "./files/requirements.ts";
import { readUvSettings, refuseUnfitSettings, type UvSettings } from "./files/uv-settings.ts";
import { followSources, readLockedSources, readWorkspace, type Workspace } from "./files/workspace.ts";
import { foundRequirements } from "./found-requirements.ts";
import { kindOf } from "./kind.ts";
import { describeLeftOut, partsLeftOut, requirementsLeftOut } from "./left-out.ts";
import { noteFound, noteUnread } from "./notes.ts";
import { offersOf, readDeclarations, requirementsWithExtras } from "./offers.ts";
import { normalizeName } from "./packages.ts";
import type { GroupSource, LeftOut, LocalProject, Project, ProjectKind } from "./project.ts";
import { type RootFiles, readRootFiles } from "./root-files.ts";
import { leavesOut, select } from "./selection.ts";

/**
 * Reads what the repo in `root` (absolute, physical) asks to be installed; pip, as the driver, does not read a uv.lock.
 * Nothing is run and nothing written. Throws when the files contradict themselves, ask for what they do not declare, or
 * are another tool's alone.
 */
export async function inspectProject(root: string, config: Config, driver: VenvDriver = "venv_uv"): Promise<Project> {
  if (config.protoprimer !== null) return inspectDescriptors(root, config.protoprimer);
  const inputs = new InputCollector();
  const files = await readRootFiles(root, inputs, driver);
  const asked = config.requirements.value;
  const kind = kindOf(files, asked);
  refuseUnclear(config.oneStart, kind);
  const workspace = files.pyproject === undefined ? undefined : await readWorkspace(files.pyproject, inputs);
  const isByUv = driver === "venv_uv" && kind !== "nothing";
  const uvSettings = isByUv ? await readUvSettings(workspace?.root.folder ?? root, inputs) : NO_SETTINGS;
  if (kind !== "uv-lock") refuseUnfitSettings(uvSettings, root);
  const packages = config.installPackages.value;
  const targets = chooseTargets(files, workspace, packages);
  const packageFolders = targets.filter(isPackage).map((target) => target.folder);
  if (files.pyproject?.project === undefined && canBuildRoot(kind, files)) packageFolders.unshift(root);
  const groupsAlone = config.oneStart.onlyGroups !== null;
  const installsRoot = packageFolders.includes(root) && !groupsAlone;

  const pylock = kind === "pylock" ? await readPylock(path.join(root, "pylock.toml")) : undefined;
  const isLocked = kind === "uv-lock" || kind === "pylock";
  const declaring = declaringOf(files, targets, packages);
  const declared = readDeclarations(files, targets, declaring, installsRoot);
  const offers = offersOf(kind, files, declared, workspace, pylock);
  const selection = select(config, offers, { infer: !isLocked });
  const usesDefaults = isLocked && config.installGroups.value === null && !leavesOut(config.oneStart);

  const found = isLocked ? [] : foundRequirements(kind, files, config.oneStart);
  const requirementFiles = groupsAlone ? [] : (asked ?? found);
  const followed = followRequirements(root, requirementFiles, inputs);
  const options = driver === "venv_uv" ? readOptions(followed.lines) : undefined;
  const virtual = isLocked || groupsAlone ? [] : targets.filter((target) => !isPackage(target));
  const groupSources = isLocked ? [] : sourcesOf(declaring, selection.groups);
  for (const { file } of pylock?.archives ?? []) inputs.file(file);
  const locked = kind === "uv-lock" ? readLockedSources(path.join(root, "uv.lock")) : undefined;
  for (const archive of locked?.archives ?? []) inputs.file(archive);
  for (const folder of locked?.virtual ?? []) inputs.file(path.join(folder, "pyproject.toml"));

  const named = [
    ...(groupsAlone ? [] : packageFolders),
    ...foreignTo(workspace, locked?.projects ?? []),
    ...(pylock?.projects ?? []),
    ...followed.localProjects,
  ];
  const starts = await readStarts(targets, named);
  const localProjects = [...new Set([...named, ...(await followSources(starts, workspace, inputs))])];
  const watched = await Promise.all(localProjects.map((folder) => watchProject(folder, inputs)));

  const leftOut: LeftOut = {
    ...partsLeftOut(offers, choicesOf(selection)),
    files: requirementsLeftOut(files, requirementFiles),
  };
  const project = { kind, installsRoot, packages, requirementFiles, groupsAlone };
  return {
    ...project,
    name: nameOf(files),
    extras: selection.extras,
    groups: usesDefaults ? null : selection.groups,
    editables:
      kind === "uv-lock" || groupsAlone
        ? []
        : packageFolders.map((folder) => withExtras(folder, targets, selection.extras)),
    virtualProjects: virtual.map(({ folder }) => withExtras(folder, targets, selection.extras)),
    virtualRequirements: virtual.flatMap((target) => requirementsWithExtras(target, selection.extras)),
    groupRequirements: kind === "pylock" ? [] : expandChosen(declaring, selection.groups),
    requirementLines: followed.lines,
    requirementOptions: options ?? null,
    groupSources,
    uvSettings,
    localProjects,
    declaredExtras: declared.extras,
    declaredGroups: declared.groups,
    installGroups: [],
    constraintsFile: null,
    warnings: [
      ...fromAbove(uvSettings, workspace?.root.folder ?? root),
      ...passedOver(options),
      ...(driver === "venv_uv" ? unseen(followed.remote) : []),
    ],
    notes: [...noteFound(project, asked === null), ...(usesDefaults ? [] : selection.notes)],
    leftOut,
    omissions: [...noteUnread(project, files), ...describeLeftOut(leftOut, kind)],
    inputs: inputs.list(),
    relevantContents: await relevantContents(inputs.list()),
    variables: [...new Set([...watched.flatMap(({ variables }) => variables), ...followed.variables])],
    localNames: watched.flatMap(({ name }) => name ?? []),
    rebuilt: watched.flatMap(({ name, readsMore }) => (readsMore ? (name ?? []) : [])),
  };
}

/** The projects whose dependencies, extras and groups count: as `uv sync`, with its `--package` and `--all-packages`. */
function chooseTargets(
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

/** A workspace's lock names all members, installed or not; what is needed of those, their sources tell. */
function foreignTo(workspace: Workspace | undefined, folders: readonly string[]): string[] {
  const members = new Set([...(workspace?.members.values() ?? [])].map((member) => member.folder));
  return folders.filter((folder) => !members.has(folder));
}

/** uv's rule: `tool.uv.package` decides, else whether there is a [build-system]. */
function isPackage({ project, uv, hasBuildSystem }: Pyproject): boolean {
  return project !== undefined && (uv.package ?? hasBuildSystem);
}

/** Whether a root without [project] is installed: pip and uv take a setup.py, or a setup.cfg beside a pyproject.toml. */
function canBuildRoot(kind: ProjectKind, { pyproject, setupPy, setupCfg }: RootFiles): boolean {
  if (kind === "setup") return true;
  if (kind !== "requirements" && kind !== "pylock") return false;
  return setupPy !== undefined || (setupCfg !== undefined && pyproject !== undefined);
}

async function readStarts(targets: readonly Pyproject[], folders: readonly string[]): Promise<Pyproject[]> {
  const known = new Set(targets.map((target) => target.folder));
  const others = folders.filter((folder) => !known.has(folder));
  const read = await Promise.all(others.map((folder) => readPyproject(path.join(folder, "pyproject.toml"))));
  return [...targets, ...read.filter((found) => found !== undefined)];
}

/** The files whose groups count: the root's, unless other projects alone were chosen, and those of the chosen projects. */
function declaringOf(
  { pyproject }: RootFiles,
  targets: readonly Pyproject[],
  packages: readonly string[] | "all" | null,
): Pyproject[] {
  const isRootChosen = packages === null || packages === "all" || pyproject === undefined;
  return [...new Set([...(isRootChosen && pyproject !== undefined ? [pyproject] : []), ...targets])];
}

function sourcesOf(declaring: readonly Pyproject[], groups: readonly string[]): GroupSource[] {
  return declaring.flatMap(({ file, uv, groups: { entries } }) =>
    groups
      .filter((name) => entries.has(name))
      .map((name) => ({ file, name, requiresPython: uv.groupsRequirePython[name] })),
  );
}

/** A project with those of the chosen extras that it has, as far as that can be told without running anything. */
function withExtras(folder: string, targets: readonly Pyproject[], extras: readonly string[]): LocalProject {
  const project = targets.length < 2 ? undefined : targets.find((target) => target.folder === folder)?.project;
  const isKnown = project !== undefined && !project.dynamic.includes("optional-dependencies");
  return { folder, extras: isKnown ? extras.filter((name) => Object.hasOwn(project.extras, name)) : extras };
}

function expandChosen(declaring: readonly Pyproject[], groups: readonly string[]): string[] {
  const texts = declaring.flatMap(({ groups: table }) =>
    expandGroups(
      table,
      groups.filter((name) => table.entries.has(name)),
    ),
  );
  return [...new Set(texts)];
}

const NO_SETTINGS: UvSettings = { file: undefined, table: {} };

/** uv looks for its settings above a repo, too. */
function fromAbove({ file }: UvSettings, folder: string): string[] {
  if (file === undefined || path.dirname(file) === folder) return [];
  return [`uv takes its settings from ${file}, above the repo, which has none of its own`];
}

function passedOver(options: RequirementOptions | undefined): string[] {
  return (options?.passedOver ?? []).map((option) => `passed over, since uv has no such choice: ${option}`);
}

function unseen(remote: readonly string[]): string[] {
  return remote.map((include) => `prime can't look into ${include}: digests in it are not compared`);
}

function nameOf({ root, pyproject, setupCfg, setupPy }: RootFiles): string {
  return pyproject?.project?.name ?? setupCfg?.name ?? setupPy?.name ?? path.basename(root);
}
