import { lstatSync } from "node:fs";
import * as path from "node:path";
import { bootId, hasEnded, hostName, isRunning, processSpace, startOfProcess, statOf } from "../../machine.ts";
import { nonce } from "../../nonce.ts";
import { CALMLY } from "../errors.ts";

/** How names end that hold a mark, as the text of a regular expression. */
export const MARK = String.raw`\.\d+(?:\.[0-9a-f]{8}){2}`;

/** Whether a name is one that `inWorkFolder` gives. */
export function isWorkFolder(name: string): boolean {
  return WORK_FOLDER.test(name);
}

const WORK_FOLDER = new RegExp(`^\\.?[a-z-]+${MARK}\\.[A-Za-z0-9]{6}$`);

/** A part of a name, e.g. `17.3f2a9c01.5be1d2a4`, for what only this process works on: who finds it can tell whether it still does. */
export function makerMark(): string {
  own ??= [process.pid, place(), digest(startOfProcess(process.pid) ?? nonce())].join(".");
  return own;
}

let own: string | undefined;

/** A sibling of a file, or of a link, that is to take its place by a rename. */
export function temporaryName(file: string): string {
  return `${file}.${makerMark()}.${nonce()}.tmp`;
}

/** The name whose place a temporary one was to take; undefined for all other names. */
export function finalNameOf(name: string): string | undefined {
  return /^(.+)\.\d+(?:\.[0-9a-f]{8}){3}\.tmp$/.exec(name)?.[1];
}

/**
 * Whether nobody works on this file or folder any more: the process whose mark its name (or `marked`, another name) holds has
 * ended. Where that can't be told (no mark, another machine, boot or container) what was not touched since `before` is
 * abandoned, in milliseconds since the epoch.
 */
export function isAbandoned(file: string, before: number, marked: string = path.basename(file)): boolean {
  const [, pid, where, start = ""] = /\.(\d+)\.([0-9a-f]{8})\.([0-9a-f]{8})(?:\.|$)/.exec(marked) ?? [];
  if (where === place()) {
    const is = startOfProcess(Number(pid));
    if (is !== undefined) return digest(is) !== start;
    return hasEnded(statOf(Number(pid)) ?? []) || !isRunning(Number(pid), ""); // a parent may leave one that has ended its number
  }
  return (lstatSync(file, CALMLY)?.ctimeMs ?? before) < before;
}

/** Where a number means one process: this boot of this machine, in one namespace (pid_namespaces(7)). */
function place(): string {
  return digest(`${bootId()} ${hostName()} ${processSpace()}`);
}

/** FNV-1a of a text's code units: no start needs a library for so little. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
