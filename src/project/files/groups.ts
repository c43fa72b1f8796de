import { PrimeError } from "../../errors.ts";
import { quoted } from "../../quoted.ts";
import { quotedToml } from "../../toml.ts";
import { normalizeName } from "../packages.ts";

/** One entry of a dependency group: a requirement (PEP 508) or the normalized name of a group to include. */
export type GroupEntry = { readonly requirement: string } | { readonly include: string } | { readonly wrong: string };

/** The `[dependency-groups]` of one pyproject.toml by normalized name. */
export interface GroupTable {
  readonly file: string;
  readonly entries: ReadonlyMap<string, readonly GroupEntry[]>;
}

/**
 * Takes the raw table in. Two names that normalize to the same one are an error at once; anything else that is wrong in
 * a group is one only when the group is asked for (PEP 735, "Validation and Compatibility").
 */
export function readGroups(
  raw: Readonly<Record<string, unknown>>,
  file: string,
  dev: readonly string[] = [],
): GroupTable {
  const entries = new Map<string, readonly GroupEntry[]>();
  for (const [written, list] of Object.entries(raw)) {
    const name = normalizeName(written);
    if (entries.has(name)) {
      const spellings = Object.keys(raw).filter((other) => normalizeName(other) === name);
      throw groupError(
        file,
        `${spellings.map(named).join(" and ")} are the same group`,
        "give one of them another name",
      );
    }
    entries.set(name, Array.isArray(list) ? list.map(readEntry) : [{ wrong: `group ${named(written)} is not a list` }]);
  }
  if (dev.length > 0) {
    entries.set("dev", [...(entries.get("dev") ?? []), ...dev.map((requirement) => ({ requirement }))]);
  }
  return { file, entries };
}

/** The requirements of these groups, `include-group` followed, in order, each text once (PEP 735). */
export function expandGroups(table: GroupTable, names: readonly string[]): string[] {
  const texts = new Set<string>();
  const done = new Set<string>();
  for (const name of names) expand(table, normalizeName(name), { way: [], done, texts });
  return [...texts];
}

/** What each group itself lists, its includes left out; for hints. */
export function ownRequirements(table: GroupTable): Record<string, readonly string[]> {
  const own: Record<string, readonly string[]> = {};
  for (const [name, entries] of table.entries) {
    own[name] = entries.flatMap((entry) => ("requirement" in entry ? [entry.requirement] : []));
  }
  return own;
}

/** Nobody writes so; each group stands on the stack. */
const MOST_DEEP = 100;

interface Expansion {
  /** The groups that led here. */
  readonly way: readonly string[];
  readonly done: Set<string>;
  readonly texts: Set<string>;
}

/** What is said of such groups, by whoever finds them. */
export function inCircle(names: string) {
  return { why: `the groups include each other: ${names}`, next: "take one `include-group` of this circle out" };
}

function expand(table: GroupTable, name: string, { way, done, texts }: Expansion): void {
  if (done.has(name)) return;
  const entries = table.entries.get(name);
  const here = [...way, name];
  if (way.includes(name)) {
    const cycle = here.slice(way.indexOf(name)).map(quoted).join(" → ");
    const { why, next } = inCircle(cycle);
    throw groupError(table.file, why, next);
  }
  if (way.length > MOST_DEEP) {
    throw groupError(
      table.file,
      `more than ${MOST_DEEP} groups include one another in a row`,
      "list the requirements in fewer groups",
    );
  }
  if (entries === undefined) {
    const from = way.length === 0 ? "" : `, which group ${named(way[way.length - 1] ?? "")} includes`;
    throw groupError(
      table.file,
      `there is no group ${named(name)}${from}`,
      "declare the group or take the include out",
    );
  }
  for (const entry of entries) {
    if ("requirement" in entry) texts.add(entry.requirement);
    else if ("include" in entry) expand(table, entry.include, { way: here, done, texts });
    else
      throw groupError(table.file, `${entry.wrong} (in group ${named(name)})`, "see PEP 735 for what a group may hold");
  }
  done.add(name);
}

function readEntry(entry: unknown): GroupEntry {
  if (typeof entry === "string") return { requirement: entry };
  if (typeof entry === "object" && entry !== null && !Array.isArray(entry)) {
    const { "include-group": include, ...others } = entry as Record<string, unknown>;
    if (typeof include === "string" && Object.keys(others).length === 0) return { include: normalizeName(include) };
  }
  return { wrong: `${quotedToml(entry)} is neither a requirement nor an include-group` };
}

function groupError(file: string, reason: string, hint: string): PrimeError {
  return new PrimeError("bad-groups", `could not read [dependency-groups] in ${file}: ${reason}`, hint);
}

function named(name: string): string {
  return `\`${quoted(name)}\``;
}
