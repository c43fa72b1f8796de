import * as path from "node:path";
import { now, pauseSync } from "../edges/clock.ts";
import type { Environment } from "../edges/command.ts";
import { makeFolder, setTimes, writePlain } from "../edges/files/change.ts";
import { type FileFacts, facts, linkFacts } from "../edges/files/read.ts";
import { makeStamp } from "../edges/files/stamp.ts";
import type { Input } from "../inputs/input.ts";
import { contentsOf, isStamped, type Observation, type Observed, TICK_MS } from "../inputs/observation.ts";
import { type Ctimes, tellCtimes } from "./ctimes.ts";
import type { AbsentIn, Timed, Watch } from "./freshness.ts";
import { YOUNG_MS } from "./record.ts";
import { HALF, isRenewable, MOST_RENEWABLE, PIN, type Renewable, type StampPair } from "./same-contents.ts";

/** How an observation is compared with later. */
export interface Comparing {
  /** `strict`: all by ctime. */
  readonly freshness: "mtime" | "strict";
  /** Absolute; most inputs are below it. */
  readonly root: string;
  /** A clean environment with the user's PATH, to see what tells ctimes here. */
  readonly env: Environment;
  /** Files and folders that people do not edit, absolute; none given: nothing is renewed by the shell. */
  readonly unedited?: readonly string[];
}

/** An input of a kind that has a time, which was there. */
type Dated = Observed & Required<Pick<Observed, "facts">>;

/**
 * Comparing so many files by mtime takes as long as one process that tells the ctimes of all: 1.3 ms and 4 µs a file.
 * Measured in dash; a file with a time of its own counts twice.
 */
const WORTH_A_PROCESS = 400;
/** So many absent names in one folder take longer than a look at its time, for which stamps are made, too. */
const ENOUGH_ABSENT = 4;

/**
 * Makes the stamps of an observation and gives what a plan can compare with them; a text is the reason why that would
 * not tell an edit from none. The times are those that were seen before the contents.
 */
export function pinObservation({ stamps, observed }: Observation, by: Comparing): Watch | string {
  const reason = observed.map(reasonAgainst).find((one) => one !== undefined);
  if (reason !== undefined) return reason;
  const dated = observed.filter((one): one is Dated => isStamped(one.input) && one.facts !== undefined);
  const strict = dated.filter((one) => needsCtime(one, by));
  const changed = chooseCtimes(dated, strict, by);
  if (typeof changed === "string") return changed;
  const byCtime = new Set(changed?.groups.flatMap(({ paths }) => paths));
  const byMtime = dated.filter(({ input }) => !byCtime.has(input.path));
  const early = byMtime.find(({ facts: { mtimeNs } }) => !isSettled(mtimeNs));
  if (early !== undefined) return `${early.input.path} was changed a moment ago`;
  makeFolder(stamps, 0o700);
  const edited = editedOf(byMtime, by);
  const renewable = renewableOf(stamps, edited);
  if (typeof renewable === "string") return renewable;
  const timed = timesOf(
    stamps,
    byMtime.filter((one) => !edited.includes(one)),
  );
  if (typeof timed === "string") return timed;
  const names = observed.map(({ input }) => input).filter((input) => !isStamped(input));
  const absent = by.freshness === "strict" ? [] : absentOf(stamps, names, byMtime);
  if (typeof absent === "string") return absent;
  pinStamps(
    stamps,
    byMtime.some(({ facts: { mtimeNs } }) => isYoung(mtimeNs)),
  );
  const inFolders = new Set(absent.flatMap(({ inputs }) => inputs));
  const others = names
    .filter((input) => !inFolders.has(input))
    .map(
      // Only of what people have in the repo a word is said where a link leads nowhere: else it is as good as no file, and one look less.
      (input): Input => (input.kind === "absent" && !isPeoples(input.path, by) ? { ...input, kind: "dead" } : input),
    );
  return { stamps, timed, renewable, changed, absent, others };
}

function isPeoples(file: string, { root, unedited = [] }: Comparing): boolean {
  return file.startsWith(`${root}/`) && !unedited.some((one) => file.startsWith(`${one}/`));
}

function reasonAgainst({ input, facts: was, contents }: Observed): string | undefined {
  if (!isStamped(input)) return contents === "yes" ? undefined : `${input.path} is not as it has to be`;
  const is = facts(input.path);
  if (was === undefined || is === undefined) return `${input.path} is missing`;
  const isSame = is.mtimeNs === was.mtimeNs && is.ctimeNs === was.ctimeNs && is.ino === was.ino;
  return contents === undefined || !isSame ? `${input.path} was changed while the environment was made` : undefined;
}

/** Reproducible times (the epoch, that of zip archives, SOURCE_DATE_EPOCH) are those of another file just as well. */
function needsCtime({ facts: { mtimeNs } }: Dated, { freshness, env }: Comparing): boolean {
  const seconds = BigInt(mtimeNs) / 1_000_000_000n;
  return freshness === "strict" || seconds < 315_705_600n || String(seconds) === env.SOURCE_DATE_EPOCH;
}

/** By ctime goes what has to, and all that can where there is so much that one process is faster. */
function chooseCtimes(
  dated: readonly Dated[],
  strict: readonly Dated[],
  { root, env }: Comparing,
): Ctimes | string | undefined {
  const young = strict.find(({ facts: { ctimeNs } }) => !isSettled(ctimeNs));
  if (young !== undefined) return `${young.input.path} was changed a moment ago`;
  const times = new Set(dated.map(({ facts: { mtimeNs } }) => mtimeNs));
  const cost = dated.length + times.size;
  const all = cost < WORTH_A_PROCESS ? strict : dated.filter(({ facts: { ctimeNs } }) => isSettled(ctimeNs));
  if (all.length === 0) return undefined;
  const told = tellCtimes(
    all.map(({ input, facts: { ctimeNs } }) => ({ path: input.path, ctimeNs })),
    root,
    env,
  );
  return told === undefined && strict.length > 0 ? "no `stat` here tells the times of changes" : told;
}

/**
 * What people edit: of a workspace of many members the files in root. Where a file system keeps no fractions of a second, two edits may
 * have one time.
 */
function editedOf(dated: readonly Dated[], { root, unedited }: Comparing): readonly Dated[] {
  if (unedited === undefined) return [];
  const all = dated.filter((one) => keepsFractions(one.facts.ctimeNs) && isRenewable(one, unedited));
  if (all.length <= MOST_RENEWABLE) return all;
  return all.filter(({ input }) => path.dirname(input.path) === root).slice(0, MOST_RENEWABLE);
}

function renewableOf(stamps: string, files: readonly Dated[]): Renewable[] | string {
  const renewable: Renewable[] = [];
  for (const { input, facts: is, contents = "" } of files) {
    const name = `own${renewable.length}`;
    const moment = BigInt(is.mtimeNs);
    const stamp = stampsAround(stamps, name, moment, moment);
    if (stamp === undefined) return `${stamps} is on a file system that cannot keep the time of ${input.path}`;
    renewable.push({ path: input.path, sha256: contents, stamp });
  }
  return renewable;
}

function timesOf(stamps: string, dated: readonly Dated[]): Timed[] | string {
  const timed: Timed[] = [];
  for (const [mtimeNs, group] of groupedBy(dated, ({ facts: is }) => is.mtimeNs)) {
    const paths = group.map(({ input }) => input.path);
    const stamp = stampsAt(stamps, `${timed.length}`, BigInt(mtimeNs));
    if (stamp === undefined) return `${stamps} is on a file system that cannot keep the time of ${paths[0]}`;
    timed.push({ stamp, paths });
  }
  return timed;
}

/**
 * The folder's time is taken first, so that a name that comes or goes meanwhile is seen now, or by that time. A link can come to
 * lead to a file while its own folder stays as it is.
 */
function absentOf(stamps: string, names: readonly Input[], dated: readonly Dated[]): AbsentIn[] | string {
  const absent: AbsentIn[] = [];
  const asked = names.filter(
    ({ kind, path: file }) => kind === "absent" || (kind === "no-file" && linkFacts(file)?.kind !== "link"),
  );
  for (const [folder, inputs] of groupedBy(asked, (input) => path.dirname(input.path))) {
    const mtimeNs = inputs.length < ENOUGH_ABSENT ? undefined : settledTimeOf(folder, stamps);
    if (mtimeNs === undefined) continue;
    const come = inputs.find((input) => contentsOf(input) !== "yes");
    if (come !== undefined) return `${come.path} is not as it has to be`;
    const there = dated.map(({ input }) => input.path).filter((file) => path.dirname(file) === folder);
    const gone = there.find((file) => facts(file) === undefined);
    if (gone !== undefined) return `${gone} is missing`;
    const moment = BigInt(mtimeNs);
    const stamp = stampsAround(stamps, `folder${absent.length}`, moment - 1n, moment + 1n);
    if (stamp !== undefined) absent.push({ folder, stamp, inputs });
  }
  return absent;
}

/**
 * Waits for the tick after a change of the folder, which is this start's own where it made the link; mostly stamps were made in a later one
 * already. Whole seconds are what an archive or a build set, which may set them again after a change.
 */
function settledTimeOf(folder: string, stamps: string): string | undefined {
  const is = facts(folder);
  if (is === undefined || !keepsFractions(is.mtimeNs)) return undefined;
  if (isSettled(is.mtimeNs) || isBehind(is, facts(stamps))) return is.mtimeNs;
  pauseSync(TICK_MS + 1 - (now() - Number(BigInt(is.mtimeNs) / 1_000_000n)));
  return facts(folder)?.mtimeNs === is.mtimeNs ? is.mtimeNs : undefined;
}

/** Whether the clock of one file system has gone on since: whatever changes `folder` next gives it another time. */
function isBehind(folder: FileFacts, made: FileFacts | undefined): boolean {
  return made?.dev === folder.dev && BigInt(folder.mtimeNs) < BigInt(made.mtimeNs);
}

/** One stamp, where Node can set that very time. */
function stampsAt(stamps: string, name: string, moment: bigint): StampPair | undefined {
  const to = makeStamp(path.join(stamps, name), moment, "later");
  if (to === moment) return { from: name, to: name };
  const from = makeStamp(path.join(stamps, `${name}-`), moment, "earlier");
  return from === undefined || to === undefined ? undefined : { from: `${name}-`, to: name };
}

/** Two stamps, not within the two moments. */
function stampsAround(stamps: string, name: string, first: bigint, last: bigint): StampPair | undefined {
  const stamp = { from: `${name}-`, to: name };
  const to = makeStamp(path.join(stamps, stamp.to), last, "later");
  const from = makeStamp(path.join(stamps, stamp.from), first, "earlier");
  return from === undefined || to === undefined ? undefined : stamp;
}

/**
 * The deletion or addition of a stamp changes the folder's mtime to the present. Both times lie in the past, a second apart, so that
 * every shell tells them apart; where fractions of a second count, half a second, so that a shell which sees none declines.
 */
function pinStamps(stamps: string, fractionsCount: boolean): void {
  const past = Math.floor(now() / 1000) - 10;
  for (const [name, age] of [
    [PIN, fractionsCount ? 0.5 : 1],
    [HALF, 0.5],
  ] as const) {
    const pin = path.join(stamps, name);
    writePlain(pin, "", 0o600);
    setTimes(pin, past + age);
  }
  setTimes(stamps, past);
}

/** A file may lie in the future, too: it is young only around the present. */
function isYoung(timeNs: string): boolean {
  return ageOf(timeNs) < YOUNG_MS;
}

/** Whether whoever sees fractions of a second can tell a later change; a file system that keeps none has whole ones only. */
export function isSettled(timeNs: string): boolean {
  return !isYoung(timeNs) || (keepsFractions(timeNs) && ageOf(timeNs) > TICK_MS);
}

function keepsFractions(timeNs: string): boolean {
  return !timeNs.endsWith("000000000");
}

function ageOf(timeNs: string): number {
  return Math.abs(now() - Number(BigInt(timeNs) / 1_000_000n));
}

function groupedBy<T>(all: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(by(one));
    if (group === undefined) groups.set(by(one), [one]);
    else group.push(one);
  }
  return groups;
}
