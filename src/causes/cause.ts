import type { Environment } from "../edges/command.ts";
import type { Project } from "../project/project.ts";

/** Why a tool failed, for the end of `could not …`, and what cures it. */
export interface Cause {
  readonly why: string;
  /** Undefined where the step that failed knows better. */
  readonly next: string | undefined;
}

/** What is known where a tool failed. */
export interface Scene {
  readonly root: string;
  /** The user's. */
  readonly env: Environment;
  /** Undefined where no project was read yet. */
  readonly project: Project | undefined;
}

/** What the expression found, and its groups; those that found nothing, or that it has not, are empty. */
export type Found = readonly [string, string, string, string, string, string];

/** One kind of cause: the tool's words that tell it, and what they mean here; undefined where they mean something else. */
export interface Row {
  readonly says: RegExp;
  readonly cause: (found: Found, scene: Scene, words: string) => Cause | undefined;
}
