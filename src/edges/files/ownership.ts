import * as fs from "node:fs";
import { CALMLY, tell } from "./errors.ts";

/** Whose a file or folder is and who may write it; a link is looked at itself. */
export interface Ownership {
  readonly kind: "file" | "folder" | "link" | "other";
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** How many names (hard links) it has. */
  readonly names: number;
}

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
/** Who may write such a folder can add to it, and can't take away or exchange what is others' (inode(7)). */
const STICKY = 0o1000;

export function ownership(file: string): Ownership | undefined {
  return tell("look at", file, () => {
    const is = fs.lstatSync(file, CALMLY);
    if (is === undefined) return undefined;
    return { kind: kindOf(is), uid: is.uid, gid: is.gid, mode: is.mode, names: is.nlink };
  });
}

export function kindOf(is: Pick<fs.Stats, "isFile" | "isDirectory" | "isSymbolicLink">): Ownership["kind"] {
  return is.isFile() ? "file" : is.isDirectory() ? "folder" : is.isSymbolicLink() ? "link" : "other";
}

/** The user whose rights this process has. */
export function thisUser(): number {
  return process.geteuid?.() ?? 0;
}

export function isOpenToAll({ mode }: Ownership): boolean {
  return (mode & OTHERS_WRITE) !== 0;
}

export function isSticky({ mode }: Ownership): boolean {
  return (mode & STICKY) !== 0;
}

/** Whether this user, but not root, has a folder in common with a group: it is the group's to write, and nobody else's. */
export function isShared({ gid, mode }: Ownership): boolean {
  const groups = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
  return thisUser() !== 0 && (mode & GROUP_WRITES) !== 0 && (mode & OTHERS_WRITE) === 0 && groups.includes(gid);
}

/**
 * Whether whoever decides here decides on this, too: this user, or, for everybody but root, the group by which a folder is
 * shared. What everybody may write is shared with nobody.
 */
export function isOurs(one: Ownership, room: Ownership): boolean {
  if (one.uid === thisUser()) return true;
  return isShared(one) && one.gid === room.gid && (room.mode & GROUP_WRITES) !== 0;
}
