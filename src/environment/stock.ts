import * as path from "node:path";
import { finalNameOf, isAbandoned, MARK } from "../edges/files/own/maker-mark.ts";
import { type Ownership, ownership, thisUser } from "../edges/files/ownership.ts";
import { namesInFolder, readText } from "../edges/files/read.ts";
import { isLockText } from "../edges/processes/locks/lock-holder.ts";
import { trackedBy } from "../git/index.ts";
import { DRAFT_NOTE } from "../uv/lock-drafts.ts";
import { DATA_NAMES } from "./data-folder.ts";
import type { Folders } from "./folders.ts";
import { GENERATION_ID, hasManifest, hasTornManifest, listGenerations } from "./manifest/manifest.ts";
import { RESOLUTION } from "./manifest/resolved.ts";

/** Where `takeStock` looks for what prime made and nobody needs. */
export interface StockPlaces {
  readonly folders: Folders;
  /** The place of the `.venv` link, absolute. */
  readonly link: string;
  /**
   * Ids that are shown, or that somebody can go back to. Without a manifest these are environments that others changed,
   * and no rubbish.
   */
  readonly needed: ReadonlySet<string>;
}

export interface Stock {
  /** What killed builds, moves and collections left behind, as absolute paths; each after what its name marks. */
  readonly left: readonly string[];
  /** What nothing proves to be prime's, in folders that are prime's alone; absolute. It is never removed. */
  readonly strange: readonly string[];
}

/** A collected generation on its way out. */
export const GONE = new RegExp(`^\\.gone-([0-9a-f]{8}-[0-9a-f]{8})${MARK}$`);
const WORK = new RegExp(`^work-([0-9a-f]{8}-[0-9a-f]{8}|uv|cache)${MARK}$`);
const CLAIM = /^(?:setup\.)?lock(?:\.[0-9a-f]{16})+$/;
const DIGEST = /^[0-9a-f]{64}$/;

type Verdict = "kept" | "left" | "strange";
type Judge = (name: string, kind: Ownership["kind"], file: string) => Verdict;

/**
 * Goes through all that prime keeps for a root. It judges by names of prime's own form, and by the marks, manifests and
 * texts that go with them. What was left behind counts at once when its process is known to have ended, else when
 * nobody has touched it since `before`, in milliseconds since the epoch. What git tracks came with the clone, whatever
 * its name.
 */
export function takeStock(scene: StockPlaces, before: number): Stock {
  const { folders, link } = scene;
  const { data, work } = folders;
  const builders = new Map(namesInFolder(work).map((name) => [WORK.exec(name)?.[1], name]));
  const judgeDraft: Judge = (name, kind) => (finalNameOf(name) !== undefined && kind === "file" ? "left" : "kept");
  const places: readonly (readonly [string, Judge])[] = [
    [folders.generations, judgeGeneration(scene, builders)],
    [data, judgeData],
    ...(work === data ? [] : [[work, judgeWork] as const]),
    [folders.resolved, judgeResolution(folders)],
    [path.join(data, "setup"), judgeSetup(folders)],
    [path.join(data, "setup-cfg"), judgeDraft],
    [
      path.dirname(link),
      (name, kind) => (finalNameOf(name) === path.basename(link) && kind === "link" ? "left" : "kept"),
    ],
    [folders.root, judgeDraft], // of locks, pins, the launcher and what init writes
  ];
  const makers = new Set([thisUser(), ownership(data)?.uid]);
  const found = places.flatMap(([folder, judge]) =>
    namesInFolder(folder).flatMap((name) => {
      const file = path.join(folder, name);
      const is = ownership(file);
      return is === undefined ? [] : { file, isOwn: makers.has(is.uid), verdict: judge(name, is.kind, file) };
    }),
  );
  const isOver = (file: string): boolean => isAbandoned(file, before, builders.get(path.basename(file)));
  return {
    left: found
      .filter(
        ({ file, isOwn, verdict }) => verdict === "left" && isOwn && isOver(file) && trackedBy(file) === undefined,
      )
      .map(({ file }) => file),
    strange: found.filter(({ verdict }) => verdict === "strange").map(({ file }) => file),
  };
}

/**
 * A folder without a manifest is known as prime's by its builder's work folder, which is there from before the first
 * file to the last.
 */
function judgeGeneration({ needed }: StockPlaces, builders: ReadonlyMap<string | undefined, string>): Judge {
  return (name, kind, file) => {
    const isId = GENERATION_ID.test(name);
    if (kind === "link") return isId ? "kept" : GENERATION_ID.test(finalNameOf(name) ?? "") ? "left" : "strange";
    if (kind !== "folder") return "strange";
    if (GONE.test(name)) return "left";
    if (isId && (hasManifest(file) || needed.has(name))) return "kept";
    return isId && (builders.has(name) || hasTornManifest(file)) ? "left" : "strange";
  };
}

const judgeData: Judge = (name, kind, file) => {
  const isOwnFile = (one: string): boolean => DATA_NAMES.has(one) || CLAIM.test(one) || DRAFT_NOTE.test(one);
  if (DATA_NAMES.has(name)) return "kept";
  if (kind === "folder") return WORK.test(name) ? "left" : "strange";
  if (kind !== "file") return "strange";
  if (CLAIM.test(name)) return isLockText(readText(file) ?? "") ? "left" : "strange";
  return DRAFT_NOTE.test(name) || isOwnFile(finalNameOf(name) ?? "") ? "left" : "strange";
};

/** A folder that protoprimer's configuration names, and that others may use as well. */
const judgeWork: Judge = (name, kind) => (kind === "folder" && WORK.test(name) ? "left" : "kept");

function judgeResolution({ generations }: Folders): Judge {
  const finished = listGenerations(generations);
  const all = namesInFolder(generations).filter((name) => hasManifest(path.join(generations, name)));
  const used = new Set<string | null>(finished.map(({ resolution }) => resolution));
  const isAllKnown = all.length === finished.length; // those that other layouts use are not known
  return (name, kind) => {
    if (kind !== "file" || !RESOLUTION.test(name)) return "strange";
    return isAllKnown && !used.has(name) ? "left" : "kept";
  };
}

function judgeSetup({ generations }: Folders): Judge {
  return (name, kind, file) => {
    if (kind !== "file") return "strange";
    if (GENERATION_ID.test(finalNameOf(name) ?? "")) return "left";
    if (!GENERATION_ID.test(name) || !DIGEST.test(readText(file) ?? "")) return "strange";
    return hasManifest(path.join(generations, name)) ? "kept" : "left";
  };
}
