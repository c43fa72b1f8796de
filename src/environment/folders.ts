import * as path from "node:path";
import { makeFolder, writeRenewable } from "../edges/files/change.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import { isFile, isFolder, listFolder, readText } from "../edges/files/read.ts";
import type { Input } from "../inputs/input.ts";
import { refuseForeignState, standingOf, whyUnfit } from "./data-folder.ts";

/** Where prime keeps what belongs to one root; absolute paths. */
export interface Folders {
  /** The root that all this belongs to, physical. */
  readonly root: string;
  /** `.prime` in root, or a folder of this user's state where root can't be written or `.prime` can't be believed. */
  readonly data: string;
  readonly generations: string;
  readonly resolved: string;
  readonly log: string;
  /** Venvs of others that stood where the link belongs, and were moved aside. */
  readonly aside: string;
  /** Has a folder `work-ID` for each build that is under way. */
  readonly work: string;
  /** Whether root can be written, so that the `.venv` link can stand there. */
  readonly inRoot: boolean;
  /** `.prime` in root, when this user can't write it, but may use what others have built there. */
  readonly shared: string | undefined;
  /** What the user may not expect, a sentence each. */
  readonly warnings: readonly string[];
  /** What this choice of folders depends on. */
  readonly inputs: readonly Input[];
}

const LOGS_KEPT = 20;
const OWN_LOG = /^\d{4}-\d\d-\d\dT[\d-]+Z-\d+\.log$/;

/**
 * Folders that protoprimer's configuration names. Others may use them too, so that prime removes only what has a name
 * of its own form there.
 */
interface NamedFolders {
  readonly logFolder: Named;
  readonly tmpFolder: Named;
  readonly cacheFolder: Named;
}

interface Named {
  readonly value: string;
  readonly source: { readonly kind: string };
}

/**
 * Chooses the folders. When prime can't believe that `.prime` in root is its own, it neither uses nor touches that:
 * everything is in this user's state folder then, as for a root that can't be written, and the warnings say so.
 */
export function foldersOf(root: string, stateFolder: string, named: NamedFolders | null = null): Folders {
  const ours = path.join(root, ".prime");
  const standing = standingOf(ours, root);
  const inRoot = standing.kind === "ours";
  const data = inRoot ? ours : path.join(stateFolder, "roots", root, ".prime");
  if (!inRoot) refuseForeignState(data, stateFolder);
  const below = (name: string): string => path.join(data, name);
  const unfit = named === null ? [] : unfitFolders(named, root);
  const chosen = (folder: Named | undefined, usual: string): string =>
    folder === undefined || !inRoot || unfit.some(({ value }) => value === folder.value) ? usual : folder.value;
  return {
    root,
    data,
    generations: below("generations"),
    resolved: below("resolved"),
    log: chosen(named?.logFolder, below("log")),
    aside: chosen(named?.tmpFolder, below("aside")),
    work: chosen(named?.tmpFolder, data),
    inRoot,
    shared: standing.kind === "theirs" && isFolder(ours) ? ours : undefined,
    inputs: standing.kind === "foreign" ? standing.inputs : [],
    warnings: [
      ...(standing.kind === "foreign"
        ? [`${standing.why}: nothing in ${ours} is used or touched, and prime works in ${data} (${standing.cure})`]
        : []),
      ...unfit.map(({ why }) => `${why}: prime keeps nothing there`),
    ],
  };
}

function unfitFolders({ logFolder, tmpFolder, cacheFolder }: NamedFolders, root: string) {
  const cache = cacheFolder.source.kind === "file" ? [cacheFolder] : [];
  return [logFolder, tmpFolder, ...cache].flatMap(({ value }) => {
    const why = whyUnfit(value, root);
    return why === undefined ? [] : [{ value, why }];
  });
}

/** The folders with generations that this user can use, the own one first. */
export function generationFolders({ generations, shared }: Folders): string[] {
  return [generations, ...(shared === undefined ? [] : [path.join(shared, "generations")])];
}

/** Where a generation is, absolute: in this user's own folder, else in the one that others write. */
export function generationFolder({ generations, shared }: Folders, id: string): string {
  const own = path.join(generations, id);
  return shared === undefined || isFolder(own) ? own : path.join(shared, "generations", id);
}

/** Makes the folders; `.prime` keeps itself out of git. */
export async function makeFolders(folders: Folders): Promise<void> {
  for (const folder of [folders.generations, folders.resolved, folders.log]) makeFolder(folder);
  const ignore = path.join(folders.data, ".gitignore");
  if (listFolder(folders.data)?.includes(".gitignore") !== true) writeRenewable(ignore, "*\n");
  const schema = path.join(folders.data, path.basename(SCHEMA_FILE));
  if (!isFile(path.join(path.dirname(folders.data), "prime.toml"))) return;
  const text = (await import("../config/schema/json-schema.ts")).schemaText();
  if (readText(schema) !== text) writeRenewable(schema, text);
}

/** Where the schema of `prime.toml` stands for editors, relative to root. */
export const SCHEMA_FILE = ".prime/prime.schema.json";

/** Names the log of a new start, and removes the oldest logs. Names sort by time. */
export function newLog(folders: Folders, nowMs: number, pid: number): string {
  const old = (listFolder(folders.log) ?? []).filter((name) => OWN_LOG.test(name));
  for (const name of old.slice(0, Math.max(0, old.length - LOGS_KEPT))) removeFile(path.join(folders.log, name));
  return path.join(folders.log, `${new Date(nowMs).toISOString().replace(/[:.]/g, "-")}-${pid}.log`);
}
