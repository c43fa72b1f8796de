import * as path from "node:path";
import { isNetworkWithin } from "../../edges/network/address.ts";
import type { Source } from "../source.ts";
import type { Exclusion, Policy, Ruled, Trial, VerifyCommand, Window } from "./policy.ts";
import type { UpgradeValues, WindowValues } from "./schema.ts";

/** What one place says. */
export interface Said {
  readonly values: UpgradeValues;
  /** Where its relative paths start, absolute. */
  readonly folder: string;
  sourceOf(key: keyof UpgradeValues): Source;
}

const DAY_MS = 86_400_000;
const VERIFY_LIMIT_S = 120;
const KEPT = 3;
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/**
 * The policy in force. The machine's can only tighten: of ranges, windows, hosts and networks both hold, what either excludes is
 * excluded, the longer cool-down and the lower minor count, what the repo waives and tries counts as far as the machine lets it.
 * Where things are fetched from (manifest, mirrors, proxy, certificates) is the machine's to say where it says it.
 */
export function mergePolicies(repo: Said, machine: Said | undefined): Policy {
  const all = machine === undefined ? [repo] : [repo, machine];
  /** The values of one key, the repo's first, become one; `standard` when nobody says anything. */
  const rule = <K extends keyof UpgradeValues, T>(
    key: K,
    standard: T,
    become: (said: NonNullable<UpgradeValues[K]>, by: Said) => T,
    both: (repo: T, machine: T) => T,
  ): Ruled<T> => {
    const said = all.filter(({ values }) => values[key] !== undefined);
    const values = said.map((by) => become(by.values[key] as NonNullable<UpgradeValues[K]>, by));
    return {
      value: values.length === 0 ? standard : values.reduce((one, other) => both(one, other)),
      sources: said.map((by) => by.sourceOf(key)),
    };
  };
  const maxMinor = rule("max_minor", null as string | null, same, (one, other) =>
    minorNumber(one) <= minorNumber(other) ? one : other,
  );
  return {
    manifest: rule("manifest", null as string | null, (text, { folder }) => addressOrPath(text, folder), machines),
    mirrors: rule("mirrors", [] as readonly string[], same, machines),
    python: rule("python", [] as readonly string[], (text) => [text], joined),
    maxMinor,
    prereleases: prereleases(all),
    exclude: rule(
      "exclude",
      [] as readonly Exclusion[],
      (texts, by) => texts.map((text) => exclusion(text, by)),
      joined,
    ),
    excludeNewer: rule("exclude_newer", 0, (days) => days * DAY_MS, Math.max),
    excludeNewerPackage: coolDowns(all),
    waive: rule("waive", [] as readonly string[], same, (one, other) => one.filter((name) => other.includes(name))),
    platforms: rule("platforms", null as readonly string[] | null, same, (one, other) =>
      (one ?? []).filter((name) => other?.includes(name)),
    ),
    allowedHosts: rule(
      "allowed_hosts",
      null as readonly string[] | null,
      (hosts) => hosts.map((one) => one.toLowerCase()),
      narrowerOf(isHostWithin),
    ),
    allowedNetworks: rule("allowed_networks", null as readonly string[] | null, same, narrowerOf(isNetworkWithin)),
    proxy: rule("proxy", null as string | null, same, machines),
    caFile: rule("ca_file", null as string | null, (file, { folder }) => path.resolve(folder, file), machines),
    windows: rule("windows", [] as readonly (readonly Window[])[], (windows) => [windows.map(window)], joined),
    urgent: rule("urgent", null as boolean | null, same, (one, other) => one === true && other === true),
    verify: rule("verify", [] as readonly VerifyCommand[], (commands) => commands.map(verifyCommand), joined),
    trial: rule(
      "trial",
      null as Trial | null,
      ({ starts = 3, window_s = 60 }) => ({ starts, windowMs: window_s * 1000 }),
      (one, other) => ({
        starts: Math.max(one?.starts ?? 0, other?.starts ?? 0),
        windowMs: Math.max(one?.windowMs ?? 0, other?.windowMs ?? 0),
      }),
    ),
    keep: rule("keep", KEPT, same, Math.max),
  };
}

function same<T>(value: T): T {
  return value;
}

function machines<T>(_repo: T, machine: T): T {
  return machine;
}

function joined<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return [...one, ...other];
}

/** A machine's `true` gives no repo what it does not ask for. */
function prereleases(all: readonly Said[]): Ruled<boolean> {
  const said = all.filter(({ values }) => values.prereleases !== undefined);
  const isAsked = all[0]?.values.prereleases === true;
  return {
    value: isAsked && said.every(({ values }) => values.prereleases === true),
    sources: said.map((by) => by.sourceOf("prereleases")),
  };
}

/** A package has the longest of what each place says of it, which is its own entry there, else the general one. */
function coolDowns(all: readonly Said[]): Ruled<Readonly<Record<string, number>>> {
  const said = all.filter(({ values }) => values.exclude_newer_package !== undefined);
  const tables = all.map(({ values }) => ({
    general: values.exclude_newer ?? 0,
    single: new Map(Object.entries(values.exclude_newer_package ?? {}).map(([name, days]) => [normalized(name), days])),
  }));
  const names = new Set(tables.flatMap(({ single }) => [...single.keys()]));
  const longest = (name: string) => Math.max(...tables.map(({ general, single }) => single.get(name) ?? general));
  return {
    value: Object.fromEntries([...names].sort().map((name) => [name, longest(name) * DAY_MS])),
    sources: said.map((by) => by.sourceOf("exclude_newer_package")),
  };
}

function addressOrPath(text: string, folder: string): string {
  return /^[a-z][a-z+.-]*:\/\//i.test(text) ? text : path.resolve(folder, text);
}

function exclusion(text: string, by: Said): Exclusion {
  const [, name = "", range = ""] = /^([A-Za-z0-9._-]*[A-Za-z0-9])\s*(.*)$/.exec(text.trim()) ?? [];
  return { text, name: normalized(name), range: range.replace(/\s+/g, ""), source: by.sourceOf("exclude") };
}

/** PEP 503; `cpython` is what a list of interpreters calls it. */
function normalized(name: string): string {
  const plain = name.toLowerCase().replace(/[-_.]+/g, "-");
  return plain === "cpython" ? "python" : plain;
}

function minorNumber(minor: string | null): number {
  return Number(minor?.split(".")[1]);
}

function window({ days, from = "00:00", to = "24:00", zone = "UTC" }: WindowValues): Window {
  const named = days ?? DAYS;
  return {
    days: DAYS.flatMap((day, index) => ((named as readonly string[]).includes(day) ? [index] : [])),
    from: minutes(from),
    to: minutes(to),
    zone,
  };
}

function minutes(clock: string): number {
  const [hours = 0, rest = 0] = clock.split(":").map(Number);
  return hours * 60 + rest;
}

function verifyCommand(command: NonNullable<UpgradeValues["verify"]>[number]): VerifyCommand {
  const { run, limit_s = VERIFY_LIMIT_S } = typeof command === "string" ? { run: command } : command;
  return { run, limitMs: limit_s * 1000 };
}

type Entries = readonly string[] | null;

/** What both lists allow: of each two of which one holds the other, the narrower one. */
function narrowerOf(isWithin: (narrow: string, wide: string) => boolean) {
  return (one: Entries, other: Entries): Entries => {
    const [left, right] = [one ?? [], other ?? []];
    const within = (these: readonly string[], those: readonly string[]) =>
      these.filter((narrow) => those.some((wide) => isWithin(narrow, wide)));
    return [...new Set([...within(left, right), ...within(right, left)])];
  };
}

function isHostWithin(narrow: string, wide: string): boolean {
  return narrow === wide || (wide.startsWith("*.") && narrow.endsWith(wide.slice(1)));
}
