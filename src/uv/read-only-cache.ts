import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { linkPlain, makeFolder, makeNewFolder } from "../edges/files/change.ts";
import { isFolder, isRealFolder, isWritable, listFolder, readLink } from "../edges/files/read.ts";
import type { UvTool } from "./tool.ts";

/** Buckets in which uv replaces files, locks them, or copies folders, also where it finds all that it needs. */
const USED = /^(?:simple|wheels|sdists|archive|interpreter|flat-index)-v\d+$/;

/** uv's cache where it is there and can't be written: a read-only disk, another user's. */
export function readOnlyCache({ env }: UvTool): string | undefined {
  const folder = cacheFolder(env);
  return folder !== undefined && isFolder(folder) && !isWritable(folder) ? folder : undefined;
}

/** uv's cache by its variables, there or not; undefined where it is to have none, or uv itself finds a place. */
export function cacheFolder({ UV_CACHE_DIR, UV_NO_CACHE, XDG_CACHE_HOME, HOME }: Environment): string | undefined {
  if (UV_NO_CACHE) return undefined;
  if (UV_CACHE_DIR) return UV_CACHE_DIR;
  const base = XDG_CACHE_HOME ?? (HOME && path.join(HOME, ".cache"));
  return base && path.join(base, "uv");
}

/**
 * A cache of links to what is in another one, in a folder that does not exist yet: uv ends at once where it can't lock its
 * cache, be all in it that it needs. Files are copied from there, since a hard link to a link would be one.
 */
export function useThrough(uv: UvTool, cache: string, folder: string): UvTool {
  makeNewFolder(folder);
  for (const bucket of listFolder(cache) ?? []) {
    const [from, to] = [path.join(cache, bucket), path.join(folder, bucket)];
    if (isFolder(from)) mirror(from, to, USED.test(bucket));
  }
  return { ...uv, env: { ...uv.env, UV_CACHE_DIR: folder, UV_LINK_MODE: "copy" } };
}

/**
 * A folder of its own in each place where uv may put something beside what is there. Links of uv's own are relative, from one
 * bucket into another. Locks are made anew.
 */
function mirror(from: string, to: string, isDeep: boolean): void {
  makeFolder(to);
  for (const name of listFolder(from) ?? []) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (isDeep && isRealFolder(source)) mirror(source, target, true);
    else if (!name.endsWith(".lock")) linkPlain(target, readLink(source) ?? source);
  }
}
