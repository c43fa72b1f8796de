import type { Command } from "../edges/command.ts";
import { rebuildArguments } from "./commands.ts";
import { command, type UvTool } from "./tool.ts";

/** What both installers take. */
export interface EditableInstall {
  readonly constraints: string;
  /** The repo's own arguments. */
  readonly args: readonly string[];
  readonly projects: readonly { readonly folder: string; readonly extras: readonly string[] }[];
}

/** Installs local projects editable; a resolution of its own for each call, as protoprimer does. */
export function installEditable(
  uv: UvTool,
  folder: string,
  install: EditableInstall,
  rebuilt: readonly string[],
): Command {
  return command(uv, [
    ...["pip", "install", "--python", `${folder}/bin/python`],
    ...editableArguments(install),
    ...rebuildArguments(rebuilt),
  ]);
}

/** The part of such a command that uv and pip have in common. */
export function editableArguments({ constraints, args, projects }: EditableInstall): string[] {
  const editables = projects.map(({ folder, extras }) =>
    extras.length === 0 ? folder : `${folder}[${extras.join(",")}]`,
  );
  return ["--constraint", constraints, ...args, ...editables.flatMap((one) => ["--editable", one])];
}

/**
 * A folder as a requirement line. A URL, since a path with spaces or brackets has no other safe form there (PEP 508).
 */
export function editableLine(folder: string, extras: readonly string[]): string {
  const url = encodeURI(folder).replace(/[?#[\]]/g, (mark) => encodeURIComponent(mark));
  return `-e file://${url}${extras.length === 0 ? "" : `[${extras.join(",")}]`}`;
}
