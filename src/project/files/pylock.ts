import * as path from "node:path";
import { readText } from "../../edges/files/read.ts";
import { isTable, parseToml, type Table, tomlText } from "../../toml.ts";
import { decodePath, normalizeName } from "../packages.ts";

/** A pylock.toml (PEP 751), as far as prime reads it. */
export interface Pylock {
  /** The whole of it. */
  readonly table: Table;
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly defaultGroups: readonly string[];
  readonly packages: readonly LockedPackage[];
  /** Absolute folders of the packages that it takes from a directory. */
  readonly projects: readonly string[];
  /** Files on this machine that it takes packages from. */
  readonly archives: readonly LockedFile[];
}

export interface LockedPackage {
  /** Normalized. */
  readonly name: string;
  /** Absent where only a build tells it. */
  readonly version: string | undefined;
  readonly marker: string | undefined;
  /** Every sha256 that its files may have. */
  readonly digests: readonly string[];
}

export interface LockedFile {
  /** Absolute. */
  readonly file: string;
  readonly sha256: string | undefined;
}

const FILES = ["wheels", "sdist", "archive"] as const;

export async function readPylock(file: string): Promise<Pylock> {
  return pylockOf(await parseToml(readText(file) ?? "", file), path.dirname(file));
}

/** `folder` is where its relative paths start. */
export function pylockOf(table: Table, folder: string): Pylock {
  const names = (key: string): string[] =>
    (Array.isArray(table[key]) ? table[key] : []).map((name) => normalizeName(String(name)));
  const packages = packagesOf(table);
  return {
    table,
    extras: names("extras"),
    groups: names("dependency-groups"),
    defaultGroups: names("default-groups"),
    packages: packages.map((entry) => ({
      name: normalizeName(String(entry.name)),
      version: typeof entry.version === "string" ? entry.version : undefined,
      marker: typeof entry.marker === "string" ? entry.marker : undefined,
      digests: filesOf(entry).flatMap((one) => sha256Of(one) ?? []),
    })),
    projects: packages.flatMap(({ directory }) =>
      isTable(directory) && typeof directory.path === "string" ? [path.resolve(folder, directory.path)] : [],
    ),
    archives: packages.flatMap(filesOf).flatMap((one) => {
      const file = localFile(one, folder);
      return file === undefined ? [] : [{ file, sha256: sha256Of(one) }];
    }),
  };
}

/** The tables of its packages. */
export function packagesOf(table: Table): Table[] {
  return (Array.isArray(table.packages) ? table.packages : []).filter(isTable);
}

/** The wheels and the source archive of a package, as their tables. */
export function filesOf(entry: Table): Table[] {
  return FILES.flatMap((key) => (Array.isArray(entry[key]) ? entry[key] : [entry[key]])).filter(isTable);
}

export function sha256Of({ hashes }: Table): string | undefined {
  return isTable(hashes) && typeof hashes.sha256 === "string" ? hashes.sha256 : undefined;
}

/** The absolute path of a file on this machine, where its relative one starts at `folder`. */
export function localFile({ url, path: relative }: Table, folder: string): string | undefined {
  if (typeof relative === "string") return path.resolve(folder, relative);
  if (typeof url !== "string" || !url.startsWith("file://")) return undefined;
  return decodePath(url.slice("file://".length));
}

/** The same with only those files of a package that `isMeant`. */
export function withFiles(entry: Table, isMeant: (file: Table) => boolean): Table {
  const kept: Record<string, unknown> = { ...entry };
  for (const key of FILES) {
    const value = entry[key];
    if (Array.isArray(value)) kept[key] = value.filter((one) => isTable(one) && isMeant(one));
    else if (isTable(value) && !isMeant(value)) delete kept[key];
  }
  return kept;
}

/** The same with each address and path of a package changed. */
export function withPlaces(table: Table, place: (key: "url" | "path", text: string) => string): Table {
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (!isTable(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) =>
        (key === "url" || key === "path") && typeof inner === "string"
          ? [key, place(key, inner)]
          : [key, change(inner)],
      ),
    );
  };
  return { ...table, packages: packagesOf(table).map(change) };
}

/** As text that people can compare line by line. */
export function renderPylock(table: Table): string {
  const { packages: _, ...rest } = table;
  const packages = packagesOf(table);
  const head = packages.length === 0 ? { ...rest, packages } : rest;
  const blocks = packages.map((entry) => `[[packages]]\n${Object.entries(entry).map(line).join("")}`);
  return [Object.entries(head).map(line).join(""), ...blocks].join("\n");
}

function line([key, value]: [string, unknown]): string {
  const isLong = Array.isArray(value) && value.length > 1 && value.every(isTable);
  return `${key} = ${isLong ? `[\n${value.map((one) => `    ${tomlText(one)},\n`).join("")}]` : tomlText(value)}\n`;
}
