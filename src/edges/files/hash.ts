import { webcrypto } from "node:crypto";
import * as fs from "node:fs";
import { CALMLY } from "./errors.ts";
import { MOST, readWhole } from "./open.ts";
import { sha256OfFile } from "./read.ts";

/** What was read of a file; `undefined` where it can't be read. */
export interface HashedFile {
  /** sha256 in base64url without padding, as RECORD writes it. */
  readonly digest: string;
  readonly bytes: number;
}

/** Enough to keep all of libuv's threads at work. Reading is a small part of the work, and faster here than by a thread for each file. */
const AT_ONCE = 8;

/** Hashes files by libuv's threads, all processors at work; the answers are in the order of the files. */
export async function hashFiles(
  files: readonly string[],
  onFile: (file: string, done: number) => void,
): Promise<(HashedFile | undefined)[]> {
  const hashed: (HashedFile | undefined)[] = new Array(files.length).fill(undefined);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < files.length; at = next++) {
      const file = files[at] as string;
      onFile(file, at);
      hashed[at] = await hash(file);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return hashed;
}

/** How many names (hard links) a file has. */
export function linkCount(file: string): number {
  return fs.statSync(file, CALMLY)?.nlink ?? 0;
}

/** What is too large to be held is read piece by piece, by this thread. */
async function hash(file: string): Promise<HashedFile | undefined> {
  try {
    const bytes = fs.statSync(file).size;
    const digest =
      bytes > MOST.made
        ? Buffer.from(sha256OfFile(file) ?? "", "hex")
        : Buffer.from(await webcrypto.subtle.digest("SHA-256", readWhole(file, MOST.made)));
    return { digest: digest.toString("base64url"), bytes };
  } catch {
    return undefined;
  }
}
