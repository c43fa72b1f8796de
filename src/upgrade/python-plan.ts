import * as path from "node:path";
import { PRIME_LOCK, primeLockText } from "../config/lock/prime-lock.ts";
import type { PythonBuild } from "../config/lock/python-build.ts";
import { coolDownOf, type Policy } from "../config/policy/policy.ts";
import type { Context } from "../context.ts";
import type { Decision } from "../decision/decide.ts";
import { now } from "../edges/clock.ts";
import { readText } from "../edges/files/read.ts";
import type { Replaced } from "../environment/state.ts";
import { nameOf } from "../provision/python/build-lists.ts";
import { platformHere } from "../provision/python/platforms.ts";
import { keptAt, openStore } from "../provision/python/store.ts";
import { upstreamBuilds } from "../provision/python/upstream.ts";
import { distributorOf, upgradeCommand } from "../python/distributor.ts";
import { type Interpreter, versionOf } from "../python/interpreter.ts";
import { fits, minorOf } from "../python/version.ts";
import {
  chooseBuild,
  describeBuildRequest,
  lockedBuild,
  parseBuildRequest,
  primeLockFor,
  rangesOf,
  refusedBuild,
  wordsOnLock,
} from "./interpreter.ts";
import { dayOf } from "./rules/interpreter.ts";
import type { RefusedVersion } from "./rules/ruling.ts";

/** What an upgrade makes of the interpreter; nothing of it is in force or fetched yet. */
export interface PythonPlan {
  readonly to: string;
  /** The build to move to; undefined: what is in use stays. */
  readonly build: PythonBuild | undefined;
  readonly why: string;
  readonly refused: readonly RefusedVersion[];
  readonly files: readonly Replaced[];
  /** What is worth knowing, a sentence each. */
  readonly notes: readonly string[];
}

export interface PythonQuestion {
  readonly decision: Decision;
  readonly policy: Policy;
  /** The interpreter in use. */
  readonly base: Interpreter;
  /** Whether the user asks for the interpreter itself; `request` says for which one. */
  readonly isAsked: boolean;
  readonly request: string | undefined;
  /** sha256 of builds that are not taken, since they have failed here before. */
  readonly knownBad: ReadonlySet<string>;
}

/**
 * Plans the best build within range and policy. An interpreter that somebody else installed is theirs to upgrade,
 * unless the user asks or prime.lock is there. A request moves the root's own `.python-version`, too. Throws
 * `python-refused` when no rule allows what was asked for.
 */
export async function planPython(context: Context, question: PythonQuestion): Promise<PythonPlan> {
  const { decision, policy, base, isAsked, request: text, knownBad } = question;
  const { config, pinned } = decision;
  const kept = keptAt(openStore(context), base.realPath);
  const stays = (notes: readonly string[], refused: readonly RefusedVersion[] = []): PythonPlan => {
    return { to: versionOf(base), build: undefined, why: "it stays", refused, files: [], notes };
  };
  const owner = await distributorOf(base, context.env, context.root);
  if (!isAsked && pinned === undefined && kept === undefined && owner.kind !== "uv") {
    const command = upgradeCommand(owner, base.version);
    const by = command === null ? `by what brought ${base.realPath} here` : `by \`${command}\``;
    return stays([
      `Python ${versionOf(base)} (${base.realPath}) is upgraded ${by}; ./prime upgrade --python moves to a build of prime's own`,
    ]);
  }
  const here = platformHere(base);
  const { builds, from } = await upstreamBuilds(context, policy);
  const asked = parseBuildRequest(text);
  const versionFile = path.join(context.root, ".python-version");
  const isOwnFile = config.required_python_version.source.where === versionFile;
  const all = await rangesOf(config);
  const ranges = text !== undefined && isOwnFile ? all.slice(1) : all;
  const known = pinned ?? kept?.build;
  const { variant = null, build = null } = known ?? {};
  const current = { implementation: base.implementation, version: versionOf(base), variant, build };
  const bounds = { here, ranges, policy, knownBad, now: now(), root: context.root };
  const { to, refused, why } = chooseBuild({ ...asked, ...bounds, builds, current });
  if (to === null) {
    const [first] = refused;
    const isAlone = first?.rule === "known-bad";
    const isOther =
      (asked.request !== null && !fits(asked.request, base)) ||
      (asked.variant !== null && asked.variant !== current.variant);
    if (isOther && !isAlone) throw refusedBuild(describeBuildRequest(asked), from, here, refused);
    const isForbidden = first?.version === current.version;
    const isBlocked = isOwnFile && refused.some(({ rule }) => rule === "requires-python");
    return stays([...(isForbidden ? [why] : []), ...(isBlocked ? [blocked(versionFile)] : [])], refused);
  }
  const lock = primeLockFor(to, builds, policy, config.primeLock);
  if (lockedBuild(lock, here) === undefined) throw refusedBuild(nameOf(to), from, here, [leftOut(to, here)]);
  const file = path.join(context.root, PRIME_LOCK);
  const moved = isOwnFile ? movedFile(versionFile, question, to.version) : [];
  return {
    to: to.version,
    build: to,
    why,
    refused,
    files: [{ path: file, before: readText(file) ?? null, after: primeLockText(lock) }, ...moved],
    notes: [...(await notesOn(context.root, question, to, from)), ...wordsOnLock(lock, policy)],
  };
}

/** The root's own `.python-version` with the new version, when the user asked for one and the file says another. */
function movedFile(file: string, { decision, request }: PythonQuestion, to: string): Replaced[] {
  const before = readText(file);
  const said = decision.config.required_python_version.value;
  if (request === undefined || before === undefined || said === null) return [];
  const after = movedLine(before, said, to);
  return after === before ? [] : [{ path: file, before, after }];
}

/** Which files still name the old minor version, and whether the cool-down could not be applied. */
async function notesOn(
  root: string,
  { base, policy }: PythonQuestion,
  to: PythonBuild,
  from: string,
): Promise<string[]> {
  const minor = minorOf(base.version);
  const { placesOfVersion } = await import("./named-versions.ts");
  const places = minorOf(to.version) === minor ? [] : placesOfVersion(root, minor);
  const isUndated = coolDownOf(policy, "python") > 0 && dayOf(to.build) === undefined;
  return [
    ...places.map((place) => `${place} names Python ${minor}, and is left as it is`),
    ...(isUndated ? [`${from} does not tell when it published ${nameOf(to)}: no cool-down holds for it`] : []),
  ];
}

function blocked(versionFile: string): string {
  return `${versionFile} keeps other versions off: ./prime upgrade --python VERSION moves it`;
}

function leftOut({ version }: PythonBuild, here: string): RefusedVersion {
  return { name: "python", version, rule: "platforms", why: `\`platforms\` leaves out ${here}` };
}

/**
 * The text with the new version, as exact as the old one was: `3.12` becomes `3.13`, `3.12.1` becomes `3.13.2`. A range
 * stays, since it still has to hold.
 */
function movedLine(text: string, said: string, version: string): string {
  const parts = /^\d+(?:\.\d+){0,2}$/.test(said) ? said.split(".").length : 0;
  return parts === 0 ? text : text.replace(said, version.split(".").slice(0, parts).join("."));
}
