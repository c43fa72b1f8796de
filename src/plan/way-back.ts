import * as path from "node:path";
import { type Environment, quoteForShell } from "../edges/command.ts";
import { linkFile, makeNewFolder, writePlain } from "../edges/files/change.ts";
import { temporaryName } from "../edges/files/own/maker-mark.ts";
import { readOwnText } from "../edges/files/own/own-json.ts";
import { remove, removeFile } from "../edges/files/own/remove.ts";
import { exists, facts } from "../edges/files/read.ts";
import { ctimeTests, tellCtimes } from "./ctimes.ts";
import { quietForSh } from "./quietly.ts";

/*
 * Of two environments that are shown by turns, as by git's way to another branch and back, both plans are kept. Where the present one
 * declines, the head tries the other one, which looks at all but the link; where the rest is as it was, the shell shows its environment.
 */

/** What the shell needs to know to show the environment of before, and then the present one again. All paths are absolute. */
export interface WayBack {
  /** The `.venv` link. */
  readonly link: string;
  /** prime's folder in root. */
  readonly data: string;
  readonly history: string;
  /** What `prime why` tells. */
  readonly account: string;
  readonly back: LinkMove;
  readonly again: LinkMove;
}

export interface LinkMove {
  /** Absolute folders of generations. */
  readonly from: string;
  readonly to: string;
  /** Absolute files and folders that have to be as they were, or the program has to look: it may have a word to say. */
  readonly unchanged: readonly string[];
  /** Objects as JSON; the shell puts the time first, as `at`. */
  readonly entry: string;
  readonly account: string;
}

/** A plan in its folder, absolute, with the names of its files there, the plan's own first, and its stamps, absolute. */
export interface PlanFiles {
  readonly folder: string;
  readonly names: readonly string[];
  readonly stamps: string;
}

/** Behind a plan's name, in letters that no flag's value has: where the head looks for the other plan. */
export const KEPT = "+kept";

/** What a plan does last before it believes that nothing changed, where it is the kept one: its status tells. */
export const SHOWN_AGAIN = `[ -z "$prime_back" ] || { [ -f "$prime_stamps.back" ] && . "$prime_stamps.back"; }`;

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

/** Keeps a plan that is in place, whatever takes its place. Throws a PrimeError, also where the file system has no hard links. */
export function keepPlan({ folder, names, stamps }: PlanFiles): void {
  const plans = `${stamps}.plans`;
  if (exists(plans)) remove(plans);
  makeNewFolder(plans);
  for (const name of names) linkFile(path.join(folder, name), path.join(plans, name));
}

/**
 * Has the shell find the way from the present plan to the one that was kept, and from there to the present one again; `env`: a clean
 * one with the user's PATH. Throws a PrimeError.
 */
export function layWayBack(is: PlanFiles, was: PlanFiles, way: WayBack, env: Environment): void {
  const { folder, names } = is;
  const [plan = ""] = names;
  const kept = `${was.stamps}.plans`;
  makeNewFolder(`${is.stamps}.plans`);
  linkFile(path.join(folder, plan), path.join(kept, plan + KEPT));
  writePlain(`${was.stamps}.back`, wayBackForSh(is, way, way.back, env), 0o600);
  writePlain(`${is.stamps}.back`, wayBackForSh(was, way, way.again, env), 0o600);
  linkFile(path.join(kept, plan), path.join(folder, plan + KEPT));
}

/** Forgets the plan that is kept beside this one; `plan`: its file, absolute. */
export function removeKeptPlan(plan: string): void {
  if (exists(plan + KEPT)) removeFile(plan + KEPT);
}

/**
 * The name of the new link keeps others out who do the same (`-n`: it leads to a folder). A kill leaves nothing that a later start
 * believes, since each plan looks at the link; of what can't be written the program is left to tell. `ln -f` would leave names of its
 * own. `left`: of the plan that was in place.
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

/** By ctimes: an interpreter that a package brings, or a folder that is put back, can have any mtime, and a clock can be set back. */
function unchangedTest({ from, unchanged }: LinkMove, env: Environment): string {
  const seen = unchanged.map((file) => ({ path: file, ctimeNs: facts(file)?.ctimeNs ?? "0" }));
  const told = tellCtimes(seen, from, env);
  return told === undefined ? "false" : ctimeTests(told).join(" && ");
}
