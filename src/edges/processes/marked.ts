import { readFileSync } from "node:fs";
import { otherProcesses } from "./table.ts";

/**
 * Ends every process that has this variable with this value in its environment, and gives their numbers: a daemon leaves its process
 * group, and not its environment (proc(5)). On systems without /proc nothing is found.
 */
export function endMarked(name: string, value: string): number[] {
  const ended = new Set<number>();
  for (;;) {
    const found = otherProcesses().filter(
      (pid) => !ended.has(Number(pid)) && variablesOf(pid).includes(`${name}=${value}`),
    );
    if (found.length === 0) return [...ended];
    for (const pid of found.map(Number)) {
      ended.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
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
