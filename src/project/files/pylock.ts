import * as path from "node:path";
import { readText } from "../../edges/files/read.ts";
import { isTable, parseToml } from "../../toml.ts";
import { normalizeName } from "../packages.ts";

/** The head of a pylock.toml (PEP 751). */
export interface Pylock {
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  /** Absolute folders of the packages that it takes from a directory. */
  readonly projects: readonly string[];
}

export async function readPylock(file: string): Promise<Pylock> {
  const lock = await parseToml(readText(file) ?? "", file);
  const names = (key: string): string[] =>
    (Array.isArray(lock[key]) ? lock[key] : []).map((name) => normalizeName(String(name)));
  const packages = (Array.isArray(lock.packages) ? lock.packages : []).filter(isTable);
  return {
    extras: names("extras"),
    groups: names("dependency-groups"),
    projects: packages.flatMap(({ directory }) =>
      isTable(directory) && typeof directory.path === "string"
        ? [path.resolve(path.dirname(file), directory.path)]
        : [],
    ),
  };
}
