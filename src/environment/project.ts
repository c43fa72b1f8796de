import type { Input } from "../launch/input.ts";

/** What kind of repo this is, first match wins (README, "What is installed"). */
export type ProjectKind = "uv-lock" | "pylock" | "pyproject" | "requirements" | "setup" | "nothing";

/** What a repo asks to be installed, read from its files without running any of them. */
export interface Project {
  readonly kind: ProjectKind;
  /** For VIRTUAL_ENV_PROMPT: `project.name`, else setup.cfg's name, else the root folder's name. */
  readonly name: string;
  /** Whether the root itself is installed, editable. */
  readonly installsRoot: boolean;
  /** Extras of the root, as configured or inferred, in order; PEP 685-normalized. */
  readonly extras: readonly string[];
  /** Dependency groups (PEP 735), as configured or inferred, in order. Null with kind `uv-lock`: uv's own defaults. */
  readonly groups: readonly string[] | null;
  /** Workspace members to install; null: uv's default. */
  readonly packages: readonly string[] | "all" | null;
  /** Requirement files, relative to root, in order. */
  readonly requirementFiles: readonly string[];
  /** PEP 735 groups expanded to PEP 508 texts (include-group followed), for drivers that know no groups. */
  readonly groupRequirements: readonly string[];
  /** Folders, absolute, of each local project that is installed: root, members, path dependencies, `-e DIR`. */
  readonly localProjects: readonly string[];
  /** Extras and groups that the repo declares, for hints: name → requirement texts. */
  readonly declaredExtras: Readonly<Record<string, readonly string[]>>;
  readonly declaredGroups: Readonly<Record<string, readonly string[]>>;
  /** What was inferred or passed over and why, a sentence each, for the first run's summary. */
  readonly notes: readonly string[];
  readonly inputs: readonly Input[];
}
