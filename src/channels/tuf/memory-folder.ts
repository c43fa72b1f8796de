import * as path from "node:path";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { readBytes } from "../../edges/files/read.ts";
import type { Memory } from "./client.ts";

/** Bytes; no metadata that is fetched is longer. */
const MOST = 5_000_000;

/** A folder with a file for each role, by the name that python-tuf gives it: whatever a role is called, it stays in there. */
export function memoryIn(folder: string): Memory {
  const fileOf = (role: string) => path.join(folder, `${encodeURIComponent(role)}.json`);
  return {
    read: (role) => readBytes(fileOf(role), MOST),
    write: (role, bytes) => {
      makeFolder(folder);
      writeAtomic(fileOf(role), bytes);
    },
  };
}

/** What a memory holds, and what comes to be believed beside it, which it does not keep. */
export function memoryBeside(memory: Memory): Memory {
  const news = new Map<string, Buffer>();
  return { read: (role) => news.get(role) ?? memory.read(role), write: (role, bytes) => void news.set(role, bytes) };
}

/** Who sees a repository for the first time, and keeps nothing. */
export function memoryOfNothing(root: Buffer): Memory {
  const known = new Map([["root", root]]);
  return { read: (role) => known.get(role), write: (role, bytes) => void known.set(role, bytes) };
}
