import { sha256 } from "../edges/files/read.ts";
import type { Replaced } from "../environment/state.ts";
import type { Interpreter } from "../python/interpreter.ts";

/** What is to be put in force, whether a repo's ranges led to it or a release that a channel points to. */
export interface Candidate {
  /** Files that change; absolute paths. */
  readonly files: readonly Replaced[];
  /** The lock among the files, whose packages are installed. */
  readonly lock: string | undefined;
  /** The text of a pylock.toml, for a repo that has no lock. */
  readonly resolution: string | undefined;
  /** The interpreter to stand on; undefined: the one that the files ask for, or the one there is. */
  readonly base: Interpreter | undefined;
  /** sha256 of the archive of an interpreter that is moved to. */
  readonly build: string | undefined;
  /** The digest of what is asked for before the upgrade; undefined: nothing could be asked for. */
  readonly inputs: string | undefined;
  /** What changes, a phrase each. */
  readonly changes: readonly string[];
}

/**
 * The digest of all that a candidate is made of. By it, what went wrong once is known again; with other inputs it is
 * tried anew.
 */
export function digestOfCandidate({ files, resolution, inputs }: Candidate): string {
  const texts = files.map(({ path, after }) => [path, after]).sort();
  return sha256(JSON.stringify([texts, resolution ?? null, inputs ?? null]));
}
