import * as path from "node:path";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { readBytes } from "../../edges/files/read.ts";
import type { Memory } from "./client.ts";

/** Bytes; no metadata that is fetched is longer. */
const MOST = 5_000_000;

/**
 * A memory in a folder, with a file for each role, by the name that python-tuf gives it. Whatever a role is called, its
 * file stays in the folder.
 */
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

/** A memory that starts with what another one has, and does not change that one. */
export function memoryBeside(memory: Memory): Memory {
  const news = new Map<string, Buffer>();
  return { read: (role) => news.get(role) ?? memory.read(role), write: (role, bytes) => void news.set(role, bytes) };
}

/** The memory of a client that sees a repository for the first time, and keeps nothing. */
export function memoryOfNothing(root: Buffer): Memory {
  const known = new Map([["root", root]]);
  return { read: (role) => known.get(role), write: (role, bytes) => void known.set(role, bytes) };
}
