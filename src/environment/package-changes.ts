/** Names to versions. */
type Versions = Readonly<Record<string, string>>;

/** One name whose version differs; absent where it is not there. */
export interface PackageChange {
  readonly name: string;
  readonly was: string | undefined;
  readonly is: string | undefined;
}

/** What differs between two sets of packages, sorted by name. */
export function changedPackages(before: Versions, after: Versions): PackageChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.map((name) => ({ name, was: before[name], is: after[name] })).filter(({ was, is }) => was !== is);
}

/** The change in a phrase, e.g. `six 1.15.0 -> 1.16.0`. */
export function describeChange({ name, was, is }: PackageChange): string {
  if (was === undefined) return `${name} ${is} added`;
  return is === undefined ? `${name} ${was} removed` : `${name} ${was} -> ${is}`;
}
