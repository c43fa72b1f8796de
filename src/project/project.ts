import type { Input } from "../inputs/input.ts";
import type { RequirementOptions } from "./files/requirement-options.ts";
import type { PlacedLine } from "./files/requirements.ts";
import type { NeededSource } from "./files/uv/sources.ts";
import type { UserSettings } from "./files/uv/user-settings.ts";
import type { UvSettings } from "./files/uv/uv-settings.ts";
import type { ProjectKind } from "./kinds.ts";
import type { LockedNeeds } from "./pylock-fit.ts";

/** A local project that is installed by name. */
export interface LocalProject {
  /** Absolute. */
  readonly folder: string;
  readonly extras: readonly string[];
}

/** Local projects that one command installs, editable. */
export interface InstallGroup {
  readonly name: string | null;
  /** The installer's own arguments, as written. */
  readonly args: readonly string[];
  readonly projects: readonly LocalProject[];
}

/** What the repo declares and this environment does not have. */
export interface LeftOut {
  /** Normalized names. */
  readonly groups: readonly string[];
  readonly extras: readonly string[];
  /** Requirement files, relative to root. */
  readonly files: readonly string[];
}

/** A dependency group of one project. */
export interface GroupSource {
  /** The pyproject.toml that declares it, absolute. */
  readonly file: string;
  readonly name: string;
  /** Its own range of Python (`tool.uv.dependency-groups`). */
  readonly requiresPython: string | undefined;
}

/** What a repo asks to be installed, read from its files without running any of them. */
export interface Project {
  readonly kind: ProjectKind;
  /** The file in which people write what it requires, relative to root; it need not be there. */
  readonly declaredIn: string;
  /** What `uv add` can write into pyproject.toml. */
  readonly uvAdds: "all" | "groups" | "nothing";
  /** For VIRTUAL_ENV_PROMPT: `project.name`, else setup.cfg's name, else the root folder's name. */
  readonly name: string;
  /** Whether the root itself is installed, editable. */
  readonly installsRoot: boolean;
  /** Extras of the root, as configured or inferred, in order; PEP 685-normalized. */
  readonly extras: readonly string[];
  /** Only the groups are installed: nothing of the project, nor what it or a requirement file asks for. */
  readonly groupsAlone: boolean;
  /** Dependency groups (PEP 735), as configured or inferred, in order. Null with a lock: the lock's own defaults. */
  readonly groups: readonly string[] | null;
  /**
   * What is to be installed editable: the root when it is a package, and the chosen members. Empty with kind `uv-lock`,
   * where uv knows.
   */
  readonly editables: readonly LocalProject[];
  /** Root or chosen members that are no packages themselves: what they require is installed. */
  readonly virtualProjects: readonly LocalProject[];
  /** The same as PEP 508 texts, chosen extras included, for drivers that know no pyproject.toml. */
  readonly virtualRequirements: readonly string[];
  /** Workspace members to install; null: uv's default. */
  readonly packages: readonly string[] | "all" | null;
  /** Requirement files, relative to root, in order. */
  readonly requirementFiles: readonly string[];
  /** Their lines, and those of the files that they include; what their options say to uv. */
  readonly requirementLines: readonly PlacedLine[];
  readonly requirementOptions: RequirementOptions | null;
  /** Chosen groups where they are declared; none with a lock. */
  readonly groupSources: readonly GroupSource[];
  /** What a pylock.toml of the repo's own has to meet; null with any other kind. */
  readonly lockedNeeds: LockedNeeds | null;
  /** Absolute; null unless it says what is installed. Of a workspace it stands in the folder that declares it, which may be above root. */
  readonly uvLock: string | null;
  /** What uv's files of settings say, where uv installs. */
  readonly uvSettings: UvSettings;
  /** What the user's own say beside them, where something is resolved. */
  readonly userSettings: UserSettings;
  /** PEP 735 groups expanded to PEP 508 texts (include-group followed), for drivers that know no groups; none with a pylock. */
  readonly groupRequirements: readonly string[];
  /** Folders, absolute, of each local project that is installed: root, members, path dependencies, `-e DIR`. */
  readonly localProjects: readonly string[];
  /** Folders, absolute, of projects that are required and say to be no packages: only what they require is installed. */
  readonly virtualSources: readonly string[];
  /** What `tool.uv.sources` of these and of the chosen projects say of packages that they may need. */
  readonly sources: readonly NeededSource[];
  /** Extras and groups that the repo declares, for hints: name → requirement texts. */
  readonly declaredExtras: Readonly<Record<string, readonly string[]>>;
  readonly declaredGroups: Readonly<Record<string, readonly string[]>>;
  /** In the order of their installation; none but with kind `descriptors`. */
  readonly installGroups: readonly InstallGroup[];
  /** What pins the versions of kind `descriptors`, absolute; written by prime after an install. */
  readonly constraintsFile: string | null;
  /** What was inferred and why, a sentence each, for those who ask. */
  readonly notes: readonly string[];
  readonly leftOut: LeftOut;
  /** What is left out, not read or empty, a line each: told once whenever an environment is built. */
  readonly omissions: readonly string[];
  readonly warnings: readonly string[];
  readonly inputs: readonly Input[];
  /** What counts of an input, by its path, where that is less than its bytes. */
  readonly relevantContents: Readonly<Record<string, string>>;
  /** Environment variables that a project names as build inputs (`tool.uv.cache-keys`). */
  readonly variables: readonly string[];
  /** Names of the local projects, as far as they can be told without running anything. */
  readonly localNames: readonly string[];
  /** Those of which a build in uv's cache says nothing: it does not watch all that they read. */
  readonly rebuilt: readonly string[];
}
