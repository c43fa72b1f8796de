import * as path from "node:path";
import { PrimeError } from "../errors.ts";
import { type LockedFile, localFile, packagesOf, renderPylock, sha256Of } from "../project/files/pylock.ts";
import { isTable, type Table } from "../toml.ts";

/** A release's lock, and the files beside it. */
export interface ReleaseLock {
  readonly text: string;
  /** By the name that a file has beside the lock, that file. */
  readonly files: ReadonlyMap<string, LockedFile>;
}

/**
 * The lock of a release, from a pylock.toml whose paths are relative to `folder`: its files on this machine become
 * files beside the lock, and its addresses lose user names and passwords. Throws `release` for what a release can't
 * have: a folder, a repository, an archive that has to be built.
 */
export function releaseLock(table: Table, folder: string): ReleaseLock {
  const files = new Map<string, LockedFile>();
  const beside = (file: string, sha256: string | undefined) => {
    const name = path.basename(file);
    const known = files.get(name)?.file;
    if (known !== undefined && known !== file) throw refusal(`two files are called ${name}: ${known} and ${file}`);
    files.set(name, { file, sha256 });
    return name;
  };
  const place = (one: unknown): unknown => {
    if (!isTable(one)) return one;
    const file = localFile(one, folder);
    if (file === undefined) return one;
    const { url: _, path: __, ...rest } = one;
    return { path: beside(file, sha256Of(one)), ...rest };
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
  return { text: renderPylock({ ...table, packages }).replace(/(https?:\/\/)[^\s"'/?#]*@/g, "$1"), files };
}

function refusal(why: string): PrimeError {
  return new PrimeError(
    "release",
    `could not make a release: ${why}`,
    "a release is made of wheels: build one of it (`./prime uv build --wheel`)",
  );
}
