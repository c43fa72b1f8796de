import * as path from "node:path";
import { type Environment, quoteForShell } from "../edges/command.ts";
import { linkFile, makeNewFolder, writeRenewable } from "../edges/files/change.ts";
import { temporaryName } from "../edges/files/own/maker-mark.ts";
import { readOwnText } from "../edges/files/own/own-json.ts";
import { remove, removeFile } from "../edges/files/own/remove.ts";
import { exists, facts } from "../edges/files/read.ts";
import { ctimeTests, tellCtimes } from "./ctimes.ts";
import { quietForSh } from "./quietly.ts";

/*
 * When two environments are shown by turns, as when git goes to another branch and back, both of their plans are kept.
 * When the present plan declines, the head tries the other one, which compares everything but the link. If nothing else
 * has changed, the shell moves the link to its environment.
 */

/**
 * What the shell needs to show the environment from before, and later the present one again. All paths are absolute.
 */
export interface WayBack {
  /** The `.venv` link. */
  readonly link: string;
  /** prime's folder in root. */
  readonly data: string;
  readonly history: string;
  /** The file that `prime why` tells from. */
  readonly account: string;
  readonly back: LinkMove;
  readonly again: LinkMove;
}

export interface LinkMove {
  /** Absolute folders of generations. */
  readonly from: string;
  readonly to: string;
  /**
   * Files and folders, absolute, that must not have changed. If one has, the program decides, since it may have
   * something to say.
   */
  readonly unchanged: readonly string[];
  /** The line of history and the account of this move, each a JSON object; the shell adds the time as `at`. */
  readonly entry: string;
  readonly account: string;
}

/**
 * The files of a plan: their folder (absolute), their names in it (the plan's own first), and the plan's stamps
 * (absolute).
 */
export interface PlanFiles {
  readonly folder: string;
  readonly names: readonly string[];
  readonly stamps: string;
}

/** Ends the name by which the head finds the other plan. No flag's value has a `+`. */
export const KEPT = "+kept";

/**
 * The last test of a plan that is tried as the kept one (`prime_back`): it moves the link, and its status tells whether
 * that went well.
 */
export const SHOWN_AGAIN = `[ -z "$prime_back" ] || { [ -f "$prime_stamps.back" ] && command . "$prime_stamps.back"; }`;

/** Whether a file of this name is a plan that is kept beside the present one. */
export function isKeptPlan(name: string): boolean {
  return name.endsWith(KEPT);
}

/** The file of the plan that is kept beside this one, absolute. */
export function keptPlan(plan: string): string {
  return plan + KEPT;
}

/** The name of a plan's stamps, by the plan's file, absolute. */
export function stampsInPlan(plan: string): string | undefined {
  return /^prime_stamps=.*\b(stamps-[0-9a-f]{8})\b/m.exec(readOwnText(plan) ?? "")?.[1];
}

/**
 * Keeps the files of a plan that is in place by hard links. Throws a PrimeError, also when the file system has no hard
 * links.
 */
export function keepPlan({ folder, names, stamps }: PlanFiles): void {
  const plans = `${stamps}.plans`;
  if (exists(plans)) remove(plans);
  makeNewFolder(plans);
  for (const name of names) linkFile(path.join(folder, name), path.join(plans, name));
}

/**
 * Writes what leads the shell from the present plan to the kept one, and from there back. `env`: a clean environment
 * with the user's PATH. Throws a PrimeError.
 */
export function layWayBack(is: PlanFiles, was: PlanFiles, way: WayBack, env: Environment): void {
  const { folder, names } = is;
  const [plan = ""] = names;
  const kept = `${was.stamps}.plans`;
  makeNewFolder(`${is.stamps}.plans`);
  linkFile(path.join(folder, plan), path.join(kept, plan + KEPT));
  writeRenewable(`${was.stamps}.back`, wayBackForSh(is, way, way.back, env), 0o600);
  writeRenewable(`${is.stamps}.back`, wayBackForSh(was, way, way.again, env), 0o600);
  linkFile(path.join(kept, plan), path.join(folder, plan + KEPT));
}

/** Forgets the plan that is kept beside this one; `plan` is its file, absolute. */
export function removeKeptPlan(plan: string): void {
  if (exists(plan + KEPT)) removeFile(plan + KEPT);
}

/**
 * Commands of sh that show the other environment and exchange the plans. The name of the new link keeps out others who
 * do the same (`ln -n`, since the link leads to a folder; `ln -f` would leave names of its own). Whatever a kill
 * leaves, no later start believes it, since each plan looks at the link. What can't be written the program tells.
 * `left`: the stamps of the plan that was in place.
 */
function wayBackForSh(
  { folder, names, stamps: left }: PlanFiles,
  { link, data, history, account }: WayBack,
  move: LinkMove,
  env: Environment,
): string {
  const [it, from, entries] = [link, move.from, history].map(quoteForShell);
  const made = quoteForShell(temporaryName(link));
  const target = quoteForShell(path.relative(path.dirname(link), move.to));
  const told = (json: string) => `printf '\\n{"at":%s000,%s\\n' "$prime_line" ${quoteForShell(json.slice(1))}`;
  const [plan = "", ...others] = names;
  const all = [...others, plan, plan + KEPT].map(quoteForShell); // a record without its plan is made a plan by any start
  const here = quoteForShell(folder);
  return `[ ${it} -ef ${from} -a -L ${it} -a ! -L ${quoteForShell(data)} ] &&
[ -f ${entries} -a -O ${entries} -a ! -L ${entries} ] && ${unchangedTest(move, env)} &&
prime_line=$(PATH=/usr/bin:/bin:$PATH command date +%s) && ${quietForSh(`ln -sn ${target} ${made}`)} && {
  { [ ${it} -ef ${from} ] && ${quietForSh(`mv -fT ${made} ${it}`)}; } || { ${quietForSh(`rm -f ${made}`)}; false; }
} && ${told(move.entry)} 2>/dev/null >>${entries} &&
${told(move.account)} 2>/dev/null >|${quoteForShell(account)} &&
{ ${quietForSh(`ln ${all.map((name) => `${here}/${name}`).join(" ")} ${quoteForShell(`${left}.plans`)}`)}
${quietForSh(`mv -f ${all.map((name) => `"$prime_stamps.plans"/${name}`).join(" ")} ${here}`)}; }
`;
}

/**
 * Compares by ctimes: an interpreter from a package and a folder that is put back can have any mtime, and a clock can
 * be set back.
 */
function unchangedTest({ from, unchanged }: LinkMove, env: Environment): string {
  const seen = unchanged.map((file) => ({ path: file, ctimeNs: facts(file)?.ctimeNs ?? "0" }));
  const told = tellCtimes(seen, from, env);
  return told === undefined ? "false" : ctimeTests(told).join(" && ");
}
