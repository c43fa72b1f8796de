import * as path from "node:path";
import type { Config } from "../config/config.ts";
import type { VenvDriver } from "../config/source.ts";
import { isFile, MOST } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import { InputCollector } from "../inputs/collector.ts";
import { relevantContents } from "./built/build-inputs.ts";
import { inspectDescriptors } from "./built/descriptors.ts";
import { namesAndVariables, watchProject } from "./built/dynamic.ts";
import { expandGroups } from "./files/groups.ts";
import { type Pylock, readPylock } from "./files/pylock.ts";
import { type Pyproject, readPyproject } from "./files/pyproject.ts";
import { type RequirementOptions, readOptions } from "./files/requirement-options.ts";
import { extrasOfRoot, followRequirements } from "./files/requirements.ts";
import { readLockedSources } from "./files/uv/locked-sources.ts";
import { followSources } from "./files/uv/sources.ts";
import { NO_USER_SETTINGS } from "./files/uv/user-settings.ts";
import { readUvSettings, refuseUnfitSettings, type UvSettings } from "./files/uv/uv-settings.ts";
import type { Workspace } from "./files/uv/workspace.ts";
import { kindOf } from "./kind-of.ts";
import { KINDS, type ProjectKind } from "./kinds.ts";
import { asksForNothing, noteBelow, noteFound, notePins, noteScripts, noteSubmodules, noteUnread } from "./notes.ts";
import type { LeftOut, Project } from "./project.ts";
import type { LockedNeeds } from "./pylock-fit.ts";
import { type RootFiles, readRootFiles } from "./root-files.ts";
import { refuseUnclear } from "./selection/additions.ts";
import { choicesOf } from "./selection/brought.ts";
import { foundRequirements } from "./selection/found-requirements.ts";
import { describeLeftOut, partsLeftOut, requirementsLeftOut } from "./selection/left-out.ts";
import { offersOf, readDeclarations, requirementsWithExtras } from "./selection/offers.ts";
import { leavesOut, type Selection, select } from "./selection/selection.ts";
import {
  canBuildRoot,
  chooseTargets,
  declaringOf,
  isPackage,
  namesNone,
  neededBy,
  sourcesOf,
  withExtras,
} from "./selection/targets.ts";

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
  const { workspace } = files;
  const isByUv = driver === "venv_uv";
  const settled = workspace?.root.folder ?? root;
  const uvSettings = kind === "nothing" ? NO_SETTINGS : await readUvSettings(settled, inputs, { above: isByUv });
  if (kind !== "uv-lock") refuseUnfitSettings(uvSettings, root);

  const packages = config.install_packages.value;
  const targets = chooseTargets(files, workspace, packages);
  const groupsAlone = config.oneStart.onlyGroups !== null || (kind === "uv-lock" && namesNone(packages));
  const packageFolders = foldersToBuild(files, kind, targets, packages);
  const installsRoot = packageFolders.includes(root) && !groupsAlone;
  const pylock = kind === "pylock" ? await readPylock(path.join(root, "pylock.toml")) : undefined;
  const { isLocked } = KINDS[kind];
  const declaring = declaringOf(files, targets, packages);
  const declared = readDeclarations(files, targets, declaring, installsRoot);
  const offers = offersOf(kind, files, declared, declaring[0], pylock);

  const found = isLocked ? [] : foundRequirements(kind, files, config.oneStart);
  const requirementFiles = groupsAlone ? [] : (asked ?? found);
  const followed = followRequirements(root, requirementFiles, inputs);
  const byFiles = extrasOfRoot(followed.lines, root);
  const selection = select(config, offers, { infer: !isLocked, byFiles });
  if (groupsAlone && selection.groups.length === 0) {
    throw new PrimeError(
      "config-value",
      `could not choose what to install from uv.lock for ${root}: \`install_packages\` names no project, and no group is chosen`,
      "name one of the two: `install_packages`, `install_groups`",
    );
  }
  const usesDefaults = isLocked && config.install_groups.value === null && !leavesOut(config.oneStart) && !groupsAlone;

  const options = isByUv ? readOptions(followed.lines) : undefined;
  const locked = followLocks(files, pylock, inputs);
  const named = [...(groupsAlone ? [] : packageFolders), ...locked, ...followed.localProjects];
  const starts = await readStarts(targets, named);
  const { folders, virtual: virtualSources, sources } = await followSources(starts, workspace, inputs);
  const localProjects = [...new Set([...named, ...folders])];
  const watched = await Promise.all(localProjects.map((folder) => watchProject(folder, inputs)));

  const asks = (target: Pyproject) => !isPackage(target) && !asksForNothing(target); // uv would build one of Poetry's
  const virtual = isLocked || groupsAlone ? [] : targets.filter(asks);
  const groupSources = isLocked ? [] : sourcesOf(declaring, selection.groups);
  const groupRequirements = kind === "pylock" ? [] : expandChosen(declaring, selection.groups);
  const { groups, extras } = selection;
  const leftOut: LeftOut = {
    ...partsLeftOut(offers, choicesOf({ groups, extras: [...extras, ...byFiles] }), declared),
    files: requirementsLeftOut(files, followed.files),
  };
  const mayHaveMore = !declared.extrasAreKnown && files.setupPy?.extrasAreKnown === false && extras.length === 0;
  const limits = path.join(root, "constraints.txt");
  const installsMore = [groups, extras, requirementFiles].some(({ length }) => length > 0);
  const project = { kind, installsRoot, packages, requirementFiles, groupsAlone };
  return {
    ...project,
    ...writtenIn(kind, files, requirementFiles),
    name: nameOf(files),
    extras: selection.extras,
    groups: usesDefaults ? null : selection.groups,
    editables:
      kind === "uv-lock" || groupsAlone
        ? []
        : packageFolders.map((folder) => withExtras(folder, targets, selection.extras)),
    virtualProjects: virtual.map(({ folder }) => withExtras(folder, targets, selection.extras)),
    virtualRequirements: virtual.flatMap((target) => requirementsWithExtras(target, selection.extras)),
    groupRequirements,
    requirementLines: followed.lines,
    requirementOptions: options ?? null,
    groupSources,
    uvSettings,
    userSettings: NO_USER_SETTINGS,
    uvLock: files.uvLock ?? null,
    lockedNeeds: pylock === undefined ? null : needsOf(files, pylock, selection),
    localProjects,
    virtualSources,
    sources: sources.filter(neededBy(targets, selection, groupRequirements)),
    declaredExtras: offered(declared.extras, offers.extras),
    declaredGroups: offered(declared.groups, offers.groups),
    installGroups: [],
    constraintsFile: null,
    warnings: [
      ...fromAbove(uvSettings, settled),
      ...passedOverLock(files),
      ...passedOver(options),
      ...(isByUv ? unseen(followed.remote) : []),
      ...inputs.deadLinks(root),
    ],
    notes: [...noteFound(project, asked === null), ...(usesDefaults ? [] : selection.notes)],
    leftOut,
    omissions: [
      ...notePins(root, config),
      ...noteUnread({ ...project, installsMore }, files),
      ...(isLocked || followed.files.includes(limits) || !isFile(limits)
        ? []
        : ["constraints.txt limits nothing: no requirement file names it (-c)."]),
      ...noteSubmodules(root),
      ...noteBelow(project, files),
      ...noteScripts(root),
      ...describeLeftOut(leftOut, kind, mayHaveMore),
    ],
    inputs: inputs.list(),
    relevantContents: await relevantContents(inputs.list()),
    ...namesAndVariables(watched, followed.variables),
  };
}

/** Chosen projects that are packages, and a root without [project] that can be built. */
function foldersToBuild(
  files: RootFiles,
  kind: ProjectKind,
  targets: readonly Pyproject[],
  packages: Project["packages"],
): string[] {
  const isRoot = files.pyproject?.project === undefined && !namesNone(packages) && canBuildRoot(kind, files);
  return [...(isRoot ? [files.root] : []), ...targets.filter(isPackage).map((target) => target.folder)];
}

/** The local projects that locks name; what else they name on this machine becomes an input. */
function followLocks({ uvLock, workspace }: RootFiles, pylock: Pylock | undefined, inputs: InputCollector): string[] {
  for (const { file } of pylock?.archives ?? []) inputs.file(file, MOST.hashed);
  const locked = uvLock === undefined ? undefined : readLockedSources(uvLock);
  for (const archive of locked?.archives ?? []) inputs.file(archive, MOST.hashed);
  for (const folder of locked?.virtual ?? []) inputs.file(path.join(folder, "pyproject.toml"));
  return [...foreignTo(workspace, locked?.projects ?? []), ...(pylock?.projects ?? [])];
}

/** A workspace's lock names all members, installed or not; what is needed of those, their sources tell. */
function foreignTo(workspace: Workspace | undefined, folders: readonly string[]): string[] {
  const members = new Set([...(workspace?.members.values() ?? [])].map((member) => member.folder));
  return folders.filter((folder) => !members.has(folder));
}

async function readStarts(targets: readonly Pyproject[], folders: readonly string[]): Promise<Pyproject[]> {
  const known = new Set(targets.map((target) => target.folder));
  const others = folders.filter((folder) => !known.has(folder));
  const read = await Promise.all(others.map((folder) => readPyproject(path.join(folder, "pyproject.toml"))));
  return [...targets, ...read.filter((found) => found !== undefined)];
}

/** Of dynamic dependencies nothing can be told without running something. */
function needsOf({ pyproject }: RootFiles, { packages, ...lock }: Pylock, chosen: Selection): LockedNeeds {
  const extras = chosen.extras.filter((name) => lock.extras.includes(name));
  const groups = chosen.groups.filter((name) => lock.groups.includes(name));
  const needs = pyproject?.project === undefined ? [] : requirementsWithExtras(pyproject, extras);
  return {
    packages,
    extras,
    groups,
    needs: [...needs, ...expandChosen(pyproject === undefined ? [] : [pyproject], groups)],
  };
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

/** What can be chosen of what is declared: a pylock.toml may have less. */
function offered<T>(declared: Readonly<Record<string, T>>, names: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(declared).filter(([name]) => names.includes(name)));
}

const NO_SETTINGS: UvSettings = { file: undefined, table: {} };

/** uv looks for its settings above a repo, too. */
function fromAbove({ file }: UvSettings, folder: string): string[] {
  if (file === undefined || path.dirname(file) === folder) return [];
  return [`uv takes its settings from ${file}, above the repo, which has none of its own`];
}

/** A member may have kept a lock from the time before it became one. */
function passedOverLock({ root, foreign, workspace }: RootFiles): string[] {
  const above = workspace?.root.folder ?? root;
  if (above === root || !foreign.includes("uv.lock")) return [];
  return [
    `${path.join(root, "uv.lock")} is not read: ${root} is a member of the workspace ${above}, whose lock counts`,
  ];
}

function passedOver(options: RequirementOptions | undefined): string[] {
  return (options?.passedOver ?? []).map((option) => `passed over, since uv has no such choice: ${option}`);
}

function unseen(remote: readonly string[]): string[] {
  return remote.map((include) => `prime can't look into ${include}: digests in it are not compared`);
}

/** Where people write what the repo requires, and what of that uv can write. */
function writtenIn(
  kind: ProjectKind,
  { pyproject, setupCfg, setupPy }: RootFiles,
  requirementFiles: readonly string[],
) {
  const setup = setupCfg !== undefined ? "setup.cfg" : setupPy !== undefined ? "setup.py" : undefined;
  const isDynamic = pyproject?.project?.dynamic.includes("dependencies") === true;
  const inKind: Partial<Record<ProjectKind, string | undefined>> = {
    requirements: requirementFiles[0] ?? "requirements.txt",
    nothing: "requirements.txt",
    setup,
  };
  const uvAdds: Project["uvAdds"] =
    pyproject?.project === undefined || (kind !== "uv-lock" && kind !== "pyproject")
      ? "nothing"
      : isDynamic
        ? "groups"
        : "all";
  return { declaredIn: inKind[kind] ?? (isDynamic ? setup : undefined) ?? "pyproject.toml", uvAdds };
}

function nameOf({ root, pyproject, setupCfg, setupPy }: RootFiles): string {
  return pyproject?.project?.name ?? setupCfg?.name ?? setupPy?.name ?? path.basename(root);
}
