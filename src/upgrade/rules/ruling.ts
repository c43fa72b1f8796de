import * as path from "node:path";
import { satisfies } from "@renovatebot/pep440";
import type { Exclusion, Policy, Ruled } from "../../config/policy/policy.ts";
import type { UpgradeValues } from "../../config/policy/schema.ts";
import type { Source } from "../../config/source.ts";

/** A version that was refused, and the rule that refused it. */
export interface RefusedVersion {
  /** Normalized; `python` is the interpreter. */
  readonly name: string;
  readonly version: string;
  /** `hold`: a pin of prime.lock; `known-bad`: it was put in force once, and rolled back. */
  readonly rule: keyof UpgradeValues | "requires-python" | "hold" | "known-bad";
  /** In words, with the place that says so. */
  readonly why: string;
}

/** The first exclusion of a policy that covers this version. */
export function exclusionOf(
  { exclude }: Pick<Policy, "exclude">,
  name: string,
  version: string,
): Exclusion | undefined {
  return exclude.value.find((one) => one.name === name && (one.range === "" || isWithin(version, one.range)));
}

/** Whether a version is within a PEP 440 range, be it a pre-release or not. */
export function isWithin(version: string, range: string): boolean {
  return satisfies(version, range, { prereleases: true });
}

/** A source in words, as `upgrade.exclude in prime.toml`; files in root are shown relative to it. */
export function describeSource({ kind, where = "", key }: Source, root: string): string {
  if (kind !== "file") return where;
  const relative = path.relative(root, where);
  const file = relative.startsWith("../") ? where : relative;
  return key === undefined ? file : `${key} in ${file}`;
}

/** The sources of a rule, in words. */
export function describeSources({ sources }: Ruled<unknown>, root: string): string {
  return sources.map((source) => describeSource(source, root)).join(" and ");
}
