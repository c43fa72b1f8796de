import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { pauseSync } from "../clock.ts";
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

/** Looks, a millisecond apart: more than a program needs to come in another's place; some kernels (gVisor) never tell that it has come. */
const MOST_LOOKS = 100;
/** Where `statOf` gives vsize, which is nothing in the kernel's threads, and endcode, which an exec sets last. */
const [MEMORY, CODE] = [20, 24];
/** Where it gives the addresses at which they begin and end. */
const BOUNDS = { cmdline: [45, 46], environ: [47, 48] } as const;

/**
 * What proc(5) tells of a process; nothing of one that has ended, or is another user's. One that executes a program at this moment
 * seems to have neither arguments nor environment: it is looked at again when it has them.
 */
export function toldOf(pid: string, what: keyof typeof BOUNDS): string {
  const [begin, end] = BOUNDS[what];
  for (let look = 1; ; look++) {
    try {
      const text = readFileSync(`/proc/${pid}/${what}`, "utf8");
      const stat = text === "" ? statOf(Number(pid)) : undefined;
      const isEmpty = stat?.[MEMORY] === "0" || (stat?.[CODE] !== "0" && stat?.[begin] === stat?.[end]);
      if (stat === undefined || isEmpty || look === MOST_LOOKS) return text;
      pauseSync(1);
    } catch {
      return "";
    }
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
