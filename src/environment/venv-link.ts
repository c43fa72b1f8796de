import * as path from "node:path";
import { makeFolder, makeLink, rename, swapLink } from "../edges/files/change.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import { isFile, isRealFolder, linkFacts, listFolder, readLink, realPath } from "../edges/files/read.ts";
import { nonce } from "../edges/nonce.ts";
import { PrimeError, passOn } from "../errors.ts";
import { whyNotBelow } from "./data-folder.ts";
import type { Folders } from "./folders.ts";

/** What is in the place of the `.venv` link. */
export type VenvPlace =
  | { readonly kind: "free" | "ours" }
  /** Somebody else's venv or link: it is moved aside, never deleted. */
  | { readonly kind: "foreign"; readonly what: string };

/**
 * Looks at the place of the link. Throws `venv-in-the-way` for what prime must not touch: a file, a folder that is no
 * venv, what a link leads to, and whatever is outside of the root, where protoprimer's configuration can put the link.
 */
export function lookAtVenvPlace(link: string, folders: Folders): VenvPlace {
  const isOutside = !link.startsWith(`${folders.root}/`);
  const place = whatStandsAt(link, folders);
  const why = isOutside
    ? place.kind === "foreign" && `${place.what} stands there, outside of ${folders.root}`
    : whyNotBelow(path.dirname(link), folders.root);
  if (why) throw inTheWay(link, why);
  return place;
}

function whatStandsAt(link: string, folders: Folders): VenvPlace {
  const found = linkFacts(link);
  if (found === undefined) return { kind: "free" };
  if (found.kind === "link") {
    const text = readLink(link) ?? "";
    const target = path.resolve(path.dirname(link), text);
    const isOurs = path.dirname(target) === folders.generations || isWithin(folders.generations, realPath(target));
    return isOurs ? { kind: "ours" } : { kind: "foreign", what: `a link to ${text}` };
  }
  if (found.kind === "folder" && isFile(path.join(link, "pyvenv.cfg"))) {
    return { kind: "foreign", what: "a venv that prime did not make" };
  }
  throw inTheWay(link, `${found.kind === "folder" ? "a folder that is no venv" : "a file"} stands there`);
}

function inTheWay(link: string, why: string): PrimeError {
  return new PrimeError(
    "venv-in-the-way",
    `could not put the environment's link at ${link}: ${why}`,
    "move it away, or choose another place by `local_venv_dir_rel_path`",
  );
}

/** Something foreign that was moved out of the link's place. */
export interface KeptAside {
  readonly what: string;
  /** Where it is now, absolute. */
  readonly path: string;
}

/** Makes the link show a generation, in one step for everybody who looks at it. Gives what it moved aside. */
export function activate(link: string, generation: string, folders: Folders): KeptAside | undefined {
  const text = path.relative(path.dirname(link), generation);
  const place = lookAtVenvPlace(link, folders);
  if (place.kind === "ours" && readLink(link) === text) return undefined;
  makeFolder(path.dirname(link));
  if (place.kind === "free" && !makeLink(link, text)) return activate(link, generation, folders); // somebody was faster
  const kept = place.kind === "foreign" ? { what: place.what, path: keepAside(link, folders) } : undefined;
  if (place.kind !== "free") swapLink(link, text);
  return kept;
}

/** The venv that was moved aside from this place last, absolute, if it is still there. */
export function findAside(link: string, folders: Folders): string | undefined {
  const begins = `${path.basename(link)}-`;
  const kept = (listFolder(folders.aside) ?? [])
    .filter((name) => name.startsWith(begins) && /^[0-9a-f]{8}$/.test(name.slice(begins.length)))
    .map((name) => path.join(folders.aside, name))
    .filter((folder) => isRealFolder(folder) && isFile(path.join(folder, "pyvenv.cfg")));
  const age = (folder: string): bigint => BigInt(linkFacts(folder)?.ctimeNs ?? "0");
  return kept.sort((a, b) => (age(a) < age(b) ? 1 : -1))[0];
}

/**
 * Puts a venv that was moved aside back in place of the link: its scripts work there and nowhere else. When somebody
 * makes a venv there in this very moment, it is no link, and neither call touches it.
 */
export function restoreAside(link: string, kept: string): void {
  removeFile(link);
  rename(kept, link);
}

/** Moves a folder aside. Of a link it makes an absolute copy, since a relative one would lead elsewhere from there. */
function keepAside(link: string, folders: Folders): string {
  const kept = path.join(folders.aside, `${path.basename(link)}-${nonce()}`);
  const text = readLink(link);
  makeFolder(folders.aside);
  try {
    if (text === undefined) rename(link, kept);
    else swapLink(kept, path.resolve(path.dirname(link), text));
  } catch (error) {
    passOn(error);
    // What is mounted there, or comes from a lower layer of an image, can't be moved (rename(2)).
    throw /\(E(?:BUSY|XDEV)\)$/.test(error.message) ? inTheWay(link, error.message) : error;
  }
  return kept;
}

function isWithin(folder: string, file: string | undefined): boolean {
  const real = realPath(folder);
  return file !== undefined && real !== undefined && file.startsWith(`${real}/`);
}
