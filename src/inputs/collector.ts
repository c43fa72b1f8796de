import * as path from "node:path";
import { exists, isFile, isFolder, listFolder } from "../edges/files/read.ts";
import type { Input } from "./input.ts";

type Kind = Exclude<Input["kind"], "same">;

/** Which kind says more about one path; a path is watched once, by the strongest kind that was asked for. */
const STRENGTH: Readonly<Record<Kind, number>> = { present: 0, absent: 1, "no-file": 1, listing: 2, file: 2 };

/** Gathers what freshness must watch, in the order in which it was looked at, no path twice. */
export class InputCollector {
  readonly #kinds = new Map<string, Kind>();

  /** A file whose bytes count when it is there, and whose appearing counts when it is not. Returns whether it is there. */
  file(file: string): boolean {
    const there = isFile(file);
    this.#add(there ? "file" : exists(file) ? "no-file" : "absent", file);
    return there;
  }

  /** A folder that counts only by being there or not. */
  presence(folder: string): void {
    this.#add(exists(folder) ? "present" : "absent", folder);
  }

  /** The names in a folder, now and later; none when there is no such folder. */
  names(folder: string): readonly string[] {
    const there = isFolder(folder);
    this.#add(there ? "listing" : "absent", folder);
    return there ? (listFolder(folder) ?? []) : [];
  }

  list(): Input[] {
    return [...this.#kinds].map(([file, kind]) => ({ kind, path: file }));
  }

  #add(kind: Kind, file: string): void {
    const absolute = path.resolve(file);
    const known = this.#kinds.get(absolute);
    if (known === undefined || STRENGTH[kind] > STRENGTH[known]) this.#kinds.set(absolute, kind);
  }
}
