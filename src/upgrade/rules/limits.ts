import type { Pin } from "../../config/lock/prime-lock.ts";
import { coolDownOf, type Exclusion, type Policy } from "../../config/policy/policy.ts";
import { holds, type MarkerEnvironment } from "../../project/markers.ts";
import type { Limits } from "../../uv/limits.ts";
import { isWithin } from "./ruling.ts";

/** One version of a package in a resolution. */
export interface Locked {
  /** Normalized. */
  readonly name: string;
  /** The version; with its commit when it comes from a version control system. */
  readonly version: string;
  /** The machines that get this version, when others get another one; null: all. */
  readonly marker: string | null;
  /**
   * When the youngest of its files was published, in milliseconds since the epoch; null when its index does not tell.
   */
  readonly published: number | null;
  /** Its index, an address or a folder; null: it is not from an index, so that no index offers another version. */
  readonly registry: string | null;
  /** The names of what it requires, as far as they are known. */
  readonly requires: readonly string[];
}

/** A pin, and the machines for which it holds; null: all. */
export type PlacedPin = Pin & Pick<Locked, "marker">;

/** The rules by which versions may be taken. */
export interface PackageRules {
  readonly policy: Policy;
  /** The pins that are in force. */
  readonly pins: readonly PlacedPin[];
  /** The repo's own limits on age, in uv's settings. */
  readonly own: OwnLimits;
  readonly now: number;
}

/** Milliseconds since the epoch; null: none. */
export interface OwnLimits {
  readonly general: number | null;
  readonly single: ReadonlyMap<string, number | null>;
}

/** What earlier tries have shown. */
export interface Tried {
  /** Packages whose index does not tell when it published them. */
  readonly untimed: ReadonlySet<string>;
  /** Packages in use that are too young and stay as they are; of several versions the youngest. */
  readonly staying: ReadonlyMap<string, Locked>;
  /** Which complement is tried of an exclusion that no single constraint can express. */
  readonly complements: ReadonlyMap<Exclusion, number>;
}

/** Whether anything but the declared ranges limits what is taken. */
export function hasRules({ policy, pins }: PackageRules): boolean {
  const { exclude, excludeNewer, excludeNewerPackage } = policy;
  const ages = [excludeNewer.value, ...Object.values(excludeNewerPackage.value)];
  return pins.length > 0 || exclude.value.some(isOfPackage) || ages.some((age) => age > 0);
}

function isOfPackage({ name }: Exclusion): boolean {
  return name !== "python";
}

export function limitsOf(rules: PackageRules, { untimed, staying, complements }: Tried): Omit<Limits, "moving"> {
  const { policy, pins, own } = rules;
  const excluded = policy.exclude.value.filter(isOfPackage).flatMap((one) => {
    const all = complementsOf(one.range);
    const chosen = all.length === 1 ? all[0] : all[complements.get(one) ?? -1];
    return chosen === undefined ? [] : [`${one.name} ${chosen}`];
  });
  const single = Object.keys(policy.excludeNewerPackage.value);
  const isGeneral = policy.excludeNewer.value > 0;
  const isLimited = isGeneral || single.length > 0;
  const beforeByName = new Map<string, number | null>();
  for (const name of isLimited ? [...single, ...own.single.keys(), ...untimed, ...staying.keys()] : []) {
    const stays = staying.get(name)?.published;
    const moment = untimed.has(name) ? null : cutoffOf(rules, name);
    beforeByName.set(name, stays != null && moment !== null ? Math.max(moment, stays + 1000) : moment);
  }
  return {
    constraints: [...excluded, ...pins.map(asConstraint)],
    before: isGeneral ? cutoffOf(rules, undefined) : null,
    beforeByName,
  };
}

/**
 * Where a pin holds when a package is locked in several versions, each for some machines: where the pinned version is
 * locked; if it is nowhere, where the version of this machine is.
 */
export function placePin(pin: Pin, locked: readonly Locked[], here: MarkerEnvironment): PlacedPin {
  const forks = locked.flatMap(({ name, version, marker }) =>
    name === pin.name && marker !== null ? { version: withoutCommit(version), marker } : [],
  );
  const same = forks.filter(({ version }) => version === pin.version);
  const meant = same.length > 0 ? same : forks.filter(({ marker }) => holds(marker, here) !== false);
  return { ...pin, marker: meant.length === 0 ? null : meant.map(({ marker }) => marker).join(" or ") };
}

/** The constraint that keeps a package at a version, on the machines of its marker. */
export function asConstraint({ name, version, marker }: Pick<Locked, "name" | "version" | "marker">): string {
  return `${name} ==${version}${marker === null ? "" : ` ; ${marker}`}`;
}

/**
 * From when on a package is too young, by the policy and by the repo's own settings, in milliseconds since the epoch;
 * null: never.
 */
export function cutoffOf({ policy, own, now }: PackageRules, name: string | undefined): number | null {
  const age = name === undefined ? policy.excludeNewer.value : coolDownOf(policy, name);
  const theirs = name !== undefined && own.single.has(name) ? own.single.get(name) : own.general;
  const moments = [age > 0 ? now - age : null, theirs ?? null].filter((one) => one !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}

/** Whether the policy, and not only the repo's own settings, finds a version too young. */
export function isTooYoung({ policy, now }: PackageRules, { name, published }: Locked): boolean {
  const age = coolDownOf(policy, name);
  return age > 0 && published !== null && published >= now - age;
}

const OPPOSITE: Readonly<Record<string, string>> = {
  "==": "!=",
  "!=": "==",
  ">=": "<",
  "<": ">=",
  ">": "<=",
  "<=": ">",
};

/**
 * Constraints that each allow only versions outside of a range, and together all of these; those that allow newer
 * versions come first. PEP 508 has no "or": when there are several, one has to be chosen.
 */
export function complementsOf(range: string): string[] {
  if (range === "") return ["<0"];
  const found = range.split(",").flatMap((clause) => {
    const [, operator = "", version = ""] = /^([~=!<>]=?)(.*)$/.exec(clause) ?? [];
    return operator === "~=" ? [`>=${nextOf(version)}`, `<${version}`] : [`${OPPOSITE[operator]}${version}`];
  });
  return found.sort((one, other) => Number(one.startsWith("<")) - Number(other.startsWith("<")));
}

/** The first version that `~=` does not allow: 2.0 for 1.4, 1.5 for 1.4.2 (PEP 440, "Compatible release"). */
function nextOf(version: string): string {
  const [, epoch = "", numbers = ""] = /^(\d+!)?(\d+(?:\.\d+)*)/.exec(version) ?? [];
  const release = numbers.split(".").map(Number).slice(0, -1);
  return epoch + [...release.slice(0, -1), (release.at(-1) ?? 0) + 1].join(".");
}

/** The first exclusion that a resolution violates. */
export function violated({ policy }: PackageRules, packages: readonly Locked[]): Exclusion | undefined {
  return policy.exclude.value.find((one) =>
    packages.some(
      ({ name, version }) => name === one.name && (one.range === "" || isWithin(withoutCommit(version), one.range)),
    ),
  );
}

/** The version without its commit. */
export function withoutCommit(version: string): string {
  return version.split(" ", 1)[0] as string;
}
