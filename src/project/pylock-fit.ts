import { satisfies, validRange } from "@renovatebot/pep440";
import type { LockedPackage } from "./files/pylock.ts";
import { holds, type MarkerEnvironment } from "./markers.ts";
import { requirementHead } from "./packages.ts";

/** What a pylock.toml of the repo's own holds, and what the project beside it asks for. */
export interface LockedNeeds {
  readonly packages: readonly LockedPackage[];
  /** Requirements (PEP 508) of the project itself and of the chosen extras and groups that the lock has. */
  readonly needs: readonly string[];
  readonly extras: readonly string[];
  readonly groups: readonly string[];
}

/**
 * The requirements that hold in an environment and that no package of the lock meets, as they are written. What can't be told
 * (a version that only a build tells, a marker with a variable that has no value here) counts as met.
 */
export function unmet({ packages, needs, extras, groups }: LockedNeeds, environment: MarkerEnvironment): string[] {
  const sets = { extras, groups };
  const here = packages.filter(({ marker }) => marker === undefined || holds(marker, environment, sets) !== false);
  return needs.filter((text) => {
    const [requirement = "", marker] = text.split(/\s*;\s*(.*)/s);
    const name = requirementHead(requirement)?.name;
    if (name === undefined || (marker !== undefined && holds(marker, environment, sets) !== true)) return false;
    return !here.some((one) => one.name === name && fits(one.version, requirement));
  });
}

function fits(version: string | undefined, requirement: string): boolean {
  const range = /^\s*[\w.-]+\s*(?:\[[^\]]*\])?\s*\(?([^()@]*)\)?\s*$/.exec(requirement)?.[1]?.replace(/\s/g, "") ?? "";
  return version === undefined || !validRange(range) || satisfies(version, range, { prereleases: true });
}
