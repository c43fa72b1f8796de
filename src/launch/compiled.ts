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

/** What the head leaves for the program that it compiled. */
export interface CompiledModule {
  readonly script?: Script;
  /** By Node's version, the kind of start, and the launcher's digest, since V8 only compares lengths of sources. */
  readonly cache?: string;
  /** Begins the program once more, with all that it needs; there while what was loaded is to renew a plan. */
  readonly goOn?: () => void;
}

/**
 * Keeps what V8 compiled of this program in this start, so that the next cold one need not: it takes a quarter of one. It is
 * written twice: V8 ends the process when a byte is another one, and comparing costs less than a digest. That proves nothing else: who
 * can write there runs code, so that it is a folder of this user's alone, by whose mode the head knows it. `verify` judges the launcher
 * and takes nothing from there.
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
 * What killed starts left half written (see `isAbandoned`), and what was compiled before `since`, in milliseconds since the
 * epoch: whoever still needs it compiles once more. Absolute.
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
