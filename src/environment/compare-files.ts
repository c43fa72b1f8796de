import * as path from "node:path";
import type { Context } from "../context.ts";
import { type HashedFile, hashFiles, linkCount } from "../edges/files/hash.ts";
import { listFolder, readText } from "../edges/files/read.ts";
import { normalizeName } from "../project/packages.ts";
import { parseRecord, type RecordedFile } from "../venv/record-file.ts";
import { siteFolders } from "../venv/site-folders.ts";
import { readManifest } from "./manifest.ts";

/** A file that is not what RECORD tells. */
export interface Unlike {
  /** Its package, normalized (PEP 503). */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly state: "missing" | "edited" | "shared";
  /** Names (hard links) that the file has. */
  readonly links: number;
  /** sha256 of what it is now, as RECORD writes it; "" when it is missing. */
  readonly digest: string;
}

export interface Comparison {
  readonly files: number;
  readonly packages: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Those that were adopted as they are left out. */
  readonly unlike: readonly Unlike[];
}

/** All files of an environment's packages against the digests in RECORD; nothing of it is run. */
export async function compareFiles({ terminal }: Pick<Context, "terminal">, generation: string): Promise<Comparison> {
  const owned = siteFolders(generation).flatMap(recordedIn);
  const step = terminal.step("compare files with RECORD");
  const started = performance.now();
  const hashed = await hashFiles(
    owned.map(({ file }) => file),
    (file, done) => step.update(path.basename(file), { done, total: owned.length }),
  );
  const seconds = (performance.now() - started) / 1000;
  step.done();
  const adopted = readManifest(generation)?.adopted ?? {};
  const unlike = owned.flatMap((one, at) => unlikeOf(one, hashed[at]));
  return {
    files: owned.length,
    packages: new Set(owned.map(({ name }) => name)).size,
    bytes: hashed.reduce((sum, one) => sum + (one?.bytes ?? 0), 0),
    seconds,
    unlike: unlike.filter(({ file, digest }) => adopted[path.relative(generation, file)] !== digest),
  };
}

/** A file that a package brought. */
interface Owned {
  readonly name: string;
  readonly file: string;
  readonly recorded: RecordedFile;
}

function recordedIn(site: string): Owned[] {
  const infos = (listFolder(site) ?? []).filter((name) => name.endsWith(".dist-info"));
  return infos.flatMap((info) => {
    const name = normalizeName(info.slice(0, info.indexOf("-")));
    const rows = parseRecord(readText(path.join(site, info, "RECORD")) ?? "");
    const known = rows.filter(({ digest }) => digest !== null);
    return known.map((recorded) => ({ name, file: path.resolve(site, recorded.path), recorded }));
  });
}

function unlikeOf({ name, file, recorded }: Owned, hashed: HashedFile | undefined): Unlike[] {
  if (hashed?.digest === recorded.digest) return [];
  if (hashed === undefined) return [{ name, file, links: 0, digest: "", state: "missing" }];
  const links = linkCount(file);
  return [{ name, file, links, digest: hashed.digest, state: links > 1 ? "shared" : "edited" }];
}
