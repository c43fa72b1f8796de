import * as path from "node:path";
import * as v from "valibot";
import { append, makeFolder } from "../edges/files/change.ts";
import { parseJson, readOwnText, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { changedPackages, describeChange } from "../project/packages.ts";
import { minorOf } from "../python/version.ts";
import { hideSecrets } from "../secrets.ts";
import type { Folders } from "./folders.ts";
import type { Manifest } from "./manifest/manifest.ts";

const WHAT = v.picklist(["build", "switch", "rollback", "adopt", "patch", "upgrade"]);

/** One change of the environment that a root shows: a line of history.jsonl. */
export interface HistoryEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly what: v.InferOutput<typeof WHAT>;
  readonly why: string;
  /** The start's flags, as the plan's name has them; "" for the config alone. */
  readonly flags: string;
  /** Ids of generations. `from` is null for the first one; both are the same when the interpreter was patched. */
  readonly from: string | null;
  readonly to: string;
  /** What changed, a phrase each; kept here, since generations are collected. */
  readonly changes: readonly string[];
}

const FILE = "history.jsonl";
/** One build a day makes as many in 27 years. */
const MOST_ENTRIES = 10_000;

const ENTRY = v.object({
  at: TIME,
  what: WHAT,
  why: TEXT,
  flags: TEXT,
  from: v.nullable(TEXT),
  to: TEXT,
  changes: v.array(TEXT),
});

export function historyFile({ data }: Folders): string {
  return path.join(data, FILE);
}

/** Adds an entry, unless a start that was killed has already written the same one. */
export function recordHistory(folders: Folders, entry: HistoryEntry): void {
  const last = lastEntry(folders, ({ flags }) => flags === entry.flags);
  if (last !== undefined && isSame(last, entry)) return;
  const text = readOwnText(historyFile(folders)) ?? "";
  makeFolder(folders.data);
  append(
    historyFile(folders),
    `${text === "" || text.endsWith("\n") ? "" : "\n"}${JSON.stringify(entry, hideSecrets)}\n`,
  );
}

/**
 * Whether two entries tell of one change. An interpreter can be patched again and again below one generation, so that
 * patches are compared by what changed.
 */
function isSame(last: HistoryEntry, entry: HistoryEntry): boolean {
  const isPatchedOnce = entry.what !== "patch" || last.changes.join() === entry.changes.join();
  return last.to === entry.to && last.from === entry.from && isPatchedOnce;
}

/** The youngest entry of which this is true. Mostly no older entry is read. */
export function lastEntry(folders: Folders, is: (entry: HistoryEntry) => boolean): HistoryEntry | undefined {
  if (folders.shared !== undefined) return readHistory(folders).findLast(is);
  let found: HistoryEntry | undefined;
  linesIn(folders.data).findLast((line) => {
    const entry = parseJson(line, ENTRY);
    found = entry !== undefined && is(entry) ? entry : undefined;
    return found !== undefined;
  });
  return found;
}

/**
 * All entries, the oldest first, also those of others who write `.prime` in root. A line that a kill tore is passed
 * over.
 */
export function readHistory(folders: Folders): HistoryEntry[] {
  const { data, shared } = folders;
  const entries = [...(shared === undefined ? [] : [shared]), data].flatMap(entriesIn);
  return shared === undefined ? entries : entries.sort((a, b) => a.at - b.at);
}

function entriesIn(folder: string): HistoryEntry[] {
  return linesIn(folder).flatMap((line) => parseJson(line, ENTRY) ?? []);
}

function linesIn(folder: string): string[] {
  return (readOwnText(path.join(folder, FILE)) ?? "").trimEnd().split("\n").slice(-MOST_ENTRIES);
}

/** The lines of a history that are entries, among those that are read. */
export function entryLines(lines: readonly string[]): string[] {
  return lines.slice(-MOST_ENTRIES).filter((line) => parseJson(line, ENTRY) !== undefined);
}

/** Whether another generation came to be shown. */
export function isMove({ what }: HistoryEntry): boolean {
  return what !== "patch";
}

/** What differs between two generations, a phrase each: the interpreter, then package by package. */
export function differences(from: Manifest | undefined, to: Manifest): string[] {
  if (from === undefined) return [];
  const [was, is] = [from.interpreter.version, to.interpreter.version];
  const python = was === is ? [] : [`Python ${was} -> ${is}`];
  const isSamePython = minorOf(was) === minorOf(is); // for another Python all that is compiled differs
  const remade = (isSamePython ? Object.keys(to.packages) : [])
    .filter((name) => from.packages[name] === to.packages[name] && hasOtherContents(name, from, to))
    .map((name) => `${name} ${to.packages[name]} with other contents`);
  return [...python, ...changedPackages(from.packages, to.packages).map(describeChange), ...remade.sort()];
}

function hasOtherContents(name: string, { packageDigests: before }: Manifest, { packageDigests: after }: Manifest) {
  return before[name] !== undefined && after[name] !== undefined && before[name] !== after[name];
}
