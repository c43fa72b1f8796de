import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { hasEnded, statOf } from "../machine.ts";

export type ProcessTable = ReadonlyMap<
  number,
  { readonly parent: number; readonly group: number; readonly start: string }
>;

/** All processes that have not ended, by their numbers. */
export function processTable(): ProcessTable {
  return process.platform === "linux" ? fromProc() : fromPs();
}

/** The numbers of all other processes by proc(5), as texts; none on systems without /proc. */
export function otherProcesses(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  } catch {
    return [];
  }
}

function fromProc(): ProcessTable {
  const table = new Map<number, { parent: number; group: number; start: string }>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat === undefined || hasEnded(stat)) continue;
    table.set(Number(name), { parent: Number(stat[1]), group: Number(stat[2]), start: stat[19] ?? "" });
  }
  return table;
}

function fromPs(): ProcessTable {
  const answer = spawnSync("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,lstart="], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  });
  const lines = (answer.stdout ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(
    lines
      .filter(([pid, , , state]) => pid !== "" && pid !== String(answer.pid) && !/^[ZX]/.test(state ?? "Z"))
      .map(([pid, parent, group, , ...start]) => [
        Number(pid),
        { parent: Number(parent), group: Number(group), start: start.join(" ") },
      ]),
  );
}
