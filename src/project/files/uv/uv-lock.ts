import { isTable, parseToml, type Table, textOfNumber } from "../../../toml.ts";
import { changedPackages, describeChange } from "../../packages.ts";

/** What prime reads of a uv.lock. */
export interface UvLock {
  /** Everything but where files are fetched from: two locks that agree here install the same versions. */
  readonly requirements: string;
  /** Name and version of each package, in the lock's order. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Addresses or folders of the registries it names, in order of first use. */
  readonly registries: readonly string[];
}

/** Throws `config-torn` for a text that is no TOML. */
export async function readLock(text: string, file: string): Promise<UvLock> {
  const lock = await parseToml(text, file);
  const tables = (Array.isArray(lock.package) ? lock.package : []) as Table[];
  const registries = tables.map((table) => (table.source as Table | undefined)?.registry);
  return {
    requirements: JSON.stringify(withoutOrigins(lock), textOfNumber),
    packages: tables.map((table) => ({ name: String(table.name), version: String(table.version ?? "") })),
    registries: [...new Set(registries.filter((one): one is string => typeof one === "string"))],
  };
}

/**
 * The registries of a uv.lock in the form that uv writes, where it stands as it would have been parsed; that takes longer than uv needs to
 * compare the lock with what it is for. A text of another form may give fewer.
 */
export function registriesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/^source = \{ registry = "([^"\\]*)" \}$/gm), ([, one = ""]) => one))];
}

/** Whether only addresses, hashes or sizes of files differ. */
export function requiresSame(left: UvLock, right: UvLock): boolean {
  return left.requirements === right.requirements;
}

/** What went from one lock to the other, a phrase a package. */
export function diffLocks(before: UvLock, after: UvLock): string[] {
  const versions = ({ packages }: UvLock): Record<string, string> => {
    const found: Record<string, string> = {};
    for (const { name, version } of packages) found[name] = [found[name], version].filter(Boolean).join(" and ");
    return found;
  };
  return changedPackages(versions(before), versions(after)).map(describeChange);
}

/** Files of a package (wheels, sdist) and registries say where, not what. */
function withoutOrigins(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrigins);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "wheels" && key !== "sdist" && key !== "registry");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutOrigins(inner)]));
}

/** Tells what a package requires, itself first, as the lock says it, whatever the markers; of an unknown one only itself. */
export function readLockedGraph(lock: Table): (name: string) => string[] {
  const tables = (Array.isArray(lock.package) ? lock.package : []).filter(isTable);
  const requires = new Map(tables.map((table) => [String(table.name), dependencyNames(table.dependencies)]));
  return (name) => {
    const found = new Set([name]);
    for (const one of found) for (const next of requires.get(one) ?? []) found.add(next);
    return [...found];
  };
}

function dependencyNames(dependencies: unknown): string[] {
  return (Array.isArray(dependencies) ? dependencies : []).filter(isTable).map(({ name }) => String(name));
}
