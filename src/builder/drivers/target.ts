import type { Project } from "../../project/project.ts";
import type { Interpreter } from "../../python/interpreter.ts";

/** What a driver builds, from what, and where. */
export interface BuildTarget {
  /** The generation's own folder, absolute; it does not exist yet. */
  readonly generation: string;
  /** A folder for files that only this build needs, absolute. */
  readonly work: string;
  /** The interpreter below it: its anchor (absolute), and what it is. */
  readonly python: string;
  readonly base: Interpreter;
  readonly project: Project;
  /** A view of the root with the uv.lock that an upgrade will write; undefined: the lock in place counts. */
  readonly lockView: string | undefined;
  /** For a repo without a lock: the file of the exact resolution that was made before, absolute. */
  readonly known: string | undefined;
  /** The resolution to stay near to, if there is one; absolute. */
  readonly preferred: string | undefined;
  /** Tells apart the indexes that users name; "" when this one names none. */
  readonly indexes: string;
  /** Where resolutions are kept, absolute. */
  readonly resolved: string;
}

export const INSTALL_FAILED = {
  id: "install-failed",
  hint: "correct what the output above names",
} as const;
