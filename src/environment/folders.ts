import * as path from "node:path";
import { makeFolder, writeAtomic } from "../edges/files/change.ts";
import { isFolder, isWritable, listFolder } from "../edges/files/read.ts";
import { removeFile } from "../edges/files/remove.ts";

/** Where prime keeps what belongs to one root; absolute paths. */
export interface Folders {
  /** `.prime` in root, or a folder of this user's state where root can't be written. */
  readonly data: string;
  readonly generations: string;
  readonly resolved: string;
  readonly log: string;
  /** What stood in prime's way and was moved out of it. */
  readonly aside: string;
  /** Holds a folder, `work-ID`, for each build that is under way. */
  readonly work: string;
  /** Root can be written, so that the `.venv` link stands there. */
  readonly inRoot: boolean;
  /** `.prime` in root where this user can't write it, but may use what others have built there. */
  readonly shared: string | undefined;
}

const LOGS_KEPT = 20;
const OWN_LOG = /^\d{4}-\d\d-\d\dT[\d-]+Z-\d+\.log$/;

/** Folders of protoprimer's configuration; only logs of prime's own are ever removed there. */
interface NamedFolders {
  readonly logFolder: { readonly value: string };
  readonly tmpFolder: { readonly value: string };
}

export function foldersOf(root: string, stateFolder: string, named: NamedFolders | null = null): Folders {
  const ours = path.join(root, ".prime");
  const inRoot = isFolder(ours) ? isWritable(ours) : isWritable(root);
  const data = inRoot ? ours : path.join(stateFolder, "roots", root, ".prime");
  const below = (name: string): string => path.join(data, name);
  return {
    data,
    generations: below("generations"),
    resolved: below("resolved"),
    log: named !== null && inRoot ? named.logFolder.value : below("log"),
    aside: named !== null && inRoot ? named.tmpFolder.value : below("aside"),
    work: named !== null && inRoot ? named.tmpFolder.value : data,
    inRoot,
    shared: !inRoot && isFolder(ours) ? ours : undefined,
  };
}

/** The folders that hold generations for this user, the own one first. */
export function generationFolders({ generations, shared }: Folders): string[] {
  return [generations, ...(shared === undefined ? [] : [path.join(shared, "generations")])];
}

/** Where a generation is, absolute: in this user's own folder, else in the one that others write. */
export function generationFolder({ generations, shared }: Folders, id: string): string {
  const own = path.join(generations, id);
  return shared === undefined || isFolder(own) ? own : path.join(shared, "generations", id);
}

/** Makes the folders; `.prime` keeps itself out of git. */
export function makeFolders(folders: Folders): void {
  for (const folder of [folders.generations, folders.resolved, folders.log]) makeFolder(folder);
  const ignore = path.join(folders.data, ".gitignore");
  if (listFolder(folders.data)?.includes(".gitignore") !== true) writeAtomic(ignore, "*\n");
}

/** The log of one start; names sort by time, and the oldest go. */
export function newLog(folders: Folders, nowMs: number, pid: number): string {
  const old = (listFolder(folders.log) ?? []).filter((name) => OWN_LOG.test(name));
  for (const name of old.slice(0, Math.max(0, old.length - LOGS_KEPT))) removeFile(path.join(folders.log, name));
  return path.join(folders.log, `${new Date(nowMs).toISOString().replace(/[:.]/g, "-")}-${pid}.log`);
}
