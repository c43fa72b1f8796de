import * as fs from "node:fs";
import { PrimeError } from "../../../errors.ts";
import { act, CALMLY } from "../errors.ts";
import { HeldFolder, inFolderOf, within } from "./held-folder.ts";

/** Which folder is meant, whatever has its name by now. */
export interface Identity {
  readonly dev: string;
  readonly ino: string;
}

/**
 * Removes what prime made: a folder with all that is in it, a file or a link; gives the bytes that this frees. Nothing there
 * is fine. No link is followed, neither on the way nor below, and no mount is entered. A folder must be `known`, where that is
 * given. Nothing is deleted anywhere else; the callers prove that it is prime's.
 */
export function remove(file: string, known?: Identity): number {
  return act("remove", file, () => inFolderOf(file, (folder, name) => removeIn(folder, name, known)) ?? 0);
}

/** The same for what can be no folder: one that stands there by now is left, and that is a failure. */
export function removeFile(file: string): void {
  act("remove", file, () => inFolderOf(file, (folder, name) => unlessGone(() => fs.unlinkSync(folder.at(name)))));
}

/** Removes the files and links of a folder, by names of whatever bytes, that are not `own`; folders stay, since others may be in them. */
export function removeOthers(folder: string, own: RegExp): void {
  act("remove what is in", folder, () => {
    const held = HeldFolder.open(folder);
    if (held === undefined) return;
    within(held, () => {
      for (const name of held.names()) {
        if (own.test(name.toString("latin1"))) continue;
        unlessGone(() => fs.lstatSync(held.at(name)).isDirectory() || fs.unlinkSync(held.at(name)));
      }
    });
  });
}

function removeIn(folder: HeldFolder, name: string | Buffer, known?: Identity): number {
  const is = fs.lstatSync(folder.at(name), CALMLY);
  if (is === undefined) return 0;
  const bytes = is.blocks * 512;
  if (is.isDirectory()) return bytes + within(folder.enter(name), (below) => removeFolder(folder, name, below, known));
  unlessGone(() => fs.unlinkSync(folder.at(name)));
  return is.nlink > 1 ? 0 : bytes;
}

/** A process that was killed can have left children that still write for a moment, and another start can be filling what was the last one's. */
const ROUNDS = 99;

function removeFolder(folder: HeldFolder, name: string | Buffer, below: HeldFolder, known?: Identity): number {
  refuseOther(folder, below, known);
  let bytes = 0;
  for (let round = 1; ; round += 1) {
    for (const one of below.names()) bytes += removeIn(below, one);
    try {
      unlessGone(() => fs.rmdirSync(folder.at(name)));
      return bytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY" || round === ROUNDS) throw error;
    }
  }
}

function refuseOther(folder: HeldFolder, below: HeldFolder, known: Identity | undefined): void {
  const why =
    below.mount !== folder.mount
      ? "something is mounted there"
      : known !== undefined && (below.dev !== known.dev || below.ino !== known.ino)
        ? "it is another folder by now"
        : undefined;
  if (why === undefined) return;
  throw new PrimeError(
    "not-removed",
    `could not remove ${below.path}: ${why}`,
    `look what it is, and ${below.mount === folder.mount ? "remove it by hand if nobody needs it" : "unmount it (`umount`), then start again"}`,
  );
}

function unlessGone(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
