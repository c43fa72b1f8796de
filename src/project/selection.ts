import type { Config } from "../config/config.ts";
import type { Source, Sourced } from "../config/source.ts";
import { PrimeError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { normalizeName } from "./packages.ts";

/** What a repo offers to choose from; names normalized. */
export interface Offers {
  /** The file that declares it, for messages. */
  readonly where: string;
  readonly extras: readonly string[];
  /** False when there may be extras that cannot be told without running something. */
  readonly extrasAreKnown: boolean;
  readonly groups: readonly string[];
  /** `tool.uv.default-groups`. */
  readonly defaultGroups: readonly string[] | "all" | undefined;
  /** Members that `install_packages` may name. */
  readonly packages: readonly string[];
}

export interface Selection {
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly notes: readonly string[];
}

const GROUP_NAMES = ["dev", "test", "tests"];
const EXTRA_NAMES = ["dev", "test", "tests", "testing"];

/**
 * What the configuration names, and an error when the repo does not declare it; else what a developer needs: the
 * default groups, else the first group of the usual names, else the first extra of them. `infer: false` takes what is
 * configured and the default groups alone.
 */
export function select(config: Config, offers: Offers, options: { infer: boolean }): Selection {
  checkPackages(config, offers);
  const groups = configured(config.installGroups, offers.groups, "group", offers) ?? defaultGroups(offers);
  const extras = configured(config.installExtras, offers.extras, "extra", offers);
  if (groups !== undefined || !options.infer) {
    return { extras: extras ?? [], groups: groups ?? [], notes: noteDefaults(config, offers, groups) };
  }
  const group = GROUP_NAMES.find((name) => offers.groups.includes(name));
  if (group !== undefined) {
    return { extras: extras ?? [], groups: [group], notes: [noteInferred("group", group, offers.groups)] };
  }
  const extra = extras === undefined ? EXTRA_NAMES.find((name) => offers.extras.includes(name)) : undefined;
  if (extra !== undefined) return { extras: [extra], groups: [], notes: [noteInferred("extra", extra, offers.extras)] };
  return { extras: extras ?? [], groups: [], notes: noteNothing(offers, extras) };
}

/** uv's own defaults for a project that sets none: the group `dev`, if there is one. */
export function uvDefaultGroups(offers: Offers): readonly string[] {
  return defaultGroups(offers) ?? offers.groups.filter((name) => name === "dev");
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
  asked: Sourced<readonly string[] | null>,
  declared: readonly string[],
  what: "group" | "extra",
  offers: Offers,
): readonly string[] | undefined {
  if (asked.value === null) return undefined;
  const names = [...new Set(asked.value.map(normalizeName))];
  const mayBeHidden = what === "extra" && !offers.extrasAreKnown;
  for (const name of names) {
    if (!declared.includes(name) && !mayBeHidden)
      throw unknown(what, name, `${origin(asked.source)} asks for it`, declared, offers);
  }
  return names;
}

function checkPackages(config: Config, offers: Offers): void {
  const asked = config.installPackages;
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
    { hint: meant === undefined ? `take \`${name}\` out, or declare it there` : `did you mean \`${meant}\`?` },
  );
}

function origin(source: Source): string {
  const where = source.where ?? "the configuration";
  return source.key === undefined ? where : `${source.key} in ${where}`;
}

function noteDefaults(config: Config, offers: Offers, groups: readonly string[] | undefined): string[] {
  if (config.installGroups.value !== null || groups === undefined) return [];
  return [`Installs the default groups of ${offers.where}: ${groups.length === 0 ? "none" : list(groups)}.`];
}

function noteInferred(what: "group" | "extra", name: string, declared: readonly string[]): string {
  const others = declared.filter((other) => other !== name);
  const rest =
    others.length === 0 ? "" : `; not installed: ${list(others)} (\`install_${what}s\` or \`--${what}\` chooses)`;
  return `Installs the ${what} \`${name}\`, by its name${rest}.`;
}

function noteNothing(offers: Offers, extras: readonly string[] | undefined): string[] {
  const rest = [
    ...(offers.groups.length === 0 ? [] : [`groups ${list(offers.groups)}`]),
    ...(offers.extras.length === 0 || extras !== undefined ? [] : [`extras ${list(offers.extras)}`]),
  ];
  if (rest.length === 0) return [];
  return [`Installs no group or extra, since none is named ${GROUP_NAMES.join(", ")}; declared: ${rest.join("; ")}.`];
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
