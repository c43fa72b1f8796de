import * as path from "node:path";
import { PrimeError } from "../errors.ts";
import { type Pylock, packagesOf, pylockOf, renderPylock } from "../project/files/pylock.ts";
import { decodePath } from "../project/packages.ts";
import { isTable, type Table } from "../toml.ts";

/** A release's lock, and the files that lie beside it. */
export interface ReleaseLock {
  readonly text: string;
  readonly lock: Pylock;
  /** By the name beside the lock, the absolute file that it is. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A pylock.toml whose files on this machine (their paths begin at `folder`) become files beside it. Throws for what a release
 * can't hold: a folder, a repository, an archive that has to be built.
 */
export function releaseLock(table: Table, folder: string): ReleaseLock {
  const files = new Map<string, string>();
  const beside = (file: string) => {
    const name = path.basename(file);
    const known = files.get(name);
    if (known !== undefined && known !== file) throw refusal(`two files are called ${name}: ${known} and ${file}`);
    files.set(name, file);
    return name;
  };
  const place = (one: unknown): unknown => {
    if (!isTable(one)) return one;
    const { url, path: relative, ...rest } = one;
    if (typeof relative === "string") return { path: beside(path.resolve(folder, relative)), ...rest };
    if (typeof url !== "string" || !url.startsWith("file://")) return one;
    return { path: beside(decodePath(url.slice("file://".length))), ...rest };
  };
  const packages = packagesOf(table).map((entry) => {
    const kind = ["directory", "vcs"].find((key) => entry[key] !== undefined);
    if (kind !== undefined) {
      throw refusal(`${entry.name} comes from ${kind === "vcs" ? "a repository" : "a folder"}`);
    }
    const wheels = Array.isArray(entry.wheels) ? { wheels: entry.wheels.map(place) } : {};
    const archive = entry.archive === undefined ? {} : { archive: place(entry.archive) };
    const sdist = entry.sdist === undefined ? {} : { sdist: place(entry.sdist) };
    return { ...entry, ...wheels, ...archive, ...sdist };
  });
  const placed = { ...table, packages };
  return { text: renderPylock(placed), lock: pylockOf(placed, folder), files };
}

function refusal(why: string): PrimeError {
  return new PrimeError("release", `could not make a release: ${why}`, {
    hint: "a release is made of wheels: build one of it (`./prime uv build --wheel`)",
  });
}
