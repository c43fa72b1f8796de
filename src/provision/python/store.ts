import * as path from "node:path";
import * as v from "valibot";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import type { Context } from "../../context.ts";
import { linkPlain, makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { elsewhere } from "../../edges/files/own/own-folder.ts";
import { readOwnJson, TEXT, TIME } from "../../edges/files/own/own-json.ts";
import { remove, removeFile } from "../../edges/files/own/remove.ts";
import { isExecutableFile, isRealFolder, listFolder, readLink, sha256 } from "../../edges/files/read.ts";
import { whyOthersDecide } from "../../edges/files/trust.ts";
import { PrimeError } from "../../errors.ts";
import { storeOfPrime } from "../../python/search/candidates.ts";

/** An interpreter that prime unpacked, in a folder of its own in this user's store, by the digest of its archive. */
export interface KeptPython {
  /** Absolute. */
  readonly folder: string;
  readonly build: PythonBuild;
  /** Absolute. */
  readonly executable: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export const RECORD_FILE = "prime.json";
/** Holds a link to each generation that stands on the interpreter. */
const USERS = "used-by";
export const KEPT_NAME = /^[0-9a-f]{16}-3\.\d+\.\d+(?:(?:a|b|rc)\d+)?$/;

const RECORD = v.object({
  form: v.literal(1),
  build: v.object({
    implementation: TEXT,
    version: TEXT,
    platform: TEXT,
    variant: v.nullable(TEXT),
    build: TEXT,
    url: TEXT,
    sha256: v.pipe(TEXT, v.regex(/^[0-9a-f]{64}$/)),
  }),
  executable: v.pipe(TEXT, v.regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/)),
  at: TIME,
});

/** Where this user's interpreters are kept. Throws `python-store` where others could decide what is in it. */
export function openStore({ places, env, trust }: Pick<Context, "places" | "env" | "trust">): string {
  const store = storeOfPrime(env, places.home);
  const why = whyOthersDecide(store, trust);
  if (why === undefined) return store;
  throw new PrimeError("python-store", `could not keep interpreters in ${store}: ${why}`, elsewhere("XDG_DATA_HOME"));
}

/** Where the interpreter of a build belongs; it need not be there. */
export function storeFolderOf(
  store: string,
  { sha256: digest, version }: Pick<PythonBuild, "sha256" | "version">,
): string {
  return path.join(store, `${digest?.slice(0, 16)}-${version}`);
}

/** What is kept, by folder names; what has no whole record is none. */
export function listKept(store: string): KeptPython[] {
  return (listFolder(store) ?? []).flatMap((name) => readKept(path.join(store, name)) ?? []);
}

/** The interpreter of exactly this archive, if it is kept. */
export function findKept(store: string, build: PythonBuild): KeptPython | undefined {
  const kept = readKept(storeFolderOf(store, build));
  return kept?.build.sha256 === build.sha256 ? kept : undefined;
}

function readKept(folder: string): KeptPython | undefined {
  if (!KEPT_NAME.test(path.basename(folder)) || !isRealFolder(folder)) return undefined;
  const record = readOwnJson(path.join(folder, RECORD_FILE), RECORD);
  if (record === undefined || storeFolderOf(path.dirname(folder), record.build) !== folder) return undefined;
  const executable = path.join(folder, record.executable);
  return isExecutableFile(executable) ? { folder, build: record.build, executable, at: record.at } : undefined;
}

/** Written last: without it the folder is rubbish. */
export function recordKept(kept: KeptPython): void {
  const { folder, build, at } = kept;
  const executable = path.relative(folder, kept.executable);
  writeAtomic(path.join(folder, RECORD_FILE), `${JSON.stringify({ form: 1, build, executable, at }, null, 2)}\n`);
}

/** The interpreter in this store that a path leads into. */
export function keptAt(store: string, executable: string): KeptPython | undefined {
  const [name = ""] = path.relative(store, executable).split(path.sep);
  return executable.startsWith(`${store}/`) ? readKept(path.join(store, name)) : undefined;
}

/** Where it says by links what stands on it. */
export function usersFolder({ folder }: Pick<KeptPython, "folder">): string {
  return path.join(folder, USERS);
}

/** Notes that a generation stands on it, which keeps it from being removed. */
export function noteUser(kept: KeptPython, generation: string): void {
  makeFolder(usersFolder(kept));
  const link = path.join(usersFolder(kept), sha256(generation).slice(0, 16));
  if (readLink(link) !== undefined) return;
  linkPlain(link, generation);
}

/** The generations that stand on it, absolute. Links to what is gone do not count; where one was collected a link stands, which is none. */
export function usersOf(kept: KeptPython): string[] {
  const folder = usersFolder(kept);
  return (listFolder(folder) ?? []).flatMap((name) => readLink(path.join(folder, name)) ?? []).filter(isRealFolder);
}

/** Removes an interpreter on which nothing stands; gives the bytes that this frees. The record goes first, so that a kill leaves rubbish. */
export function removeKeptPython({ folder }: KeptPython): number {
  removeFile(path.join(folder, RECORD_FILE));
  return remove(folder);
}
