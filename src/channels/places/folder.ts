import * as path from "node:path";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { facts, readBytes } from "../../edges/files/read.ts";
import { oneAtATime } from "../../edges/processes/locks/mutex.ts";
import type { Place } from "../place.ts";

/** Milliseconds: a writer that shows no sign of life for so long holds nobody up. */
const PATIENCE_MS = 10_000;

/** A folder that is only read. */
export function folderReader(folder: string): Pick<Place, "read" | "name"> {
  const read = async (name: string, most: number) => {
    const file = path.join(folder, ...name.split("/"));
    const { kind, size } = facts(file) ?? {};
    if (kind !== "file" || size === undefined) return undefined;
    return size > most ? Buffer.alloc(most + 1) : readBytes(file, most);
  };
  return { name: folder, read };
}

/** A folder that a server serves, or that a tool copies to one. When two write at once, one waits for the other. */
export function folderPlace(folder: string): Place {
  const fileOf = (name: string) => path.join(folder, ...name.split("/"));
  const lock = path.join(folder, ".prime-channel.lock");
  const isHeld = (write: () => boolean) =>
    oneAtATime(lock, { doing: `writing to ${folder}`, patienceMs: PATIENCE_MS }, write);
  const put = (name: string, bytes: Buffer) => {
    makeFolder(path.dirname(fileOf(name)));
    writeAtomic(fileOf(name), bytes, 0o644);
    return true;
  };
  const { read } = folderReader(folder);
  const isThere = (name: string, bytes: Buffer | undefined) => {
    const there = readBytes(fileOf(name));
    return bytes === undefined ? there === undefined : there?.equals(bytes) === true;
  };
  return {
    name: folder,
    isConditional: async () => true,
    read,
    add: (name, bytes) => isHeld(() => isThere(name, bytes) || (isThere(name, undefined) && put(name, bytes))),
    replace: (name, bytes, before) => isHeld(() => isThere(name, bytes) || (isThere(name, before) && put(name, bytes))),
  };
}
