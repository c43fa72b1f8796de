import * as fs from "node:fs";
import { CALMLY } from "../errors.ts";
import { withOpened } from "../open.ts";
import { type HeldFolder, inFolderOf, within } from "./held-folder.ts";

/** To whom something is given. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives what this process's user has made since then (milliseconds since the epoch) to another user: a file, a link or a folder,
 * and all below it. No link is followed, no mount entered, and nothing that has a second name is given: it may be in use
 * elsewhere, as what uv has linked from its cache. Nothing there is fine; what can't be given is left.
 */
export function handOver(file: string, owner: Owner, since: number): void {
  try {
    inFolderOf(file, (folder, name) => giveIn(folder, name, owner, since));
  } catch {} // it is as usable as before
}

function giveIn(folder: HeldFolder, name: string | Buffer, owner: Owner, since: number): void {
  const is = fs.lstatSync(folder.at(name), CALMLY);
  if (is === undefined) return;
  if (is.isDirectory()) {
    within(folder.enter(name), (below) => {
      if (below.mount !== folder.mount) return;
      for (const one of below.names()) giveIn(below, one, owner, since);
    });
  }
  if (is.isSymbolicLink() && isNew(is, since)) fs.lchownSync(folder.at(name), owner.uid, owner.gid);
  else if (is.isFile() || is.isDirectory()) giveOpened(folder.at(name), owner, since);
}

/** By what is open: whoever may write the folder could exchange what has the name. */
function giveOpened(file: Buffer, { uid, gid }: Owner, since: number): void {
  const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;
  withOpened(fs.openSync(file, flags), (fd) => {
    const is = fs.fstatSync(fd);
    if (isNew(is, since) && (is.isDirectory() || is.nlink === 1)) fs.fchownSync(fd, uid, gid);
  });
}

function isNew(is: fs.Stats, since: number): boolean {
  return is.uid === process.geteuid?.() && is.birthtimeMs >= since;
}
