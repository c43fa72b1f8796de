import { readdirSync, readFileSync } from "node:fs";

/**
 * Ends every process that has this variable with this value in its environment, and gives their numbers: a daemon leaves its process
 * group, and not its environment (proc(5)). On systems without /proc nothing is found.
 */
export function endMarked(name: string, value: string): number[] {
  const ended = new Set<number>();
  for (;;) {
    const found = marked(`${name}=${value}`).filter((pid) => !ended.has(pid));
    if (found.length === 0) return [...ended];
    for (const pid of found) {
      ended.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

function marked(entry: string): number[] {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
    return pids.filter((pid) => variablesOf(pid).includes(entry)).map(Number);
  } catch {
    return [];
  }
}

/** None of a process that has ended, or that is another user's. */
function variablesOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}
