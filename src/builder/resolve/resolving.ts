import * as path from "node:path";
import type { Command } from "../../edges/command.ts";
import { writeAtomic, writePlain } from "../../edges/files/change.ts";
import { removeFile } from "../../edges/files/own/remove.ts";
import { declaredDigests, restrictDigests } from "../../project/files/digests.ts";
import { type Pylock, packagesOf, pylockOf, readPylock, renderPylock, withPlaces } from "../../project/files/pylock.ts";
import { isTable, type Table } from "../../toml.ts";
import * as commands from "../../uv/commands.ts";
import { editableLine } from "../../uv/editable.ts";
import type { Limits } from "../../uv/limits.ts";
import type { UvTool } from "../../uv/tool.ts";
import type { BuildTarget } from "../drivers/target.ts";
import { forThisMachine } from "./limits.ts";

export const RESOLVE_FAILED = {
  id: "resolve-failed",
  hint: "correct the requirements, or check the index and the network",
};

/** The parts of a build target that a resolution needs; `python` is an executable, absolute. */
export type ResolveTarget = Pick<BuildTarget, "project" | "work" | "base"> & { readonly python: string };

/** The command that resolves near to `preferred`, for an upgrade within its limits. `readResolved` reads its result. */
export function resolveNear(
  uv: UvTool,
  target: ResolveTarget,
  preferred: Pylock | undefined,
  limits?: Limits,
): Command {
  const draft = draftIn(target);
  if (preferred === undefined) removeFile(draft);
  else writePlain(draft, renderPylock(preferred.table), 0o600);
  return resolveCommand(uv, target, draft, limits);
}

function draftIn({ work }: ResolveTarget): string {
  return path.join(work, "pylock.draft.toml");
}

/** The result of `resolveNear`; paths in it are absolute. */
export async function readResolved(target: ResolveTarget): Promise<Pylock> {
  const { project, work } = target;
  const draft = draftIn(target);
  const { table } = await readPylock(draft);
  const found = absolute(restrictDigests(table, declaredDigests(project)), work);
  return pylockOf(withoutFolders(found, project.virtualSources), work);
}

/**
 * The table without these folders: uv's pip commands install each folder, and `uv sync` only the requirements of one
 * that says to be no package.
 */
function withoutFolders(table: Table, folders: readonly string[]): Table {
  const isOne = ({ directory }: Table) => isTable(directory) && folders.includes(String(directory.path));
  return folders.length === 0 ? table : { ...table, packages: packagesOf(table).filter((entry) => !isOne(entry)) };
}

/** The table with absolute paths. */
export function absolute(table: Table, folder: string): Table {
  return withPlaces(table, (key, text) => (key === "url" ? text : path.resolve(folder, text)));
}

function resolveCommand(uv: UvTool, target: ResolveTarget, output: string, limits?: Limits): Command {
  const { project, work } = target;
  const { editables, virtualProjects, groupSources, requirementFiles, rebuilt } = project;
  const isBare = editables.length + virtualProjects.length + groupSources.length + requirementFiles.length === 0;
  const files = [
    ...(editables.length > 0 || isBare ? [writeEditables(target)] : []), // uv refuses to resolve nothing at all
    ...virtualProjects.map(({ folder }) => path.join(folder, "pyproject.toml")),
    ...requirementFiles.map((file) => path.join(uv.root, file)),
  ];
  const extras = [...new Set(virtualProjects.flatMap((one) => one.extras))];
  const constraints = path.join(work, "constraints.txt");
  if (limits !== undefined) writePlain(constraints, `${limits.constraints.join("\n")}\n`);
  return commands.resolve(uv, target.python, {
    files,
    groups: groupSources,
    extras,
    output,
    rebuilt,
    options: project.requirementOptions,
    overrides: forThisMachine(project.uvSettings, target.base),
    upgrade: limits && { limits, constraints },
  });
}

/** Writes what is to be installed editable as a requirement file. */
export function writeEditables({ project, work }: Pick<BuildTarget, "project" | "work">): string {
  const file = path.join(work, "editables.in");
  const lines = project.editables.map(({ folder, extras }) => editableLine(folder, extras));
  writeAtomic(file, `${lines.join("\n")}\n`);
  return file;
}
