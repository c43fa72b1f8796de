import * as path from "node:path";
import { isFolder, MOST, readText } from "../../edges/files/read.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { expandGlob, globMatcher } from "../../inputs/glob.ts";
import { localPath, normalizeName, requirementHead } from "../packages.ts";
import { type Pyproject, readPyproject, type UvSource } from "./pyproject.ts";

/** The members of a uv workspace by normalized name, the root among them when it is a project itself. */
export type Members = ReadonlyMap<string, Pyproject>;

/** A workspace as it concerns one project: the pyproject.toml that declares it, and its members. */
export interface Workspace {
  readonly root: Pyproject;
  readonly members: Members;
}

/**
 * The workspace of a project as uv finds it: its own; else the one that the nearest pyproject.toml above declares, if the
 * project is a member there; else it alone. Every folder that a member could appear in is gathered, and every one above
 * in which a nearer pyproject.toml could (uv's manual, "Using workspaces").
 */
export async function readWorkspace(project: Pyproject, inputs: InputCollector): Promise<Workspace> {
  const mayBeMember = project.uv.workspace === undefined && project.project !== undefined && project.uv.managed;
  const root = mayBeMember ? ((await workspaceAbove(project, inputs)) ?? project) : project;
  const members = new Map<string, Pyproject>();
  for (const member of [root, ...(await readMembers(root, inputs))]) {
    if (member.project?.name !== undefined) members.set(normalizeName(member.project.name), member);
  }
  return { root, members };
}

async function workspaceAbove({ folder }: Pyproject, inputs: InputCollector): Promise<Pyproject | undefined> {
  const file = nearestAbove(folder, inputs);
  const found = file === undefined ? undefined : await readPyproject(file);
  const declared = found?.uv.workspace;
  if (found === undefined || declared === undefined) return undefined;
  const place = path.relative(found.folder, folder);
  const names = (patterns: readonly string[]) =>
    patterns.some((pattern) => globMatcher(path.posix.normalize(pattern), { crossing: true })(place));
  return names(declared.members) && !names(declared.exclude) ? found : undefined;
}

/** The nearest pyproject.toml above a folder, absolute. */
export function nearestAbove(folder: string, inputs: InputCollector): string | undefined {
  for (let place = folder; place !== path.dirname(place); ) {
    place = path.dirname(place);
    const file = path.join(place, "pyproject.toml");
    if (inputs.file(file)) return file;
  }
  return undefined;
}

async function readMembers(root: Pyproject, inputs: InputCollector): Promise<Pyproject[]> {
  const declared = root.uv.workspace;
  if (declared === undefined) return [];
  const excluded = declared.exclude.map((pattern) => globMatcher(path.posix.normalize(pattern), { crossing: true }));
  const folders = declared.members.flatMap((pattern) => expandGlob(root.folder, pattern, "folders", inputs));
  const members: Pyproject[] = [];
  for (const folder of new Set(folders)) {
    const relative = path.relative(root.folder, folder);
    if (folder === root.folder || excluded.some((matches) => matches(relative))) continue;
    const file = path.join(folder, "pyproject.toml");
    const member = inputs.file(file) ? await readPyproject(file) : undefined;
    if (member?.uv.managed === true) members.push(member);
  }
  return members;
}

/**
 * Absolute folders of the local projects that installing `start` brings with it, `start` itself left out: path and
 * workspace sources of what is required, and `name @ file:…` requirements, followed through. The sources of the
 * workspace's root hold for its members too. A project that says it is no package is followed, not listed.
 */
export async function followSources(
  start: readonly Pyproject[],
  workspace: Workspace | undefined,
  inputs: InputCollector,
): Promise<string[]> {
  const seen = new Set(start.map((project) => project.folder));
  const found: string[] = [];
  const waiting = [...start];
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    for (const { folder, isPackage } of neededFolders(project, workspace, inputs)) {
      if (seen.has(folder)) continue;
      seen.add(folder);
      const file = path.join(folder, "pyproject.toml");
      const next = inputs.file(file) ? await readPyproject(file) : undefined;
      if (isPackage && next?.uv.package !== false) found.push(folder);
      if (next !== undefined) waiting.push(next);
    }
  }
  return found;
}

interface Needed {
  readonly folder: string;
  readonly isPackage: boolean;
}

function neededFolders(project: Pyproject, workspace: Workspace | undefined, inputs: InputCollector): Needed[] {
  const requirements = allRequirements(project);
  const needed: Needed[] = [];
  const add = (found: string, isPackage: boolean): void => {
    if (isFolder(found)) needed.push({ folder: found, isPackage });
    else inputs.file(found, MOST.hashed);
  };
  const names = new Set(requirements.map((text) => requirementHead(text)?.name));
  const isNeeded = (source: UvSource) => names.has(source.name) || project.project?.dynamic.includes("dependencies");
  for (const { source, folder } of sourcesFor(project, workspace)) {
    if (!isNeeded(source)) continue;
    const member = source.workspace ? workspace?.members.get(source.name) : undefined;
    if (member !== undefined) add(member.folder, true);
    if (source.path !== undefined) add(path.resolve(folder, source.path), source.package !== false);
  }
  for (const text of requirements) {
    const direct = /^[^;]*@/.test(text) ? localPath(text, project.folder) : undefined;
    if (direct !== undefined) add(direct, true);
  }
  return needed;
}

function sourcesFor(project: Pyproject, workspace: Workspace | undefined): { source: UvSource; folder: string }[] {
  const own = project.uv.sources.map((source) => ({ source, folder: project.folder }));
  const isMember = workspace !== undefined && [...workspace.members.values()].some((m) => m.folder === project.folder);
  if (!isMember || workspace.root.folder === project.folder) return own;
  const overridden = new Set(project.uv.sources.map((source) => source.name));
  const shared = workspace.root.uv.sources.filter((source) => !overridden.has(source.name));
  return [...own, ...shared.map((source) => ({ source, folder: workspace.root.folder }))];
}

function allRequirements(project: Pyproject): string[] {
  const groups = [...project.groups.entries.values()].flat();
  return [
    ...(project.project?.dependencies ?? []),
    ...Object.values(project.project?.extras ?? {}).flat(),
    ...groups.flatMap((entry) => ("requirement" in entry ? [entry.requirement] : [])),
  ];
}

/** Local sources that a uv.lock names; absolute. */
export interface LockedSources {
  /** Folders that uv installs. */
  readonly projects: readonly string[];
  /** Folders of which only the dependencies are installed. */
  readonly virtual: readonly string[];
  /** Wheels and source archives. */
  readonly archives: readonly string[];
}

/** Reads them by pattern: uv itself writes the file, one source a line, and parsing it whole costs 50 times more. */
export function readLockedSources(lockFile: string): LockedSources {
  const folder = path.dirname(lockFile);
  const found: Record<string, string[]> = { editable: [], directory: [], virtual: [], path: [] };
  const text = readText(lockFile) ?? "";
  for (const match of text.matchAll(/^source = \{ (editable|directory|virtual|path) = ("(?:[^"\\]|\\.)*") \}$/gm)) {
    const place = textOf(match[2] ?? "");
    if (place !== undefined) found[match[1] ?? ""]?.push(path.resolve(folder, place));
  }
  const { editable = [], directory = [], virtual = [], path: archives = [] } = found;
  return { projects: [...editable, ...directory], virtual, archives };
}

/** A TOML text that is JSON, too, as uv writes them; what is another one is uv's to understand. */
function textOf(written: string): string | undefined {
  try {
    const text: string = JSON.parse(written);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
