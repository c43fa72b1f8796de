import * as path from "node:path";
import type { Config, VenvDriver } from "../config/config.ts";
import type { Input } from "../launch/input.ts";
import { expandGroups } from "./groups.ts";
import { relevantContents } from "./project-build-inputs.ts";
import { inspectDescriptors } from "./project-descriptors.ts";
import { watchProject } from "./project-dynamic.ts";
import { InputCollector } from "./project-inputs.ts";
import { kindOf, type RootFiles, readRootFiles } from "./project-kind.ts";
import { normalizeName } from "./project-names.ts";
import { noteReading, noteUnchosenGroups } from "./project-notes.ts";
import { offersOf, readDeclarations, readPylock, requirementsWithExtras } from "./project-offers.ts";
import { type Pyproject, readPyproject } from "./project-pyproject.ts";
import { select, uvDefaultGroups } from "./project-selection.ts";
import { asksForRoot, followRequirements } from "./requirements.ts";
import { followSources, readLockedSources, readWorkspace, type Workspace } from "./workspace.ts";

/**
 * What kind of repo this is, first match wins (README, "What is installed"); `descriptors` whenever protoprimer's
 * configuration is in force.
 */
export type ProjectKind = "uv-lock" | "pylock" | "pyproject" | "requirements" | "setup" | "nothing" | "descriptors";

/** Local projects that one command installs, editable. */
export interface InstallGroup {
  readonly name: string | null;
  /** The installer's own arguments, as written. */
  readonly args: readonly string[];
  /** Absolute folders. */
  readonly projects: readonly { readonly folder: string; readonly extras: readonly string[] }[];
}

/** What a repo asks to be installed, read from its files without running any of them. */
export interface Project {
  readonly kind: ProjectKind;
  /** For VIRTUAL_ENV_PROMPT: `project.name`, else setup.cfg's name, else the root folder's name. */
  readonly name: string;
  /** Whether the root itself is installed, editable. */
  readonly installsRoot: boolean;
  /** Extras of the root, as configured or inferred, in order; PEP 685-normalized. */
  readonly extras: readonly string[];
  /** Dependency groups (PEP 735), as configured or inferred, in order. Null with a lock: the lock's own defaults. */
  readonly groups: readonly string[] | null;
  /**
   * Absolute folders that are to be installed editable by name: the root when it is a package, and the chosen members.
   * Empty with kind `uv-lock`, where uv knows.
   */
  readonly editables: readonly string[];
  /** Requirements (PEP 508) of root or chosen members that are no packages themselves, chosen extras included. */
  readonly virtualRequirements: readonly string[];
  /** Workspace members to install; null: uv's default. */
  readonly packages: readonly string[] | "all" | null;
  /** Requirement files, relative to root, in order. */
  readonly requirementFiles: readonly string[];
  /** What those say of indexes and builds, a line each, and what they require with digests; see FollowedRequirements. */
  readonly requirementOptions: readonly string[];
  readonly hashedRequirements: readonly string[];
  /** PEP 735 groups expanded to PEP 508 texts (include-group followed), for drivers that know no groups; none with a pylock. */
  readonly groupRequirements: readonly string[];
  /** Folders, absolute, of each local project that is installed: root, members, path dependencies, `-e DIR`. */
  readonly localProjects: readonly string[];
  /** Extras and groups that the repo declares, for hints: name → requirement texts. */
  readonly declaredExtras: Readonly<Record<string, readonly string[]>>;
  readonly declaredGroups: Readonly<Record<string, readonly string[]>>;
  /** In the order of their installation; none but with kind `descriptors`. */
  readonly installGroups: readonly InstallGroup[];
  /** What pins the versions of kind `descriptors`, absolute; written by prime after an install. */
  readonly constraintsFile: string | null;
  /** What was inferred or passed over and why, a sentence each, for the first run's summary. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly inputs: readonly Input[];
  /** What counts of an input, by its path, where that is less than its bytes. */
  readonly relevantContents: Readonly<Record<string, string>>;
  /** Environment variables that a project names as build inputs (`tool.uv.cache-keys`). */
  readonly variables: readonly string[];
  /** Names of the local projects, as far as they can be told without running anything. */
  readonly localNames: readonly string[];
  /** Those of which a build in uv's cache says nothing: it does not watch all that they read. */
  readonly rebuilt: readonly string[];
}

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
  inputs.file(path.join(root, "uv.toml"));

  const workspace = files.pyproject === undefined ? undefined : await readWorkspace(files.pyproject, inputs);
  const packages = config.installPackages.value;
  const targets = chooseTargets(files, workspace, packages);
  const packageFolders = targets.filter(isPackage).map((target) => target.folder);
  if (files.pyproject?.project === undefined && canBuildRoot(kind, files)) packageFolders.unshift(root);
  const installsRoot = packageFolders.includes(root);

  const pylock = kind === "pylock" ? await readPylock(path.join(root, "pylock.toml")) : undefined;
  const isLocked = kind === "uv-lock" || kind === "pylock";
  const declared = readDeclarations(files, targets, installsRoot);
  const offers = offersOf(kind, files, declared, workspace, pylock);
  const selection = select(config, offers, { infer: !isLocked });
  const usesDefaults = isLocked && config.installGroups.value === null;

  const requirementFiles = asked ?? (isLocked ? [] : foundRequirements(kind, files));
  const followed = followRequirements(root, requirementFiles, inputs);
  const locked = kind === "uv-lock" ? readLockedSources(path.join(root, "uv.lock")) : undefined;
  for (const archive of locked?.archives ?? []) inputs.file(archive);
  for (const folder of locked?.virtual ?? []) inputs.file(path.join(folder, "pyproject.toml"));

  const named = [
    ...packageFolders,
    ...foreignTo(workspace, locked?.projects ?? []),
    ...(pylock?.projects ?? []),
    ...followed.localProjects,
  ];
  const starts = await readStarts(targets, named);
  const localProjects = [...new Set([...named, ...(await followSources(starts, workspace, inputs))])];
  const watched = await Promise.all(localProjects.map((folder) => watchProject(folder, inputs)));

  const project = { kind, installsRoot, packages, requirementFiles };
  return {
    ...project,
    name: nameOf(files),
    extras: selection.extras,
    groups: usesDefaults ? null : selection.groups,
    editables: kind === "uv-lock" ? [] : packageFolders,
    virtualRequirements: isLocked
      ? []
      : targets
          .filter((target) => !isPackage(target))
          .flatMap((target) => requirementsWithExtras(target, selection.extras)),
    groupRequirements:
      kind === "pylock" ? [] : expandChosen(files, targets, usesDefaults ? uvDefaultGroups(offers) : selection.groups),
    requirementOptions: followed.options,
    hashedRequirements: followed.hashed,
    localProjects,
    declaredExtras: declared.extras,
    declaredGroups: declared.groups,
    installGroups: [],
    constraintsFile: null,
    warnings: [],
    notes: [
      ...noteReading(project, files, asked === null),
      ...(usesDefaults ? noteUnchosenGroups(pylock?.groups ?? []) : selection.notes),
    ],
    inputs: inputs.list(),
    relevantContents: await relevantContents(inputs.list()),
    variables: [...new Set(watched.flatMap(({ variables }) => variables))],
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

/**
 * Beside a [project] only files for developers count: requirements.txt is one when it asks for the project itself, or
 * when the project declares no dependencies of its own.
 */
function foundRequirements(kind: ProjectKind, files: RootFiles): string[] {
  const main = files.mainRequirements;
  if (main === undefined) return [...files.devRequirements];
  const project = files.pyproject?.project;
  const isOwn = kind !== "pyproject" || project === undefined || asksForRoot(path.join(files.root, main), files.root);
  const isBare = project?.dependencies === undefined && project?.dynamic.includes("dependencies") !== true;
  return isOwn || isBare ? [main, ...files.devRequirements] : [...files.devRequirements];
}

async function readStarts(targets: readonly Pyproject[], folders: readonly string[]): Promise<Pyproject[]> {
  const known = new Set(targets.map((target) => target.folder));
  const others = folders.filter((folder) => !known.has(folder));
  const read = await Promise.all(others.map((folder) => readPyproject(path.join(folder, "pyproject.toml"))));
  return [...targets, ...read.filter((found) => found !== undefined)];
}

function expandChosen(files: RootFiles, targets: readonly Pyproject[], groups: readonly string[]): string[] {
  const tables = new Set(
    [files.pyproject, ...targets].flatMap((source) => (source === undefined ? [] : [source.groups])),
  );
  const texts = [...tables].flatMap((table) =>
    expandGroups(
      table,
      groups.filter((name) => table.entries.has(normalizeName(name))),
    ),
  );
  return [...new Set(texts)];
}

function nameOf({ root, pyproject, setupCfg, setupPy }: RootFiles): string {
  return pyproject?.project?.name ?? setupCfg?.name ?? setupPy?.name ?? path.basename(root);
}
