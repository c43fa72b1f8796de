import * as path from "node:path";
import type * as v from "valibot";
import { writeAtomic } from "../../edges/files/change.ts";
import { readOwnJson } from "../../edges/files/own/own-json.ts";
import { isRealFolder, listFolder, readText, sha256 } from "../../edges/files/read.ts";
import { withoutSecrets } from "../../secrets.ts";
import { MANIFEST_FILE } from "../../venv/foreign-venv.ts";
import type { Ingredients } from "./digest.ts";
import { LAYOUT } from "./digest.ts";
import type { InterpreterRecord } from "./interpreter-record.ts";
import { ANY_MANIFEST, MANIFEST } from "./manifest-schema.ts";

/** What a generation was made from, in its file `prime.json`. It is written last: without it the folder is rubbish. */
export interface Manifest {
  readonly layout: typeof LAYOUT;
  readonly id: string;
  /** sha256 of all that the environment is made of: `digestOf`. */
  readonly digest: string;
  /** All that the environment is made of. */
  readonly madeOf: Ingredients;
  readonly root: string;
  readonly interpreter: InterpreterRecord;
  /** The version request as written, "" for any: what the interpreter was chosen for. */
  readonly request: string;
  /** The generation whose interpreter was lost, so that this one was built; null for all others. */
  readonly standsInFor: string | null;
  readonly driver: "venv_uv" | "venv_pip";
  readonly uv: string | null;
  readonly project: string;
  /** Normalized names (PEP 503) to versions. */
  readonly packages: Readonly<Record<string, string>>;
  /** sha256 of what each package's wheel brought, by the digests in its RECORD; not of those that have none. */
  readonly packageDigests: Readonly<Record<string, string>>;
  /** Relative paths of the site-packages folders, and a digest of the names in each. */
  readonly sitePackages: Readonly<Record<string, string>>;
  /** Of an adopted environment: the files, relative, that are not as RECORD tells, and their sha256 as RECORD writes it. */
  readonly adopted?: Readonly<Record<string, string>>;
  /** sha256 of pyvenv.cfg. */
  readonly pyvenv: string;
  /** File name below `.prime/resolved/`; null where a lock says it. */
  readonly resolution: string | null;
  /** Milliseconds since the epoch. */
  readonly builtAt: number;
  readonly reason: string;
  readonly builtBy: { readonly user: string; readonly host: string; readonly inContainer: boolean };
  readonly steps: readonly { readonly title: string; readonly durationMs: number }[];
}

export function writeManifest(generation: string, manifest: Manifest): void {
  writeAtomic(path.join(generation, MANIFEST_FILE), `${JSON.stringify(forAnybody(manifest), null, 2)}\n`);
}

/**
 * The manifest without secrets, since others can read it, and what a user typed can have a password. Paths keep theirs,
 * since they are compared.
 */
function forAnybody(manifest: Manifest): Manifest {
  const { madeOf, reason, steps } = manifest;
  const { additions } = madeOf;
  return {
    ...manifest,
    madeOf: additions === undefined ? madeOf : { ...madeOf, additions: additions.map(withoutSecrets) },
    reason: withoutSecrets(reason),
    steps: steps.map(({ title, durationMs }) => ({ title: withoutSecrets(title), durationMs })),
  };
}

/** The name of a generation's folder: the beginning of its digest, and a random part. */
export const GENERATION_ID = /^[0-9a-f]{8}-[0-9a-f]{8}$/;

/** Undefined for a folder that is no finished generation of this layout. */
export function readManifest(generation: string): Manifest | undefined {
  if (readAnyManifest(generation)?.layout !== LAYOUT) return undefined;
  return readOwnJson(path.join(generation, MANIFEST_FILE), MANIFEST) as Manifest | undefined;
}

/** Whether a generation has a manifest at all, of whatever layout; a torn one does not count. */
export function hasManifest(generation: string): boolean {
  return readAnyManifest(generation) !== undefined;
}

/** Whether a generation has a manifest that fits the schema of its layout, as far as this prime knows that. */
export function hasFitManifest(generation: string): boolean {
  const layout = readAnyManifest(generation)?.layout;
  return layout !== undefined && (layout !== LAYOUT || readManifest(generation) !== undefined);
}

/** Whether the remains of a torn manifest begin as this very folder's does. */
export function hasTornManifest(generation: string): boolean {
  const begins = `{\n  "layout": ${LAYOUT},\n  "id": "${path.basename(generation)}"`;
  return !hasManifest(generation) && readText(path.join(generation, MANIFEST_FILE))?.startsWith(begins) === true;
}

/** Whether a newer prime built a generation: then it is neither used nor touched. */
export function isOfNewerPrime(generation: string): boolean {
  return Number(readAnyManifest(generation)?.layout) > LAYOUT;
}

/** The generations that older primes built for this root; this one can't use them. */
export function listOlder(folder: string, root: string): { id: string; builtAt: number; about: string }[] {
  return foldersIn(folder).flatMap((generation) => {
    const { layout, builtAt, root: was } = readAnyManifest(generation) ?? {};
    if (!(Number(layout) < LAYOUT) || was !== root || typeof builtAt !== "number") return [];
    return [{ id: path.basename(generation), builtAt, about: "by an older prime" }];
  });
}

/**
 * The parts that manifests of every layout have. A manifest that names another folder does not count; other layouts
 * need not name one.
 */
function readAnyManifest(generation: string): v.InferOutput<typeof ANY_MANIFEST> | undefined {
  const name = path.basename(generation);
  const manifest = readOwnJson(path.join(generation, MANIFEST_FILE), ANY_MANIFEST);
  const isIts = manifest?.id === name || (manifest?.id === undefined && manifest?.layout !== LAYOUT);
  return GENERATION_ID.test(name) && isIts ? manifest : undefined;
}

/** All finished generations, the youngest first. A link stands where a generation was collected, and is left out. */
export function listGenerations(folder: string): Manifest[] {
  return foldersIn(folder)
    .flatMap((generation) => readManifest(generation) ?? [])
    .sort((a, b) => b.builtAt - a.builtAt || (a.id < b.id ? -1 : 1));
}

function foldersIn(folder: string): string[] {
  return (listFolder(folder) ?? [])
    .filter((name) => !name.startsWith(".")) // on its way out
    .map((name) => path.join(folder, name))
    .filter((generation) => isRealFolder(generation));
}

/** The digest of the names in site-packages, by which a change since the build shows. */
export function digestOfNames(folder: string): string {
  return sha256((listFolder(folder) ?? []).filter((name) => name !== "__pycache__").join("\0"));
}
