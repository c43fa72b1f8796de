import * as fs from "node:fs";
import * as path from "node:path";
import { PrimeError } from "../../../errors.ts";
import { nonce } from "../../nonce.ts";
import { makeFolder, rename, setFolderMode } from "../change.ts";
import { act, CALMLY } from "../errors.ts";
import { belongs, type Trust, whyOthersExchange, whyOthersWrite, whyUnreachable } from "../trust.ts";

/**
 * The mode of a folder that is this user's alone. No process makes such a folder by chance, and no checkout holds one: the
 * sticky bit says that prime has looked at the folder and at the way to it. The head can see no more of a mode (`[ -k ]`).
 */
const OWN = 0o1700;

/** What to do where others can change a folder that a variable names. */
export function elsewhere(variable: string): string {
  return `set ${variable} to a folder that you alone can write`;
}

const ELSEWHERE = elsewhere("XDG_STATE_HOME");

/** Why what is in a folder of prime's own is not believed. */
export interface Fault {
  readonly why: string;
  /** What to do. */
  readonly cure: string;
}

/** `undefined`: this user's alone, or still to be made. */
export function faultOfOwn(folder: string, trust: Trust): Fault | undefined {
  const onTheWay = whyOthersExchange(folder, trust);
  const why = onTheWay ?? whyUnreachable(folder);
  if (why !== undefined) return { why, cure: ELSEWHERE };
  const is = fs.lstatSync(folder, CALMLY);
  if (is === undefined) return undefined;
  const strange = strangeness(folder, is);
  if (strange !== undefined) return { why: strange, cure: ELSEWHERE };
  const open = whyOthersWrite(folder, { ...trust, folders: [] });
  return open === undefined ? undefined : { why: open, cure: "remove it: it is made anew, for you alone" };
}

/** Whether prime has made a folder this user's alone before, so that nobody else can have put anything there since. */
export function isOwnFolder(folder: string): boolean {
  const is = fs.lstatSync(folder, CALMLY);
  return is !== undefined && strangeness(folder, is) === undefined && (is.mode & 0o7777) === OWN;
}

/**
 * Makes a folder of this user's alone, and marks it. Where prime has not closed it before, what has one of these names in it is somebody
 * else's, as a checkout brings such folders: it is moved aside, and nobody believes it. Gives where it is then, absolute.
 */
export function makeOwnFolder(folder: string, believed: readonly string[]): readonly string[] {
  makeFolder(path.dirname(folder), 0o700);
  makeFolder(folder, OWN); // closed from its first moment on, since another start may fill it in the next (mkdir(2), S_ISVTX)
  return act("close to others", folder, () => {
    const is = fs.lstatSync(folder);
    const why = strangeness(folder, is);
    if (why !== undefined) throw refusal(folder, why);
    if ((is.mode & 0o7777) === OWN) return [];
    const aside = believed.flatMap((name) => setAside(path.join(folder, name)));
    setFolderMode(folder, OWN);
    if ((fs.lstatSync(folder).mode & 0o7777) !== OWN) throw refusal(folder, "its file system keeps no modes");
    return aside;
  });
}

function setAside(file: string): string[] {
  if (fs.lstatSync(file, CALMLY) === undefined) return [];
  const aside = `${file}.not-made-here-${nonce()}`;
  rename(file, aside);
  return [aside];
}

function strangeness(folder: string, is: fs.Stats): string | undefined {
  if (is.isSymbolicLink()) return `${folder} is a link`;
  if (!is.isDirectory()) return `${folder} is no folder`;
  return is.uid === process.geteuid?.() ? undefined : belongs(folder, is.uid);
}

function refusal(folder: string, why: string): PrimeError {
  return new PrimeError("state-folder", `could not close ${folder} to others: ${why}`, ELSEWHERE);
}
