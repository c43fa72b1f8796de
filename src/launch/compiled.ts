import { createHash } from "node:crypto";
import * as path from "node:path";
import type { Script } from "node:vm";
import { makeFolder, writeAtomic } from "../edges/files/change.ts";
import { finalNameOf, isAbandoned } from "../edges/files/maker-mark.ts";
import { linkFacts, namesInFolder } from "../edges/files/read.ts";

/** What the head leaves for the program that it compiled. */
export interface CompiledModule {
  readonly script?: Script;
  /** Absolute: by Node's version and the launcher's digest, since V8 only compares lengths of sources. */
  readonly cache?: string;
}

/**
 * Keeps what V8 compiled of this program in this start, so that the next cold one need not: it takes a quarter of one. The
 * sha256 comes first: V8 ends the process when a byte is another one.
 */
export function keepCompiled({ script, cache }: CompiledModule): void {
  if (script === undefined || cache === undefined || script.cachedDataRejected === false) return;
  try {
    const data = script.createCachedData();
    makeFolder(path.dirname(cache), 0o700);
    writeAtomic(cache, Buffer.concat([createHash("sha256").update(data).digest(), data]), 0o600);
  } catch {} // a cache that can't be written costs time and nothing else
}

/**
 * What killed starts left half written (see `isAbandoned`), and what was compiled before `since`, in milliseconds since the
 * epoch: whoever still needs it compiles once more. Absolute.
 */
export function oldCompiled(cacheFolder: string, before: number, since: number): string[] {
  const folder = path.join(cacheFolder, "node");
  const files = namesInFolder(folder).map((name) => path.join(folder, name));
  const isDraft = (file: string): boolean => finalNameOf(path.basename(file)) !== undefined;
  const isOld = (file: string): boolean =>
    /^[\d.]+-[0-9a-f]{64}$/.test(path.basename(file)) && Number(linkFacts(file)?.mtimeNs ?? 0) / 1e6 < since;
  return files.filter((file) => (isDraft(file) ? isAbandoned(file, before) : isOld(file)));
}
