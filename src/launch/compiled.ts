import * as path from "node:path";
import type { Script } from "node:vm";
import type { Environment } from "../edges/command.ts";
import { writeRenewable } from "../edges/files/change.ts";
import { finalNameOf, isAbandoned } from "../edges/files/own/maker-mark.ts";
import { faultOfOwn, isOwnFolder, makeOwnFolder } from "../edges/files/own/own-folder.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import { filesIn, linkFacts } from "../edges/files/read.ts";
import type { Trust } from "../edges/files/trust.ts";
import { usesCache } from "../edges/places.ts";

/** What the head leaves for the program that it has compiled. */
export interface CompiledModule {
  readonly script?: Script;
  /**
   * The file of the cache. Its name has Node's version, the kind of start, and the launcher's digest, since V8 compares
   * only the lengths of sources.
   */
  readonly cache?: string;
  /** Begins the whole program; set while only the part is loaded that renews a plan. */
  readonly goOn?: () => void;
}

/**
 * Keeps what V8 compiled in this start, so that the next cold start need not compile it again: that takes a quarter of
 * one. It is written twice, and read only if both halves are equal: V8 ends the process when a single byte is wrong,
 * and comparing costs less than a digest. This proves nothing else. Whoever can write there runs code, so that the
 * folder is this user's alone, and the head knows it by its mode. `verify` judges the launcher and takes nothing from
 * there.
 */
export function keepCompiled({ script, cache }: CompiledModule, { env, args, trust }: Start): void {
  if (script === undefined || script.cachedDataRejected === false) return;
  if (cache === undefined || !path.isAbsolute(cache) || !usesCache(env) || args.includes("verify")) return;
  const folder = path.dirname(cache);
  if (faultOfOwn(folder, trust) !== undefined) return;
  try {
    const data = script.createCachedData();
    if (!isOwnFolder(folder)) for (const file of compiledFiles(folder)) removeFile(file); // a checkout can bring them
    makeOwnFolder(folder, []);
    writeRenewable(cache, Buffer.concat([data, data]), 0o600);
  } catch {} // a cache that can't be written costs time and nothing else
}

interface Start {
  readonly env: Environment;
  readonly args: readonly string[];
  readonly trust: Trust;
}

/**
 * Files that killed starts left half written (`before`: see `isAbandoned`), and files that were compiled before
 * `since`, in milliseconds since the epoch: who still needs one compiles once more. Absolute.
 */
export function oldCompiled(cacheFolder: string, before: number, since: number): string[] {
  const folder = path.join(cacheFolder, "node");
  const drafts = filesIn(folder, finalNameOf);
  const isOld = (file: string): boolean => Number(linkFacts(file)?.mtimeNs ?? 0) / 1e6 < since;
  return [...drafts.filter((file) => isAbandoned(file, before)), ...compiledFiles(folder).filter(isOld)];
}

function compiledFiles(folder: string): string[] {
  return filesIn(folder, (name) => /^[\d.]+-(?:\w+-)?[0-9a-f]{64}$/.test(name));
}
