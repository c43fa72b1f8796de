import * as path from "node:path";
import { rename, swapLink } from "../edges/files/change.ts";
import { finalNameOf, isAbandoned, makerMark } from "../edges/files/maker-mark.ts";
import { exists, linkFacts, listFolder } from "../edges/files/read.ts";
import { remove } from "../edges/files/remove.ts";
import type { Folders } from "./folders.ts";
import { hasManifest, listGenerations, type Manifest } from "./manifest.ts";

/** What is kept unless the user says otherwise: this many of the youngest, and what was shown in these last days. */
export const KEPT_GENERATIONS = 2;
export const KEPT_DAYS = 14;

/** The folder is not always prime's alone. */
const WORK = /^work-(?:[0-9a-f]{8}-|(?:uv|cache)\.)/;

/** What is never collected, and how much more is kept. */
export interface Keeping {
  /** Ids that are kept whatever their age: shown, previous, held. */
  readonly needed: ReadonlySet<string>;
  /** Id → when it was shown last, in milliseconds since the epoch. */
  readonly lastShown: ReadonlyMap<string, number>;
  /** The youngest that are kept in any case. */
  readonly atLeast: number;
  /** Milliseconds since the epoch: what was shown later is kept. */
  readonly since: number;
}

/** The generations that may go, the youngest first. */
export function collectable<T extends Pick<Manifest, "id" | "builtAt">>(
  generations: readonly T[],
  keeping: Keeping,
): T[] {
  return generations.filter(
    ({ id, builtAt }, index) =>
      index >= keeping.atLeast &&
      !keeping.needed.has(id) &&
      Math.max(builtAt, keeping.lastShown.get(id) ?? 0) < keeping.since,
  );
}

/** Where what was left behind is looked for. */
export interface Scene {
  readonly folders: Folders;
  /** Absolute paths beside which prime makes what takes their place: the `.venv` link, uv.lock. */
  readonly replaced: readonly string[];
  /** Ids that are shown or offered to somebody: without a manifest they are environments that others changed, and no rubbish. */
  readonly needed: ReadonlySet<string>;
}

/**
 * What builds, moves and collections that were killed left behind, as absolute paths: at once where it is known that the
 * process has ended, else what nobody has touched since `before` (milliseconds since the epoch).
 */
export function rubbish({ folders, replaced, needed }: Scene, before: number): string[] {
  const known = new Set(
    below(folders.generations, (name) => !name.startsWith(GONE))
      .filter(isFinished)
      .map((file) => path.basename(file)),
  );
  const generations = listGenerations(folders.generations);
  const drafts = below(folders.data, (name) => /^(?:.*\.tmp|(?:setup\.)?lock\.[0-9a-f]{16})$/.test(name));
  const works = below(folders.work, (name) => WORK.test(name));
  const builders = new Map(works.map((file) => [/^work-([^.]+)/.exec(path.basename(file))?.[1], path.basename(file)]));
  const unfinished = below(folders.generations, (name) => {
    const isLink = linkFacts(path.join(folders.generations, name))?.kind === "link";
    return isLink ? finalNameOf(name) !== undefined : !known.has(name) && !needed.has(name);
  });
  const resolutions = new Set<string | null>(generations.map(({ resolution }) => resolution));
  const hasStrangers = known.size > generations.length; // of another layout: what they were resolved to can't be told
  const found = [
    ...unfinished,
    ...drafts,
    ...works,
    ...below(folders.resolved, (name) => !hasStrangers && !resolutions.has(name)),
    ...below(path.join(folders.data, "setup"), (id) => !known.has(id)),
    ...below(path.join(folders.data, "setup-cfg"), (name) => finalNameOf(name) !== undefined),
    ...replaced.flatMap((file) => below(path.dirname(file), (name) => finalNameOf(name) === path.basename(file))),
  ];
  return found.filter((file) => isAbandoned(file, before, builders.get(path.basename(file))));
}

function isFinished(folder: string): boolean {
  return linkFacts(folder)?.kind === "folder" && hasManifest(folder);
}

function below(folder: string, isMeant: (name: string) => boolean): string[] {
  return (listFolder(folder) ?? []).filter(isMeant).map((name) => path.join(folder, name));
}

const GONE = ".gone-";

/**
 * Removes a generation and gives the bytes that this frees. A link to what `.venv` shows stays in its place, since hooks and
 * the like wrote its path down; whoever comes in between finds the whole generation or the link.
 */
export function collect(folders: Folders, id: string, venvLink: string | undefined): number {
  const doomed = path.join(folders.generations, `${GONE}${id}.${makerMark()}`);
  rename(path.join(folders.generations, id), doomed);
  if (venvLink !== undefined) forward(folders, id, venvLink);
  return remove(doomed);
}

/** Leaves the links that collections which were killed did not come to. */
export function forwardCollected(folders: Folders, venvLink: string): void {
  for (const doomed of below(folders.generations, (name) => name.startsWith(GONE))) {
    const id = /^([^.]+)/.exec(path.basename(doomed).slice(GONE.length))?.[1];
    if (id !== undefined && !exists(path.join(folders.generations, id))) forward(folders, id, venvLink);
  }
}

function forward(folders: Folders, id: string, venvLink: string): void {
  swapLink(path.join(folders.generations, id), path.relative(folders.generations, venvLink));
}
