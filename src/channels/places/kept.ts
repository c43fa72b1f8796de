import * as path from "node:path";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { removeFile } from "../../edges/files/own/remove.ts";
import { namesInFolder, readBytes, sha256 } from "../../edges/files/read.ts";
import type { Place } from "../place.ts";

/** A file that describes something is served under its digest, and never changes. */
const DESCRIPTION = /^targets\/.*\/(([0-9a-f]{64})\.[^/]+\.(?:json|toml))$/;

export interface KeptPlace extends Pick<Place, "read" | "name"> {
  /** Removes the kept files that were not read since. */
  forgetOthers(): void;
}

/** A place whose descriptions are fetched once, and kept in a folder (absolute). */
export function keptPlace(place: Pick<Place, "read" | "name">, folder: string): KeptPlace {
  const used = new Set<string>();
  return {
    name: place.name,
    read: async (served, most) => {
      const [, name, digest] = DESCRIPTION.exec(served) ?? [];
      if (name === undefined) return place.read(served, most);
      used.add(name);
      const kept = readBytes(path.join(folder, name));
      if (kept !== undefined && sha256(kept) === digest) return kept;
      const bytes = await place.read(served, most);
      if (bytes === undefined || sha256(bytes) !== digest) return bytes;
      makeFolder(folder);
      writeAtomic(path.join(folder, name), bytes);
      return bytes;
    },
    forgetOthers: () => {
      for (const name of namesInFolder(folder)) if (!used.has(name)) removeFile(path.join(folder, name));
    },
  };
}
