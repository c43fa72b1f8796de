import * as path from "node:path";
import type { Context } from "../context.ts";
import { type HashedFile, hashFiles, linkCount } from "../edges/files/hash.ts";
import { linkFacts, realPath } from "../edges/files/read.ts";
import { normalizeName } from "../project/packages.ts";
import { parseRecord, type RecordedFile } from "../venv/record-file.ts";
import { infoFolders, recordText, siteFolders } from "../venv/site-folders.ts";
import { readManifest } from "./manifest/manifest.ts";

/** A file that is not what RECORD says. */
export interface Unlike {
  /** Its package, normalized (PEP 503). */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /**
   * `outside`: RECORD or a link leads out of the environment, where nothing is read. `shared`: edited, and it has other
   * names (hard links).
   */
  readonly state: "missing" | "edited" | "shared" | "outside";
  /** Names (hard links) that the file has. */
  readonly links: number;
  /** sha256 of its bytes now, in the form of RECORD; "" when the file is missing. */
  readonly digest: string;
}

export interface FileComparison {
  readonly files: number;
  readonly packages: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Without the files that differed already when the environment was adopted. */
  readonly unlike: readonly Unlike[];
}

/**
 * Compares all files of an environment's packages with the digests in RECORD. Nothing of it is run, and nothing outside
 * is read.
 */
export async function compareFiles(
  { terminal }: Pick<Context, "terminal">,
  generation: string,
): Promise<FileComparison> {
  const recorded = siteFolders(generation).flatMap(recordedIn);
  const isInside = insideOf(generation);
  const owned = recorded.filter(({ file }) => isInside(file));
  const outside = recorded.filter(({ file }) => !isInside(file));
  const step = terminal.step("compare files with RECORD");
  const started = performance.now();
  const hashed = await hashFiles(
    owned.map(({ file }) => file),
    (file, done) => step.update(path.basename(file), { done, total: owned.length }),
  );
  const seconds = (performance.now() - started) / 1000;
  step.done();
  const adopted = readManifest(generation)?.adopted ?? {};
  const told = new Set(owned.map(({ file, recorded }) => `${recorded.digest} ${file}`)); // of a file of several packages the last one's is there
  const unlike = [
    ...outside.map(({ name, file }): Unlike => ({ name, file, links: 0, digest: "", state: "outside" })),
    ...owned.flatMap((one, at) => (told.has(`${hashed[at]?.digest} ${one.file}`) ? [] : unlikeOf(one, hashed[at]))),
  ];
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

/**
 * Tells whether a file is in a folder, by its path and by every link on the way; a file that is missing is where its
 * path says.
 */
function insideOf(top: string): (file: string) => boolean {
  const real = realPath(top) ?? top;
  const known = new Map<string, boolean>();
  const isBelow = (file: string, folder: string): boolean => file.startsWith(`${folder}/`);
  const isFolderInside = (folder: string): boolean => {
    const seen = known.get(folder) ?? isBelow(`${realPath(folder) ?? real}/`, real);
    known.set(folder, seen);
    return seen;
  };
  return (file) =>
    isBelow(file, top) &&
    isFolderInside(path.dirname(file)) &&
    (linkFacts(file)?.kind !== "link" || isBelow(realPath(file) ?? `${real}/`, real));
}

function recordedIn(site: string): Owned[] {
  return infoFolders(site).flatMap((info) => {
    const folder = path.basename(info);
    const name = normalizeName(folder.slice(0, folder.indexOf("-")));
    const rows = parseRecord(recordText(info));
    const known = rows.filter(({ digest }) => digest !== null);
    return known.map((recorded) => ({ name, file: path.resolve(site, recorded.path), recorded }));
  });
}

function unlikeOf({ name, file }: Owned, hashed: HashedFile | undefined): Unlike {
  if (hashed === undefined) return { name, file, links: 0, digest: "", state: "missing" };
  const links = linkCount(file);
  return { name, file, links, digest: hashed.digest, state: links > 1 ? "shared" : "edited" };
}
