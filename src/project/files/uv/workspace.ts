import * as path from "node:path";
import type { InputCollector } from "../../../inputs/collector.ts";
import { expandGlob, globMatcher } from "../../../inputs/glob.ts";
import { normalizeName } from "../../packages.ts";
import { type Pyproject, readPyproject } from "../pyproject.ts";

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
