import * as path from "node:path";
import { now } from "../edges/clock.ts";
import type { Environment } from "../edges/command.ts";
import { writeRenewable, writeTellable } from "../edges/files/change.ts";
import { finalNameOf, isAbandoned } from "../edges/files/own/maker-mark.ts";
import { readOwnText } from "../edges/files/own/own-json.ts";
import { remove, removeFile } from "../edges/files/own/remove.ts";
import { exists, filesIn } from "../edges/files/read.ts";
import { nonce } from "../edges/nonce.ts";
import { tolerate } from "../errors.ts";
import type { Observation } from "../inputs/observation.ts";
import type { Activation } from "../shells/activation.ts";
import { type AppStart, renderAppPlan } from "./app/start.ts";
import { commandsFile, keepCommands } from "./commands/outside-commands.ts";
import type { PlannedTasks } from "./commands/tasks.ts";
import { seenFrom } from "./ctimes.ts";
import { differenceForSh, freshnessForSh, stampsForSh, variablesForSh, type Watch, watchFrom } from "./freshness.ts";
import { pinObservation } from "./pin.ts";
import {
  makePlanFolder,
  type PlanFolder,
  type PlanPlace,
  planFile,
  planFolder,
  recordFile,
  runsAny,
  scriptsFile,
} from "./place.ts";
import { type LaunchRecord, newRecord, readRecord, writeRecord } from "./record.ts";
import { comparedByContents, HALF_RENEWED, writeSums } from "./same-contents.ts";
import { askProgram, nearForSh, RUN_ANY, renderPlan, renderStarts, renderWayToTasks } from "./text.ts";
import {
  isKeptPlan,
  keepPlan,
  keptPlan,
  layWayBack,
  type PlanFiles,
  removeKeptPlan,
  stampsInPlan,
  type WayBack,
} from "./way-back.ts";

export interface ReadyPlan extends PlanPlace {
  readonly root: string;
  readonly activation: Activation;
  readonly readyLine: string;
  readonly freshness: "mtime" | "strict";
  readonly variables: Readonly<Record<string, string | null>>;
  readonly observation: Observation;
  /** protoprimer's kernel, absolute, where the repo is configured for protoprimer: its entry scripts start by it. */
  readonly kernel?: string | undefined;
  /** Bare `./prime` is refused, since the link shows another env than the default. */
  readonly bootsCold: boolean;
  readonly tasks: PlannedTasks;
  /** Set for an app's plan, which starts the app and nothing else. */
  readonly app?: AppStart | undefined;
  /**
   * The `.venv` link, absolute. Undefined when a start that shows this environment again could decide for another one,
   * or have something to say.
   */
  readonly movable?: string | undefined;
  /** Set when the shell can show the environment of the replaced plan again without the program. */
  readonly wayBack?: WayBack | undefined;
  /** Nothing that counts has changed since the last plan. */
  readonly isRenewed?: true;
  /** The Node that writes the plan; absolute. */
  readonly node: string;
  /** A clean environment with the user's PATH, to see what tells ctimes here. */
  readonly env: Environment;
}

/**
 * Milliseconds: older stamps without a record were left by a builder that was killed, since nobody builds for a day.
 */
const ABANDONED_MS = 86_400_000;

/** The generations that the last starts showed, each by its own flags; absolute. */
export function shownGenerations(place: PlanFolder): string[] {
  return filesIn(planFolder(place), isRecord).flatMap((file) => readRecord(file)?.activation.generation ?? []);
}

/** The stamps of the last plan that was written, absolute; undefined where none was. */
export function stampsOf(place: PlanPlace): string | undefined {
  const [, name] = /"stamps":"([^"\\/]+)"/.exec(readOwnText(recordFile(place)) ?? "") ?? [];
  return name && path.join(planFolder(place), name);
}

/** Records that this prime can't read: another version wrote them, or they are torn. Absolute. */
export function unfitRecords(place: PlanFolder): string[] {
  return filesIn(planFolder(place), isRecord).filter((file) => readRecord(file) === undefined);
}

function isRecord(name: string): boolean {
  return name.startsWith("record") && name.endsWith(".json");
}

/**
 * Begins an observation, with a new folder of stamps: in a folder that another plan has used, that plan would look
 * fresh when it is stale.
 */
export function newObservation(place: PlanFolder): Observation {
  return { stamps: path.join(planFolder(place), `stamps-${nonce()}`), observed: [] };
}

/**
 * Records what was observed and puts the ready plan in place. Gives the reason when there can be no plan yet: then the
 * next start is cold once more, and no older plan stays, except the one that is kept to go back to. `tries`: how often
 * stamps that are removed while they are made are made by another name.
 */
export function writeReadyPlan(ready: ReadyPlan, tries = 3): string | undefined {
  const { stamps } = ready.observation;
  makePlanFolder(ready);
  const [last, kept] = [stampsOf(ready), keptStamps(ready)];
  const was = last === undefined || ready.wayBack === undefined ? undefined : filesOf(ready, last);
  const isKept = was !== undefined && succeeds(() => keepPlan(was));
  const unedited = [ready.launcher, path.dirname(path.dirname(ready.activation.generation))];
  const watch = tolerate(
    () => pinObservation(ready.observation, ready.app === undefined ? { ...ready, unedited } : ready),
    (error) => {
      if (tries === 0 || exists(stamps)) throw error;
      return undefined;
    },
  );
  if (watch === undefined) return writeAnew(ready, tries - 1);
  writeRecord(recordFile(ready), recordOf(ready), 0o600);
  removeKeptPlan(planFile(ready));
  if (typeof watch === "string") removeFile(planFile(ready));
  else {
    writePlanText(ready, watch, last);
    const { wayBack } = ready;
    if (isKept && wayBack !== undefined) succeeds(() => layWayBack(filesOf(ready, stamps), was, wayBack, ready.env));
  }
  const used = [stamps, keptStamps(ready), stampsIn(ready, planFile(ready))];
  for (const one of [last, kept]) if (one !== undefined && !used.includes(one)) removeStamps(one);
  if (ready.isRenewed !== true) for (const file of abandonedPlanParts(ready, now() - ABANDONED_MS)) remove(file);
  if (typeof watch === "string") return watch;
  return exists(stamps) ? undefined : writeAnew(ready, tries);
}

/**
 * The same by another name: a start that ended at the same time took the stamps for the last ones, and others would, since the
 * record names them; or gc found that none did.
 */
function writeAnew(ready: ReadyPlan, tries: number): string | undefined {
  const { stamps, observed } = ready.observation;
  removeStamps(stamps);
  return writeReadyPlan({ ...ready, observation: { ...newObservation(ready), observed }, wayBack: undefined }, tries);
}

function writePlanText(ready: ReadyPlan, watch: Watch, last: string | undefined): void {
  const { launcher, root, activation, variables, kernel, app, isRenewed, observation } = ready;
  const { stamps } = observation;
  const { quick, slow } = freshnessForSh(watch, activation.generation);
  const near = freshnessForSh(watchFrom(root, watch), seenFrom(root, activation.generation)).quick;
  const known = variablesForSh(variables) + stampsForSh(stamps);
  writeRenewable(`${stamps}.slow`, slow, 0o600);
  if (watch.renewable.length > 0) writeSums(stamps, watch.renewable);
  writeTellable(`${planFile(ready)}${WHY}`, differenceForSh(variables, watch), 0o600);
  const scripts = kernel === undefined ? undefined : { kernel, known: scriptsFile(ready) };
  const elsewhere = runsAny(ready.flagKey) ? RUN_ANY : askProgram(commandsFile(stamps));
  const node = path.dirname(ready.node);
  const parts = { ...ready, node, freshness: known + nearForSh(root) + near, scripts, elsewhere };
  if (isRenewed === true && last !== undefined) keepCommands(last, stamps);
  if (app === undefined) writeRenewable(`${stamps}.far`, quick + renderStarts(parts), 0o600);
  const text = app === undefined ? renderPlan(parts) : renderAppPlan(launcher, node, known + quick, app);
  writeRenewable(planFile(ready), text, 0o600);
}

/**
 * Whether it succeeded. A way back only saves time, so that a full disk, or a file system without hard links, does not
 * fail the start.
 */
function succeeds(act: () => void): boolean {
  return tolerate(
    () => {
      act();
      return true;
    },
    () => false,
  );
}

function filesOf(place: PlanPlace, stamps: string): PlanFiles {
  const plan = planFile(place);
  const names = [...[plan, `${plan}${WHY}`, recordFile(place)].map((file) => path.basename(file)), "names"];
  return { folder: planFolder(place), names, stamps };
}

/** The stamps of the plan that is kept beside the present one, absolute. */
function keptStamps(place: PlanPlace): string | undefined {
  return stampsIn(place, keptPlan(planFile(place)));
}

/**
 * The stamps that the plan in this file looks at, absolute. Of starts that end at the same time the last one's plan is
 * there.
 */
function stampsIn(place: PlanPlace, plan: string): string | undefined {
  const name = stampsInPlan(plan);
  return name && path.join(planFolder(place), name);
}

/** Whether the ready plan would serve a start before which nothing but these files (absolute) were touched. */
export function servesTouched(place: PlanPlace, touched: readonly string[]): boolean {
  const stamps = stampsOf(place);
  if (stamps === undefined || !exists(planFile(place))) return false;
  const compared = touched.length === 0 ? [] : comparedByContents(stamps);
  return touched.every((file) => compared.includes(file));
}

/**
 * Writes a plan that leads to the plans of tasks with flags of their own, where there has been no start without flags
 * yet.
 */
export function keepWayToTasks(place: PlanPlace, tasks: PlannedTasks): void {
  if (!exists(planFile(place))) writeRenewable(planFile(place), renderWayToTasks(place.launcher, tasks), 0o600);
}

/** What the record keeps: all that the plan is made of, without what belongs to the process that writes it. */
function recordOf({
  state: _state,
  env: _env,
  node: _node,
  wayBack: _way,
  isRenewed: _is,
  observation,
  ...known
}: ReadyPlan): LaunchRecord {
  const { observed, stamps } = observation;
  return newRecord({ ...known, observed, stamps: path.basename(stamps), writtenAt: now() });
}

/**
 * Ends the name of the file that the head sources to say why a plan declined, when no Node can. No flag's value has a
 * `+`.
 */
const WHY = "+why";

/** The ends of the names beside a folder of stamps: files, and the folder of a plan that is kept. */
const BESIDE: readonly string[] = ["back", "commands", "far", "plans", "slow", "sums"];

/** Names of stamps, and of what stands beside them; the first group is the stamps' own name. */
export const OF_STAMPS = new RegExp(`^(stamps-[0-9a-f]{8})(?:\\.(?:${BESIDE.join("|")}))?$`);

/** Removes stamps (absolute) and what stands beside them. A name that is not of that form is left alone. */
export function removeStamps(stamps: string): void {
  if (!/^(?:stamps|script)-[0-9a-f]{8}$/.test(path.basename(stamps))) return;
  for (const file of [stamps, ...BESIDE.map((name) => `${stamps}.${name}`)]) if (exists(file)) remove(file);
}

/**
 * Stamps that no record names, and files that a killed start was just writing; absolute. `before`: see `isAbandoned`.
 */
export function abandonedPlanParts(place: PlanFolder, before: number): string[] {
  const folder = planFolder(place);
  const used = new Set([
    ...filesIn(folder, isRecord).map((file) => readRecord(file)?.stamps),
    ...filesIn(folder, isKeptPlan).map(stampsInPlan),
  ]);
  const isStray = (name: string): boolean => {
    const [, stamps] = OF_STAMPS.exec(name) ?? [];
    return stamps === undefined ? finalNameOf(name) !== undefined || HALF_RENEWED.test(name) : !used.has(stamps);
  };
  return filesIn(folder, isStray).filter((file) => isAbandoned(file, before));
}
