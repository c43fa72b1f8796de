import * as path from "node:path";
import { makeFolder } from "../edges/files/change.ts";
import { makeOwnFolder } from "../edges/files/own/own-folder.ts";

/** Where the ready plans of one launcher stand. */
export interface PlanFolder {
  /** prime's state folder. */
  readonly state: string;
  /** Absolute physical path of the launcher. */
  readonly launcher: string;
}

/** Where the ready plan of one launcher and one set of flags stands. */
export interface PlanPlace extends PlanFolder {
  /** See `flagKey`. */
  readonly flagKey: string;
}

/** Where sealed plans are; the head looks here when the user's state folder has no plan. */
export const SEALED_STATE = "/var/lib/prime";

/** A file name's limit is 255 bytes; `writeRenewable` needs some of it. */
const KEY_LIMIT = 200;

/**
 * The part of a ready plan's name that the flags in front of the command make, in their order; the head makes the same.
 * `undefined`: the head does not take such a value, so that each start with it is cold.
 */
export function flagKey(
  flags: readonly { readonly name: string; readonly value: string | undefined }[],
): string | undefined {
  if (!flags.every(({ value }) => value === undefined || isPlain(value))) return undefined;
  const key = flags.map(({ name, value }) => `--${name}${value === undefined ? "" : `=${value}`}`).join("");
  return key.length > KEY_LIMIT ? undefined : key;
}

/** Whether a value may be part of a file's name, and can't be taken for the next flag. */
function isPlain(value: string): boolean {
  return /^[A-Za-z0-9._<>=~,![\]-]+$/.test(value) && !value.includes("--");
}

export function planFolder({ state, launcher }: PlanFolder): string {
  return path.join(state, `at${path.dirname(launcher)}`, ".plan");
}

/** The place of the plan in a file (absolute); undefined when that is no plan of this launcher's. */
export function placeOfPlan(file: string, launcher: string): PlanPlace | undefined {
  const ending = `/at${path.dirname(launcher)}/.plan`;
  const { dir: folder, base: name } = path.parse(path.normalize(file));
  if (!folder.endsWith(ending) || !name.startsWith("plan")) return undefined;
  return { state: folder.slice(0, -ending.length), launcher, flagKey: name.slice("plan".length) };
}

/**
 * The names in a state folder of what is sourced (ready plans, start files of shells) and of what is believed of uv
 * (`src/provision/hashed.ts`).
 */
export const IN_STATE: readonly string[] = ["at", "shell", "apps", "uv.json"];

/** Makes the folder of plans; the state folder around it becomes one that this user alone can enter. */
export function makePlanFolder(plans: PlanFolder): void {
  makeOwnFolder(plans.state, IN_STATE);
  makeFolder(planFolder(plans), 0o700);
}

export function planFile(place: PlanPlace): string {
  return path.join(planFolder(place), `plan${place.flagKey}`);
}

export function recordFile(place: PlanPlace): string {
  return path.join(planFolder(place), `record${place.flagKey}.json`);
}

/** The file that a ready plan sources to start a script: it sets `prime_call` for a script that has not changed. */
export function scriptsFile(place: PlanFolder): string {
  return path.join(planFolder(place), "scripts");
}

/** Whether the flags let all commands run, also those that are not the environment's (`--any-command`). */
export function runsAny(key: string): boolean {
  return /--any-command(?:--|$)/.test(key);
}
