import * as fs from "node:fs";
import type { Ended } from "../sandbox.ts";

/**
 * Resolves when something reads a FIFO, opened for writing then; rejects when who was to read it has ended. Such an open waits in one of the
 * four threads that Node has for files, so that one which nobody will answer is let go: else the next tests would wait for a thread.
 */
export async function readerOf(fifo: string, ended: Promise<Ended>): Promise<fs.promises.FileHandle> {
  const opening = fs.promises.open(fifo, "w");
  const early = ended.then((end): never => {
    throw new Error(`it ended too early: ${JSON.stringify(end)}`);
  });
  try {
    return await Promise.race([opening, early]);
  } catch (error) {
    const reader = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    await (await opening).close();
    fs.closeSync(reader);
    throw error;
  }
}
