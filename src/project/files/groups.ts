import { PrimeError } from "../../errors.ts";
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
        `${spellings.map(quoted).join(" and ")} are the same group`,
        "give one of them another name",
      );
    }
    entries.set(
      name,
      Array.isArray(list) ? list.map(readEntry) : [{ wrong: `group ${quoted(written)} is not a list` }],
    );
  }
  if (dev.length > 0) {
    entries.set("dev", [...(entries.get("dev") ?? []), ...dev.map((requirement) => ({ requirement }))]);
  }
  return { file, entries };
}

/** The requirements of these groups, `include-group` followed, in order, each text once (PEP 735). */
export function expandGroups(table: GroupTable, names: readonly string[]): string[] {
  const texts = new Set<string>();
  for (const name of names) for (const text of expand(table, normalizeName(name), [])) texts.add(text);
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

function expand(table: GroupTable, name: string, way: readonly string[]): string[] {
  const entries = table.entries.get(name);
  const here = [...way, name];
  if (way.includes(name)) {
    const cycle = here.slice(way.indexOf(name)).join(" → ");
    throw groupError(
      table.file,
      `the groups include each other: ${cycle}`,
      "take one `include-group` of this circle out",
    );
  }
  if (entries === undefined) {
    const from = way.length === 0 ? "" : `, which group ${quoted(way[way.length - 1] ?? "")} includes`;
    throw groupError(
      table.file,
      `there is no group ${quoted(name)}${from}`,
      "declare the group or take the include out",
    );
  }
  return entries.flatMap((entry) => {
    if ("requirement" in entry) return [entry.requirement];
    if ("include" in entry) return expand(table, entry.include, here);
    throw groupError(table.file, `${entry.wrong} (in group ${quoted(name)})`, "see PEP 735 for what a group may hold");
  });
}

function readEntry(entry: unknown): GroupEntry {
  if (typeof entry === "string") return { requirement: entry };
  if (typeof entry === "object" && entry !== null && !Array.isArray(entry)) {
    const { "include-group": include, ...others } = entry as Record<string, unknown>;
    if (typeof include === "string" && Object.keys(others).length === 0) return { include: normalizeName(include) };
  }
  return { wrong: `${JSON.stringify(entry)} is neither a requirement nor an include-group` };
}

function groupError(file: string, reason: string, hint: string): PrimeError {
  return new PrimeError("bad-groups", `could not read [dependency-groups] in ${file}: ${reason}`, { hint });
}

function quoted(name: string): string {
  return `\`${name}\``;
}
