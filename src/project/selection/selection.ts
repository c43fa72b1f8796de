import type { Config, OneStart } from "../../config/config.ts";
import type { Source, Sourced } from "../../config/source.ts";
import { PrimeError, usageError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { normalizeName } from "../packages.ts";
import type { Brought, Part } from "./brought.ts";
import { refuseConflict } from "./conflicts.ts";

/** What a repo offers to choose from; names normalized. */
export interface Offers {
  /** The file that declares it, for messages. */
  readonly where: string;
  readonly extras: readonly string[];
  /** False when there may be extras that cannot be told without running something. */
  readonly extrasAreKnown: boolean;
  readonly groups: readonly string[];
  /** What each group and extra brings with it. */
  readonly brought: Brought;
  /** `tool.uv.default-groups`, or those of a pylock.toml. */
  readonly defaultGroups: readonly string[] | "all" | undefined;
  /** Those of a pylock.toml that stand for the project's own dependencies (PDM's `default`): whoever names others has them too. */
  readonly ownGroups: readonly string[];
  /** `tool.uv.conflicts`: of each set one may be installed. */
  readonly conflicts: readonly (readonly Part[])[];
  /** Members that `install_packages` may name. */
  readonly packages: readonly string[];
}

export interface Selection {
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly notes: readonly string[];
}

interface Inference {
  readonly infer: boolean;
  /** The extras of root that requirement files ask for. */
  readonly byFiles: readonly string[];
}

const DEV_NAMES = ["dev", "test", "tests", "testing", "devel", "develop", "development"];

/**
 * What the configuration names, and an error when the repo does not declare it; else what a developer needs: the
 * default groups, else the first group of the usual names, else the first extra of them. `infer: false` takes what is
 * configured and the default groups alone, as uv does. What is excluded stays out whoever names it.
 */
export function select(config: Config, offers: Offers, { infer, byFiles }: Inference): Selection {
  const { withoutGroups, withoutExtras, withoutDev, onlyGroups } = config.oneStart;
  checkPackages(config, offers);
  const excluded = {
    groups: [...named("group", withoutGroups, "--no-group", offers), ...(withoutDev ? ["dev"] : [])],
    extras: named("extra", withoutExtras, "--no-extra", offers),
  };
  const chosen =
    onlyGroups === null
      ? choose(config, offers, { infer: infer && !withoutDev, byFiles }, excluded)
      : { extras: [], groups: named("group", onlyGroups, "--only-group", offers), notes: [] };
  const selection = {
    extras: chosen.extras.filter((name) => !excluded.extras.includes(name)),
    groups: chosen.groups.filter((name) => !excluded.groups.includes(name)),
    notes: chosen.notes,
  };
  if (onlyGroups !== null && selection.groups.length === 0) throw nothingLeft();
  refuseConflict(selection, offers);
  return selection;
}

/** Nothing is told of what is `excluded`. */
function choose(
  config: Config,
  offers: Offers,
  { infer, byFiles }: Inference,
  excluded: Readonly<Record<"groups" | "extras", readonly string[]>>,
): Selection {
  const chosen = configured(config.install_groups, "group", offers);
  const asked = chosen === undefined ? defaultGroups(offers) : [...new Set([...offers.ownGroups, ...chosen])];
  const groups = asked?.filter((name) => !excluded.groups.includes(name));
  const extras = configured(config.install_extras, "extra", offers);
  if (groups !== undefined || !infer) {
    return { extras: extras ?? [], groups: groups ?? uvGroups(offers), notes: noteDefaults(config, offers, groups) };
  }
  const group = DEV_NAMES.find((name) => offers.groups.includes(name));
  if (group !== undefined)
    return { extras: extras ?? [], groups: [group], notes: noteInferred("group", group, excluded.groups) };
  const extra = extras === undefined ? DEV_NAMES.find((name) => offers.extras.includes(name)) : undefined;
  if (extra !== undefined) return { extras: [extra], groups: [], notes: noteInferred("extra", extra, excluded.extras) };
  return { extras: extras ?? [], groups: [], notes: noteNothing(offers, extras, byFiles) };
}

/** Whether the flags of this start take groups out. */
export function leavesOut({ withoutGroups, withoutDev, onlyGroups }: OneStart): boolean {
  return withoutGroups.length > 0 || withoutDev || onlyGroups !== null;
}

/** uv's own defaults for a project that sets none: the group `dev`, if there is one. */
function uvGroups(offers: Offers): readonly string[] {
  return offers.groups.filter((name) => name === "dev");
}

function defaultGroups(offers: Offers): readonly string[] | undefined {
  if (offers.defaultGroups === "all") return offers.groups;
  for (const name of offers.defaultGroups ?? []) {
    if (!offers.groups.includes(name)) {
      throw unknown("group", name, `the default groups in ${offers.where} name it`, offers.groups, offers);
    }
  }
  return offers.defaultGroups;
}

function configured(
  { value, source }: Sourced<readonly string[] | "all" | null>,
  what: "group" | "extra",
  offers: Offers,
): readonly string[] | undefined {
  if (value === null) return undefined;
  return value === "all" ? declaredOf(what, offers) : named(what, value, origin(source), offers);
}

/** The names, normalized, when the repo declares them. */
function named(what: "group" | "extra", names: readonly string[], by: string, offers: Offers): readonly string[] {
  const declared = declaredOf(what, offers);
  const mayBeHidden = what === "extra" && !offers.extrasAreKnown;
  const normal = [...new Set(names.map(normalizeName))];
  const strange = mayBeHidden ? undefined : normal.find((name) => !declared.includes(name));
  if (strange !== undefined) throw unknown(what, strange, `${by} asks for it`, declared, offers);
  return normal;
}

function declaredOf(what: "group" | "extra", offers: Offers): readonly string[] {
  return what === "group" ? offers.groups : offers.extras;
}

function nothingLeft(): PrimeError {
  return usageError(
    "usage",
    "could not choose what to install: --no-group leaves out all that --only-group names",
    "leave one of them out",
  );
}

function checkPackages(config: Config, offers: Offers): void {
  const asked = config.install_packages;
  if (asked.value === null || asked.value === "all") return;
  for (const name of asked.value.map(normalizeName)) {
    if (!offers.packages.includes(name)) {
      throw unknown("workspace member", name, `${origin(asked.source)} asks for it`, offers.packages, offers);
    }
  }
}

function unknown(what: string, name: string, why: string, declared: readonly string[], offers: Offers): PrimeError {
  const meant = nearest(name, declared);
  const there = declared.length === 0 ? `declares no ${what}` : `declares ${list(declared)}`;
  return new PrimeError(
    `unknown-${what.split(" ").pop()}`,
    `could not install the ${what} \`${name}\` (${why}): ${offers.where} ${there}`,
    meant === undefined ? `take \`${name}\` out, or declare it there` : `did you mean \`${meant}\`?`,
  );
}

function origin(source: Source): string {
  const where = source.where ?? "the configuration";
  return source.key === undefined ? where : `${source.key} in ${where}`;
}

function noteDefaults(config: Config, offers: Offers, groups: readonly string[] | undefined): string[] {
  if (config.install_groups.value !== null || groups === undefined) return [];
  return [`Installs the default groups of ${offers.where}: ${groups.length === 0 ? "none" : list(groups)}.`];
}

function noteInferred(what: "group" | "extra", name: string, excluded: readonly string[]): string[] {
  return excluded.includes(name) ? [] : [`Installs the ${what} \`${name}\`, by its name.`];
}

function noteNothing(offers: Offers, extras: readonly string[] | undefined, byFiles: readonly string[]): string[] {
  if ([...(extras ?? []), ...byFiles].length > 0) return [];
  if (offers.groups.length === 0 && (offers.extras.length === 0 || extras !== undefined)) return [];
  return ["Installs no group or extra, since none has a usual name."];
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
