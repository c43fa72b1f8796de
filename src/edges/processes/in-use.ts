import { readFileSync } from "node:fs";
import { otherProcesses, toldOf } from "./table.ts";

/**
 * Which of these folders a running process seems to use, by what /proc tells of its environment, arguments and mapped files
 * (proc(5)). Hints only: other users' processes and other systems tell nothing.
 */
export function foldersInUse(folders: readonly string[]): Set<string> {
  const used = new Set<string>();
  for (const pid of folders.length === 0 ? [] : otherProcesses()) {
    const told = [toldOf(pid, "environ"), toldOf(pid, "cmdline"), mapsOf(pid)].join("\0");
    for (const folder of folders) if (mentions(told, folder)) used.add(folder);
  }
  return used;
}

/** The folder itself or something in it, not another folder whose name begins alike. */
function mentions(text: string, folder: string): boolean {
  for (let at = text.indexOf(folder); at >= 0; at = text.indexOf(folder, at + 1)) {
    if (!/[\p{L}\p{N}_.-]/u.test(text.charAt(at + folder.length))) return true;
  }
  return false;
}

function mapsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/maps`, "utf8");
  } catch {
    return "";
  }
}
