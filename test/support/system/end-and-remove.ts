import * as fs from "node:fs";
import { otherProcesses, toldOf } from "../../../src/edges/processes/table.ts";

/** More than what writes there can need to be gone, once it is ended. */
const MOST_TRIES = 50;

/**
 * Removes a folder, and ends first what has its path in a variable: an app's updater outlives its start, in a session of its own, and
 * goes on writing. Node's `maxRetries` would only try the one rmdir again, never the files that came meanwhile.
 */
export function endAndRemove(folder: string): void {
  for (let tries = 1; ; tries++) {
    for (const pid of otherProcesses().filter((one) => toldOf(one, "environ").includes(folder))) end(Number(pid));
    try {
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 1 });
      return;
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
    }
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {} // gone already
}
