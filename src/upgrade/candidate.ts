import { sha256 } from "../edges/files/read.ts";
import type { Replaced } from "../environment/state.ts";
import type { Interpreter } from "../python/interpreter.ts";

/** What is to be put in force, whoever found it: a repo's ranges, or a release that a channel points to. */
export interface Candidate {
  /** Files that change; absolute paths. */
  readonly files: readonly Replaced[];
  /** The lock among them, whose packages are installed. */
  readonly lock: string | undefined;
  /** A pylock.toml, for what has no lock. */
  readonly resolution: string | undefined;
  /** The interpreter to stand on; undefined: what the files ask for, or the one there is. */
  readonly base: Interpreter | undefined;
  /** sha256 of the archive of an interpreter that is moved to. */
  readonly build: string | undefined;
  /** Digest of what is asked for until then; undefined: nothing could be. */
  readonly inputs: string | undefined;
  /** What changes, a phrase each. */
  readonly changes: readonly string[];
}

/** Names all that a candidate is made of: what went wrong once is known again by it, and is tried anew with other inputs. */
export function digestOfCandidate({ files, resolution, inputs }: Candidate): string {
  const texts = files.map(({ path, after }) => [path, after]).sort();
  return sha256(JSON.stringify([texts, resolution ?? null, inputs ?? null]));
}
