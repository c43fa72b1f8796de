import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { reasonOf } from "../../errors.ts";
import type { Environment } from "../command.ts";
import { CALMLY } from "./errors.ts";

/** Names folders that are trusted whoever owns them, by git's rules for `safe.directory`: `PATH`, `PATH/*` for all below it, `*`. */
export const SAFE_VARIABLE = "PRIME_SAFE_DIRECTORY";

/** A hint: what mends it, or how a user says that whoever can write the folder may decide; absolute. */
export function orTrust(cure: string, folder: string): string {
  return `${cure}; or, if you trust who can write it, say so: ${SAFE_VARIABLE}=${folder}`;
}

/** Whose files this user lets decide. */
export interface Trust {
  /** This user, root, and for root the user who called sudo (git-config(1), `safe.directory`). */
  readonly users: ReadonlySet<number>;
  /** What SAFE_VARIABLE names, separated by colons. */
  readonly folders: readonly string[];
}

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
/** Who may write such a folder can add to it, but not take away or exchange what is others' (inode(7)). */
const STICKY = 0o1000;
/** Stands for all users that a user namespace does not know (user_namespaces(7)). */
const OVERFLOW = 65534;
const LINKS = 40;

/** This user and root; under sudo its caller, too, whose checkout it mostly is. */
export function trustOf(env: Environment): Trust {
  const me = process.geteuid?.() ?? 0;
  const caller = me === 0 && /^\d+$/.test(env.SUDO_UID ?? "") ? [Number(env.SUDO_UID)] : [];
  const folders = (env[SAFE_VARIABLE] ?? "").split(":").filter((folder) => folder !== "");
  return { users: new Set([me, 0, ...caller]), folders };
}

/** Whether SAFE_VARIABLE names a folder; absolute, physical. */
export function isNamedSafe(folder: string, { folders }: Trust): boolean {
  return folders.some((named) => {
    if (!named.endsWith("*")) return (realpath(named) ?? named) === folder;
    return named === "*" || (named.endsWith("/*") && folder.startsWith(named.slice(0, -1)));
  });
}

/** Whether a file, links followed, is in a repo that is named safe, which says so of all that is in it, as git's `safe.directory`. */
export function isInSafeRepo(file: string, repo: string, trust: Trust): boolean {
  return isNamedSafe(repo, trust) && (realpath(file) ?? "").startsWith(`${repo}/`);
}

/** Why somebody else could decide what is in a file or folder (absolute, physical), in words; `undefined`: nobody can, or it is not there. */
export function whyOthersWrite(folder: string, trust: Trust): string | undefined {
  const is = look(folder);
  if (is === undefined || isNamedSafe(folder, trust)) return undefined;
  if (!isTrusted(is.uid, trust)) return belongs(folder, is.uid);
  return isOpen(is) ? `others can write ${folder}` : undefined;
}

/**
 * Why somebody else could exchange what a path leads to: the first folder or link on the way (each, where links lead through
 * others) that is another's, or that others can write. A sticky folder keeps what is in it. What is not there yet is judged by
 * the folder that it would be made in. `file` itself may be anybody's. Who names a folder safe has looked at the way to it.
 */
export function whyOthersExchange(file: string, trust: Trust): string | undefined {
  let at = "/";
  let links = 0;
  let fault: string | undefined;
  const names = file.split("/");
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === "" || name === ".") continue;
    fault ??= openFor(at, trust);
    const next = path.join(at, name);
    const is = look(next);
    if (is === undefined) return fault;
    const isLink = is.isSymbolicLink();
    if (isNamedSafe(next, trust)) fault = isLink ? fault : undefined;
    else if ((isLink || names.length > 0) && !isTrusted(is.uid, trust)) fault ??= belongs(next, is.uid);
    if (!isLink) at = next;
    else if (fault !== undefined) return fault;
    else if (++links > LINKS) return `${next} is a link that leads round`;
    else {
      const text = fs.readlinkSync(next);
      if (text.startsWith("/")) at = "/";
      names.unshift(...text.split("/"));
    }
  }
  return fault;
}

/**
 * Why somebody else than this user and root decides what stands at a path: on the way to it, or in the file or folder itself. The
 * rule for all that prime executes, loads or believes of its own accord; `undefined` too where nothing is there.
 */
export function whyOthersDecide(file: string, trust: Trust): string | undefined {
  const real = realpath(file);
  return whyOthersExchange(file, trust) ?? (real === undefined ? undefined : whyOthersWrite(real, trust));
}

/** Why this user can't even look whether a file is there, as below another user's HOME; `undefined` too where nothing is. */
export function whyUnreachable(file: string): string | undefined {
  try {
    fs.lstatSync(file, CALMLY);
    return undefined;
  } catch (error) {
    return `${file} can't be reached: ${reasonOf(error)}`;
  }
}

/**
 * Why what stands outside of a root, where tools look for it, is not for this user to follow: it is neither theirs nor root's nor of
 * whoever owns the root, or others can write it who can't write the root. Both a link and what it leads to count; `undefined` too where
 * nothing is there.
 */
export function whyForeignOutside(file: string, root: string, trust: Trust): string | undefined {
  const owner = look(root);
  const places = [file, realpath(file)].map((place) => (place === undefined ? undefined : look(place)));
  if (isNamedSafe(path.dirname(file), trust)) return undefined;
  const foreign = places.find((is) => is !== undefined && is.uid !== owner?.uid && !isTrusted(is.uid, trust));
  if (foreign !== undefined) return belongs(file, foreign.uid);
  return places.some((is) => is?.isFile() && isMoreOpen(is, owner)) ? `others can write ${file}` : undefined;
}

function isMoreOpen(is: fs.Stats, than: fs.Stats | undefined): boolean {
  const isOfGroup = than !== undefined && is.gid === than.gid && (is.mode & OTHERS_WRITE) === 0;
  return isOpen(is) && !isOfGroup && !(than !== undefined && isOpen(than));
}

function realpath(file: string): string | undefined {
  try {
    return fs.realpathSync.native(file);
  } catch {
    return undefined;
  }
}

/** What can't be reached is not there for this user. */
function look(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, CALMLY);
  } catch {
    return undefined;
  }
}

function openFor(folder: string, trust: Trust): string | undefined {
  const is = look(folder);
  if (is === undefined || (is.mode & STICKY) !== 0) return undefined;
  return isOpen(is) && !isNamedSafe(folder, trust) ? `others can write ${folder}` : undefined;
}

/** In a user namespace what is root's outside has the number of nobody. */
export function isTrusted(uid: number, { users }: Pick<Trust, "users">): boolean {
  return users.has(uid) || (uid === OVERFLOW && isInUserNamespace());
}

export function belongs(file: string, uid: number): string {
  return `${file} belongs to another user (uid ${uid})`;
}

function isOpen({ mode, gid }: fs.Stats): boolean {
  return (mode & OTHERS_WRITE) !== 0 || ((mode & GROUP_WRITES) !== 0 && !isOwnGroup(gid));
}

/** Root's group, or one that is this user's alone: of the same number, or the same name and no other members (pam_umask(8), `usergroups`). */
function isOwnGroup(gid: number): boolean {
  if (gid === 0) return true;
  if (gid !== process.getegid?.()) return false;
  if (gid === process.geteuid?.()) return true;
  try {
    const { username } = os.userInfo();
    const line = fs
      .readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((one) => one.split(":")[2] === String(gid));
    const [name, , , members = ""] = line?.split(":") ?? [];
    return name === username && members.split(",").every((one) => one === "" || one === username);
  } catch {
    return false;
  }
}

function isInUserNamespace(): boolean {
  try {
    return !/^\s*0\s+0\s+4294967295\s*$/.test(fs.readFileSync("/proc/self/uid_map", "utf8"));
  } catch {
    return false;
  }
}
