import * as path from "node:path";
import type { Config } from "../../config/config.ts";
import type { Environment } from "../../edges/command.ts";
import { sha256 } from "../../edges/files/read.ts";
import { contentsOf } from "../../inputs/observation.ts";
import type { Project } from "../../project/project.ts";
import { textOfNumber } from "../../toml.ts";
import { interpreterIdentity, type SeenInterpreter } from "./interpreter-record.ts";

export interface DigestParts {
  readonly root: string;
  readonly interpreter: SeenInterpreter;
  readonly config: Config;
  readonly project: Project;
  readonly driver: Config["venv_driver"]["value"];
  /** Version of uv; null with the pip driver. */
  readonly uv: string | null;
  readonly env: Environment;
  /** sha256 of the archive that `prime.lock` names for this machine; null where it names none. */
  readonly pinned: string | null;
}

/** A file on this machine that a resolution takes a package from, and that the repo's own files do not name. */
export type Archive = readonly [path: string, sha256: string | null];

/** All that decides what an environment is, with the sha256 of what counts of each file. The manifest keeps it. */
export type Ingredients = ReturnType<typeof ingredientsOf>;

/**
 * Gathers the ingredients. The path of the root is one of them, since editable installs and script shebangs have it.
 */
export function ingredientsOf({ root, interpreter, config, project, driver, uv, env, pinned }: DigestParts) {
  return {
    interpreter: interpreterIdentity(interpreter),
    ...(pinned === null ? {} : { pinned }),
    layout: LAYOUT,
    root,
    driver,
    uv,
    kind: project.kind,
    name: project.name,
    extras: project.extras,
    groups: project.groups,
    packages: project.packages,
    requirementFiles: project.requirementFiles,
    ...(project.kind === "descriptors" ? { installGroups: project.installGroups } : {}),
    ...(project.groupsAlone ? { groupsAlone: true } : {}),
    ...(config.oneStart.additions.length > 0 ? { additions: config.oneStart.additions } : {}),
    lock: config.lock.value === "frozen",
    variables: project.variables.map((name) => [name, digestOfValue(env[name])] as const),
    inputs: project.inputs
      .map(
        (input) =>
          [
            input.kind === "dead" ? "absent" : input.kind, // both ask for the same
            path.relative(root, input.path),
            project.relevantContents[input.path] ?? contentsOf(input) ?? null,
          ] as const,
      )
      .sort(),
    ...toldByUser(project),
    archives: [] as readonly Archive[],
  };
}

/** What the user tells uv. A user who tells it nothing has no such part, and shares what others built. */
function toldByUser({ userSettings }: Project): { readonly userSettings?: readonly (readonly [string, string])[] } {
  const files = userSettings.files.map(
    ({ table }) => ["uv.toml", sha256(JSON.stringify(table, textOfNumber))] as const,
  );
  const variables = Object.entries(userSettings.variables).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return files.length + variables.length === 0 ? {} : { userSettings: [...files, ...variables] };
}

/** sha256 of all ingredients: equal digests mean that one generation serves. */
export function digestOf(ingredients: Ingredients): string {
  return sha256(JSON.stringify(ingredients));
}

/**
 * Names what a resolution was made for: the ingredients without the interpreter's place, the user's indexes, and what
 * the resolution brings in.
 */
export function digestOfResolution(madeOf: Ingredients, seen: SeenInterpreter): string {
  const { implementation, version, soabi, platform, libc } = seen;
  const where = { implementation, version, soabi, platform, libc };
  return sha256(JSON.stringify({ ...madeOf, interpreter: where, archives: [], userSettings: undefined }));
}

/** Tells apart the indexes that users name; "" when this one names none. */
export function digestOfIndexes({ userSettings }: Ingredients): string {
  return userSettings === undefined ? "" : sha256(JSON.stringify(userSettings)).slice(0, 16);
}

/** Only a digest is kept: requirement files name variables that hold secrets. */
function digestOfValue(value: string | undefined): string | null {
  return value === undefined ? null : sha256(value);
}

/** Raised when the form changes; a generation of another form is not used. */
export const LAYOUT = 7;
