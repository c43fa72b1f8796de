import { otherProcesses, processTable, toldOf } from "./table.ts";

/**
 * Ends every process of this group and every one that has this variable with this value in its environment, and gives their numbers:
 * a daemon leaves its process group, and not its environment (proc(5)). On systems without /proc only the group is known.
 */
export function endLeftBehind(group: number | undefined, name: string, value: string): number[] {
  const ended = new Set<number>();
  for (;;) {
    const members = [...processTable()].filter(([, { group: of }]) => of === group).map(([pid]) => pid);
    const marked = otherProcesses().filter((pid) => toldOf(pid, "environ").split("\0").includes(`${name}=${value}`));
    const found = new Set([...members, ...marked.map(Number)].filter((pid) => !ended.has(pid)));
    if (found.size === 0) return [...ended];
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
