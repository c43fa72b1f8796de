import * as path from "node:path";
import * as v from "valibot";
import { now } from "../edges/clock.ts";
import { writeAtomic, writeBackdated } from "../edges/files/change.ts";
import { readMendable, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { exists, facts } from "../edges/files/read.ts";
import { oneAtATime } from "../edges/processes/locks/mutex.ts";
import { isHeld } from "../edges/processes/locks/pipe-lock.ts";
import { type Claimant, isClaimed } from "../plan/app/claim.ts";
import { cut } from "../quoted.ts";
import { hideSecrets } from "../secrets.ts";
import type { App } from "./app.ts";

type Home = Pick<App, "home">;

/** The id of a release: its version and the beginning of its digest. */
export const RELEASE_ID = /^[A-Za-z0-9][A-Za-z0-9.+!_-]*-[0-9a-f]{8}$/;
const ID = v.pipe(TEXT, v.regex(RELEASE_ID));

const SELECTION = v.object({
  current: v.nullable(ID),
  previous: v.nullable(ID),
  /** Validated, and for the next start to take. */
  staged: v.nullable(ID),
  /** The first starts with it are watched. */
  trial: v.nullable(v.object({ id: ID })),
  /** Not taken again by itself; `by`: the user on whose word alone, of root's. */
  skipped: v.array(v.object({ id: ID, why: TEXT, by: v.exactOptional(v.number()) })),
  pin: v.nullable(TEXT),
});

/** Which release starts run. The ready plan watches the file. */
export type Selection = v.InferOutput<typeof SELECTION>;

/** What a check comes to; `denied`: by who serves; `refused`: by prime's own rules or the policy. */
const OUTCOMES = ["current", "staged", "offline", "denied", "refused", "invalid", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const CHECK = v.object({
  at: v.nullable(TIME),
  outcome: v.nullable(v.picklist(OUTCOMES)),
  reason: v.nullable(TEXT),
  message: TEXT,
  /** When the next check is due. */
  next: v.nullable(TIME),
  /** Checks in a row that came to nothing, and updaters that did not tell how they ended. */
  failures: v.number(),
  attempts: v.number(),
  /** The release that an updater is at. */
  building: v.nullable(ID),
  /** What the user had chosen when that was looked for. */
  chosen: v.exactOptional(TEXT),
});

/** What is known of the last check. */
export type Check = v.InferOutput<typeof CHECK>;

const NO_SELECTION: Selection = { current: null, previous: null, staged: null, trial: null, skipped: [], pin: null };
const NO_CHECK: Check = {
  at: null,
  outcome: null,
  reason: null,
  message: "",
  next: null,
  failures: 0,
  attempts: 0,
  building: null,
};

export const selectionFile = ({ home }: Home): string => path.join(home, "selection.json");
export const checkFile = ({ home }: Home): string => path.join(home, "check.json");
/** Dated when the next check is due. */
export const dueFile = ({ home }: Home): string => path.join(home, "due");
/** See `claimantOf`. */
export const claimFile = ({ home }: Home): string => path.join(home, "claim");
/** What updaters say that stay behind. */
export const updateLog = ({ home }: Home): string => path.join(home, "update.log");

/** Nothing is selected where the file is lost or torn. */
export function readSelection(app: Home): Selection {
  return readMendable(selectionFile(app), SELECTION) ?? NO_SELECTION;
}

/** The file that says so is there, and whole. */
export function isSelected(app: Home): boolean {
  return readMendable(selectionFile(app), SELECTION) !== undefined;
}

/** A plan can't be sure of a file of this very moment: each is dated some seconds back, and later than the one before. */
const BACKDATED_S = 10;

export function writeSelection(app: App, changes: Partial<Selection>): void {
  const selection = { ...readSelection(app), ...changes };
  const file = selectionFile(app);
  const before = Number(facts(file)?.mtimeNs ?? 0) / 1e9;
  writeBackdated(
    file,
    JSON.stringify(selection, hideSecrets),
    Math.max(Math.floor(now() / 1000) - BACKDATED_S, Math.floor(before) + 1),
  );
}

/** A claim is of an attempt, which a ready plan can't write down here. */
export function readCheck(app: Home): Check {
  const check = readMendable(checkFile(app), CHECK) ?? NO_CHECK;
  return check.attempts === 0 && exists(claimFile(app)) ? { ...check, attempts: 1 } : check;
}

/** Characters of what a check came to: others have a say in them, and what is longer than a `TEXT` would count as lost. */
const MOST_MESSAGE = 10_000;

export function writeCheck(app: App, changes: Partial<Check>): void {
  const check = { ...readCheck(app), ...changes };
  const message = cut(check.message, MOST_MESSAGE);
  writeAtomic(checkFile(app), JSON.stringify({ ...check, message }, hideSecrets));
}

/** Of a release that is taken now, the last check has no more to tell than that. */
export function noteTaken(app: App, id: string): void {
  if (readCheck(app).outcome === "staged")
    writeCheck(app, { outcome: "current", message: `${app.config.name} ${id} was taken` });
}

/** Read by the updater, and by nobody else: see `holdPipe`. */
export const updaterPipe = ({ home }: Home): string => path.join(home, "updater");

/** Whether an updater other than `self` is at work. */
export function isUpdating(app: Home, self?: Claimant): boolean {
  return isHeld(updaterPipe(app)) || isClaimed(claimFile(app), self);
}

const PATIENCE_MS = 2000;

/** One process at a time; without the lock after a while, since each write is whole by itself. */
export function alone<T>(app: App, act: () => T): Promise<T> {
  return oneAtATime(
    path.join(app.home, "lock"),
    { doing: `working on ${app.config.name}`, patienceMs: PATIENCE_MS },
    act,
  );
}
