import { compare, valid } from "@renovatebot/pep440";
import type { PackageChange } from "../../project/packages.ts";
import type { DeclaredRange } from "../../project/ranges/declared.ts";
import { cutoffOf, isTooYoung, type Locked, type PackageRules, withoutCommit } from "../rules/limits.ts";
import { describeSource, describeSources, exclusionOf, type RefusedVersion } from "../rules/ruling.ts";

/** A package that gets another version, comes, or goes. */
export interface PackageMove extends PackageChange {
  /** In a few words. */
  readonly why: string;
}

/** What the changes of packages are computed from. */
export interface ChangeFacts {
  readonly before: readonly Locked[];
  readonly after: readonly Locked[];
  /** What the declared ranges alone would allow; empty when no rule plays a part. */
  readonly free: readonly Locked[];
  readonly rules: PackageRules;
  readonly declared: readonly DeclaredRange[];
  /** The packages that are to be moved; null: all. */
  readonly names: readonly string[] | null;
  /** `NAME VERSION` of each version that its index has withdrawn, with its reason ("" for none). */
  readonly yanked: ReadonlyMap<string, string>;
  /** `NAME VERSION` of each version that its index does not have any more. */
  readonly gone: ReadonlySet<string>;
  /** Absolute; files in it are shown relative to it. */
  readonly root: string;
}

/** The packages that get another version, come or go, and why. */
export function changesOf(told: ChangeFacts): PackageMove[] {
  return changedNames(told).map(({ name, from, to }) => ({ name, from, to, why: whyOf(name, from, to, told) }));
}

/**
 * The versions that were in use and are not any more. A lock may have several versions of one package, for different
 * machines.
 */
export function noLongerUsed({ before, after }: Pick<ChangeFacts, "before" | "after">): Locked[] {
  return before.filter((one) => !after.some(({ name, version }) => name === one.name && version === one.version));
}

function changedNames({ before, after }: Pick<ChangeFacts, "before" | "after">) {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  const all = names.map((name) => ({ name, from: versionsIn(before, name), to: versionsIn(after, name) }));
  return all.filter(({ from, to }) => from !== to);
}

/** All versions of one package in a lock, which may have several for different machines. */
function versionsIn(packages: readonly Locked[], name: string): string | null {
  const versions = packages.filter((one) => one.name === name).map(({ version }) => version);
  return versions.length === 0 ? null : [...new Set(versions)].sort(byVersion).join(" and ");
}

/** Below zero when `left` is the lower version. */
export function byVersion(left: string, right: string): number {
  const [one, other] = [withoutCommit(left), withoutCommit(right)];
  return valid(one) && valid(other) ? compare(one, other) : one.localeCompare(other);
}

/** Versions that are newer than those in use or taken: the declared ranges allow them, and the rules do not. */
export function refusedOf({ after, free, rules, root }: ChangeFacts): RefusedVersion[] {
  return free.flatMap((one) => {
    const same = after.filter(({ name }) => name === one.name);
    const forThese = same.filter(({ marker }) => marker === one.marker);
    const taken = forThese.length > 0 ? forThese : same;
    if (taken.length === 0 || taken.some(({ version }) => byVersion(version, one.version) >= 0)) return [];
    const found = ruleAgainst(one, rules, root);
    return found === undefined ? [] : [{ name: one.name, version: withoutCommit(one.version), ...found }];
  });
}

function ruleAgainst(one: Locked, rules: PackageRules, root: string): Pick<RefusedVersion, "rule" | "why"> | undefined {
  const { policy, pins } = rules;
  const version = withoutCommit(one.version);
  const excluded = exclusionOf(policy, one.name, version);
  if (excluded !== undefined)
    return { rule: "exclude", why: `${version} is excluded by ${describeSource(excluded.source, root)}` };
  const pin = pins.find(({ name }) => name === one.name);
  if (pin !== undefined) return { rule: "hold", why: `prime.lock holds ${pin.name} at ${pin.version}` };
  const own = Object.hasOwn(policy.excludeNewerPackage.value, one.name) ? policy.excludeNewerPackage : undefined;
  if (!isTooYoung(rules, one)) return undefined;
  const moment = cutoffOf(rules, one.name);
  const until = moment === null ? "" : `, from ${dayOf(moment)} on`;
  return {
    rule: own === undefined ? "exclude_newer" : "exclude_newer_package",
    why: `it was published on ${dayOf(one.published ?? 0)}, too young for ${describeSources(own ?? policy.excludeNewer, root)}${until}`,
  };
}

function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

function whyOf(name: string, from: string | null, to: string | null, told: ChangeFacts): string {
  const { after, rules, root, yanked, gone, names } = told;
  const by = after.find(({ requires }) => requires.includes(name));
  const requiredBy = by === undefined ? undefined : `required by ${by.name} ${by.version}`;
  if (from === null) return requiredBy ?? "asked for";
  if (to === null) return "nothing requires it any more";
  const olds = noLongerUsed(told).filter((one) => one.name === name);
  for (const { version } of olds) {
    const excluded = exclusionOf(rules.policy, name, withoutCommit(version));
    if (excluded !== undefined)
      return `${withoutCommit(version)} is excluded by ${describeSource(excluded.source, root)} (${excluded.text})`;
  }
  const pin = rules.pins.find((one) => one.name === name);
  if (pin !== undefined) return `prime.lock holds it at ${pin.version}${pin.reason === null ? "" : `: ${pin.reason}`}`;
  for (const { version } of olds) {
    const reason = yanked.get(`${name} ${version}`);
    if (reason !== undefined) return `${version} was yanked${reason === "" ? "" : `: ${reason}`}`;
    if (gone.has(`${name} ${version}`)) return `its index no longer has ${version}`;
  }
  const isNamed = names === null || names.includes(name);
  if (byVersion(from, to) > 0 || !isNamed) return requiredBy ?? "what else is taken asks for it";
  const ranges = told.declared.filter((one) => one.name === name && !one.isConditional && one.range !== "");
  const within =
    ranges.length === 0 ? "that fits" : `within ${[...new Set(ranges.map(({ range }) => range))].join(" and ")}`;
  const isLess = refusedOf(told).some((one) => one.name === name);
  return `newest ${within}${isLess ? " that the policy allows" : ""}`;
}
