import * as path from "node:path";
import { readText, sha256OfFile } from "../../edges/files/read.ts";
import { decodePath } from "../../project/packages.ts";
import type { Folders } from "../folders.ts";
import { type Archive, digestOfResolution, type Ingredients } from "./digest.ts";
import type { SeenInterpreter } from "./interpreter-record.ts";

/** The name of a file in `.prime/resolved`: a pylock.toml, in the only form that uv takes, or what pip listed. */
export const RESOLUTION = /^(?:pylock\.[0-9a-f]{16}\.toml|[0-9a-f]{16}\.txt)$/;

/** The file that keeps what this is resolved to, absolute; it need not exist. */
export function resolutionFile({ resolved }: Folders, madeOf: Ingredients, seen: SeenInterpreter): string {
  const digest = digestOfResolution(madeOf, seen).slice(0, 16);
  return path.join(resolved, madeOf.driver === "venv_uv" ? `pylock.${digest}.toml` : `${digest}.txt`);
}

/**
 * Adds the files of flat indexes and the like that the resolution names: with other bytes they make another
 * environment. They are found by a pattern, since prime wrote the text: each cold start reads it, and parsing would
 * take many times longer.
 */
export function withArchives(folders: Folders, madeOf: Ingredients, seen: SeenInterpreter): Ingredients {
  const text = readText(resolutionFile(folders, madeOf, seen)) ?? "";
  const lines = text.split("\n").filter((line) => !line.startsWith("vcs ="));
  const files = lines.flatMap((line) => /\burl = "file:\/\/([^"]+)"/.exec(line)?.[1] ?? []).map(decodePath);
  return { ...madeOf, archives: [...new Set(files)].sort().map((file): Archive => [file, sha256OfFile(file) ?? null]) };
}
