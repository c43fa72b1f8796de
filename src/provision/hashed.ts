import * as path from "node:path";
import * as v from "valibot";
import { now } from "../edges/clock.ts";
import { writePlain } from "../edges/files/change.ts";
import { isOwnFolder } from "../edges/files/own/own-folder.ts";
import { PATH, readMendable, TEXT } from "../edges/files/own/own-json.ts";
import { facts, sha256OfFile } from "../edges/files/read.ts";

/** A file, all that the system told of it when it was hashed, and its sha256. */
const HASHED = v.object({ file: PATH, facts: TEXT, sha256: TEXT });
/** Milliseconds: a file that was changed within them could be changed again with the same time (see `YOUNG_MS`). */
const SETTLED_MS = 2000;

/**
 * The sha256 of a program of the cache, which is not hashed again while it is the same inode, unchanged: nobody can set a file's ctime.
 * That is noted in the state folder, if this user's prime has closed it: whoever writes there writes plans, which are run. A cache that is
 * restored or copied is made of other inodes.
 */
export function sha256OfProgram(file: string, state: string | undefined): string | undefined {
  const is = facts(file);
  const told = JSON.stringify(is);
  const note = state !== undefined && isOwnFolder(state) ? path.join(state, "uv.json") : undefined;
  const known = note === undefined ? undefined : readMendable(note, HASHED);
  if (known?.file === file && known.facts === told) return known.sha256;
  const sha256 = sha256OfFile(file);
  if (note !== undefined && is !== undefined && now() - Number(is.ctimeNs) / 1e6 > SETTLED_MS) {
    try {
      writePlain(note, JSON.stringify({ file, facts: told, sha256 }), 0o600);
    } catch {} // the next start hashes it again
  }
  return sha256;
}
