import * as path from "node:path";
import { isFolder, MOST } from "../../../edges/files/read.ts";
import type { InputCollector } from "../../../inputs/collector.ts";
import { localPath, requirementHead } from "../../packages.ts";
import { type Pyproject, readPyproject } from "../pyproject.ts";
import type { UvSource } from "./uv-table.ts";
import { readWorkspace, type Workspace } from "./workspace.ts";

/** A source of `tool.uv.sources` of a package that a project may need. */
export interface NeededSource extends UvSource {
  /** The pyproject.toml that says it, absolute. */
  readonly file: string;
  /** The folder of the project that needs it, absolute. */
  readonly project: string;
  /** The folder or archive on this machine that it leads to, absolute. */
  readonly place: string | undefined;
}

export interface Followed {
  /** Absolute folders of local projects. */
  readonly folders: readonly string[];
  /** Those that say to be no packages: only what they require is installed. */
  readonly virtual: readonly string[];
  readonly sources: readonly NeededSource[];
}

/**
 * The local projects that installing `start` brings with it, `start` itself left out: path and workspace sources of what is
 * required, and `name @ file:…` requirements, followed through; and all sources on the way. The sources of a workspace's
 * root hold for its members too. A project that says it is no package is followed, not listed.
 */
export async function followSources(
  start: readonly Pyproject[],
  workspace: Workspace | undefined,
  inputs: InputCollector,
): Promise<Followed> {
  const seen = new Set(start.map((project) => project.folder));
  const folders: string[] = [];
  const virtual: string[] = [];
  const sources: NeededSource[] = [];
  const waiting = [...start];
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    const own = sourcesFor(project, await workspaceFor(project, workspace, inputs));
    sources.push(...own);
    for (const { place, isPackage } of [...own.map(asPlace), ...directPlaces(project)]) {
      if (place === undefined || seen.has(place)) continue;
      if (!isFolder(place)) {
        inputs.file(place, MOST.hashed);
        continue;
      }
      seen.add(place);
      const file = path.join(place, "pyproject.toml");
      const next = inputs.file(file) ? await readPyproject(file) : undefined;
      ((isPackage ?? next?.uv.package !== false) ? folders : virtual).push(place);
      if (next !== undefined) waiting.push(next);
    }
  }
  return { folders, virtual, sources };
}

interface Place {
  readonly place: string | undefined;
  /** Undefined: the project itself says. */
  readonly isPackage: boolean | undefined;
}

function asPlace({ place, package: isPackage, workspace }: NeededSource): Place {
  return { place, isPackage: workspace ? undefined : isPackage };
}

function directPlaces(project: Pyproject): Place[] {
  const direct = allRequirements(project).filter((text) => /^[^;]*@/.test(text));
  return direct.map((text) => ({ place: localPath(text, project.folder), isPackage: undefined }));
}

/** A path dependency may be the member of another workspace than the root's. */
async function workspaceFor(project: Pyproject, known: Workspace | undefined, inputs: InputCollector) {
  if (known !== undefined && isMember(project, known)) return known;
  return project.uv.sources.some((source) => source.workspace) ? readWorkspace(project, inputs) : undefined;
}

function isMember({ folder }: Pyproject, { root, members }: Workspace): boolean {
  return folder === root.folder || [...members.values()].some((member) => member.folder === folder);
}

function sourcesFor(project: Pyproject, workspace: Workspace | undefined): NeededSource[] {
  const root = workspace?.root;
  const own = new Set(project.uv.sources.map((source) => source.name));
  const shared = root === undefined || root.folder === project.folder ? [] : root.uv.sources;
  const names = new Set(allRequirements(project).map((text) => requirementHead(text)?.name));
  const isNeeded = ({ name }: UvSource) =>
    names.has(name) || project.project?.dynamic.includes("dependencies") === true;
  const told = (source: UvSource, { file, folder }: Pyproject): NeededSource => ({
    ...source,
    file,
    project: project.folder,
    place: source.workspace
      ? workspace?.members.get(source.name)?.folder
      : source.path === undefined
        ? undefined
        : path.resolve(folder, source.path),
  });
  return [
    ...project.uv.sources.filter(isNeeded).map((source) => told(source, project)),
    ...shared
      .filter((source) => isNeeded(source) && !own.has(source.name))
      .map((source) => told(source, root as Pyproject)),
  ];
}

function allRequirements(project: Pyproject): string[] {
  const groups = [...project.groups.entries.values()].flat();
  return [
    ...(project.project?.dependencies ?? []),
    ...Object.values(project.project?.extras ?? {}).flat(),
    ...groups.flatMap((entry) => ("requirement" in entry ? [entry.requirement] : [])),
  ];
}
