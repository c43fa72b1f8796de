import { webcrypto } from "node:crypto";
import * as fs from "node:fs";
import { withRegularFile } from "./open.ts";

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
      const bytes = read(file);
      if (bytes === undefined) continue;
      const digest = await webcrypto.subtle.digest("SHA-256", bytes);
      hashed[at] = { digest: Buffer.from(digest).toString("base64url"), bytes: bytes.length };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return hashed;
}

/** How many names (hard links) a file has. */
export function linkCount(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.nlink ?? 0;
}

function read(file: string): Buffer | undefined {
  try {
    return withRegularFile(file, (fd) => fs.readFileSync(fd));
  } catch {
    return undefined;
  }
}
