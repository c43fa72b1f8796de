import type { Project } from "../../project/project.ts";
import type { Interpreter } from "../../python/interpreter.ts";

/** What is made, of what, and where. */
export interface BuildTarget {
  /** The generation's own folder, absolute; it does not exist yet. */
  readonly generation: string;
  /** A folder for files that only this build needs, absolute. */
  readonly work: string;
  /** The interpreter below it: by its anchor, and what it is. */
  readonly python: string;
  readonly base: Interpreter;
  readonly project: Project;
  /** The root as it is seen beside a uv.lock that is to come; undefined: the one in place counts. */
  readonly lockView: string | undefined;
  /** What exactly this was resolved to before, for what has no lock; a file, absolute. */
  readonly known: string | undefined;
  /** The resolution to stay near to, if there is one; absolute. */
  readonly preferred: string | undefined;
  /** Tells the indexes that the user names now from others; "" for none. */
  readonly indexes: string;
  /** Where resolutions are kept, absolute. */
  readonly resolved: string;
}

export const INSTALL_FAILED = {
  id: "install-failed",
  hint: "correct what the output above names",
} as const;
