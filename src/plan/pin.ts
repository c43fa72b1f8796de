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

/** How a later start compares an observation. */
export interface Comparing {
  /** `strict`: everything is compared by ctime. */
  readonly freshness: "mtime" | "strict";
  /** Absolute; most inputs are below it. */
  readonly root: string;
  /** A clean environment with the user's PATH, in which `stat` is looked for and tried. */
  readonly env: Environment;
  /** Files and folders that people do not edit, absolute. Without it the shell compares no contents. */
  readonly unedited?: readonly string[];
}

/** An input of a kind that has a time, which was there. */
type Dated = Observed & Required<Pick<Observed, "facts">>;

/**
 * From so many files on, one `stat` of all ctimes is faster than comparing mtimes: it takes 1.3 ms and 4 µs a file,
 * measured in dash. A file whose mtime no other file has counts twice.
 */
const WORTH_A_PROCESS = 400;
/**
 * From so many absent names in one folder on, a look at the folder's mtime is faster, although stamps have to be made
 * for it.
 */
const ENOUGH_ABSENT = 4;

/**
 * Makes the stamps of an observation and gives what a plan compares with them. A text is the reason why a later edit
 * could not be told from none. The times are those that were seen before the contents were read.
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
      // A link that leads nowhere is worth a word where people put it in the repo; elsewhere it is as good as no file, which needs one test less.
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

/**
 * Whether the mtime tells nothing: another file just as well can have the epoch, the first time of zip archives, or
 * SOURCE_DATE_EPOCH.
 */
function needsCtime({ facts: { mtimeNs } }: Dated, { freshness, env }: Comparing): boolean {
  const seconds = BigInt(mtimeNs) / 1_000_000_000n;
  return freshness === "strict" || seconds < 315_705_600n || String(seconds) === env.SOURCE_DATE_EPOCH;
}

/**
 * Compares by ctime what must be, and everything that can be when there are so many files that one process is faster.
 */
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
 * The files that people edit; when there are too many, those in root alone. Not on a file system without fractions of a
 * second, where two edits can have one mtime.
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
 * Takes the folder's mtime before it looks at the names: a name that comes or goes meanwhile is seen now, or by that
 * mtime later. Links are left out, since one can come to lead to a file while its own folder stays as it is.
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
 * The mtime of a folder, once no change can come that leaves it the same: waits for the next tick of the clock, since
 * this very start may have made the link in it. Mostly that tick has passed while stamps were made. A time of whole
 * seconds does not serve: archives and builds set such times, and may set the same one again after a change.
 */
function settledTimeOf(folder: string, stamps: string): string | undefined {
  const is = facts(folder);
  if (is === undefined || !keepsFractions(is.mtimeNs)) return undefined;
  if (isSettled(is.mtimeNs) || isBehind(is, facts(stamps))) return is.mtimeNs;
  pauseSync(TICK_MS + 1 - (now() - Number(BigInt(is.mtimeNs) / 1_000_000n)));
  return facts(folder)?.mtimeNs === is.mtimeNs ? is.mtimeNs : undefined;
}

/** Whether the clock of the file system has gone on since: then the next change of `folder` gives it another time. */
function isBehind(folder: FileFacts, made: FileFacts | undefined): boolean {
  return made?.dev === folder.dev && BigInt(folder.mtimeNs) < BigInt(made.mtimeNs);
}

/** The stamps of one time: a single one when Node can set that very time. */
function stampsAt(stamps: string, name: string, moment: bigint): StampPair | undefined {
  const to = makeStamp(path.join(stamps, name), moment, "later");
  if (to === moment) return { from: name, to: name };
  const from = makeStamp(path.join(stamps, `${name}-`), moment, "earlier");
  return from === undefined || to === undefined ? undefined : { from: `${name}-`, to: name };
}

/** Two stamps, the one no later than `first` and the other no earlier than `last`, in nanoseconds since the epoch. */
function stampsAround(stamps: string, name: string, first: bigint, last: bigint): StampPair | undefined {
  const stamp = { from: `${name}-`, to: name };
  const to = makeStamp(path.join(stamps, stamp.to), last, "later");
  const from = makeStamp(path.join(stamps, stamp.from), first, "earlier");
  return from === undefined || to === undefined ? undefined : stamp;
}

/**
 * Dates the pins and the folder of the stamps, so that a later change of the folder shows: taking a stamp away or
 * adding one sets the folder's mtime to the present. All these times lie in the past and a second apart, so that every
 * shell tells them apart. Where fractions of a second count they are half a second apart, so that a shell which sees no
 * fractions declines.
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

/** Whether a time is near to the present; a time in the future can be, too. */
function isYoung(timeNs: string): boolean {
  return ageOf(timeNs) < YOUNG_MS;
}

/**
 * Whether a later change is sure to have another time, for who sees fractions of a second; a file system without
 * fractions has whole seconds alone.
 */
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
