import * as path from "node:path";
import type { Environment } from "../../edges/command.ts";
import { isScript } from "../../edges/files/formats/program-file.ts";
import { realPath } from "../../edges/files/read.ts";
import { type Failure, type Interpreter, isFailure, versionOf } from "../interpreter.ts";
import { probe } from "../probe/probe.ts";
import type { Starting } from "../starting.ts";
import { basenames, compareVersions, describe, fits, parseRequest, type VersionRequest } from "../version.ts";
import { behindShims, installedByUv, keptByPrime, named, pathFolders, whyNotExecutable } from "./candidates.ts";

export interface SearchOptions {
  /** The user's environment; its PATH is searched. */
  readonly env: Environment;
  readonly root: string;
  readonly cacheFolder: string;
  /** Milliseconds that each candidate may take to answer. */
  readonly limitMs: number;
  readonly starting: Starting;
  /** Absolute files, and folders with all that is in them, that are not tried. */
  readonly exclude: readonly string[];
  /** An ABI whose interpreters come before all others that fit. */
  readonly soabi?: string;
}

export interface SearchResult {
  /** Never inside a venv, never Python 2. */
  readonly selected: Interpreter | undefined;
  readonly fits: boolean;
  /** What bears a right name and was not taken, in the order of the search. */
  readonly passedOver: readonly Failure[];
  /** Where the search looked. */
  readonly folders: readonly string[];
}

/**
 * Finds the interpreter to start with: the first in PATH that answers and fits, the most exact name first; then what stands behind the shims
 * in PATH, then what prime keeps itself; else the first that answers at all, under any name of Python's, or one of uv's. One in a venv
 * stands for the interpreter that the venv was made from, since a venv can be deleted or rebuilt at any time.
 */
export async function searchPython(request: VersionRequest, options: SearchOptions): Promise<SearchResult> {
  const folders = pathFolders(options.env);
  const passedOver: Failure[] = [];
  const others: Interpreter[] = [];
  const misfits: Interpreter[] = [];
  const seen = new Set<string>();

  const firstThatFits = async (
    candidates: readonly string[],
    isEnough = () => false,
  ): Promise<Interpreter | undefined> => {
    for (const file of candidates) {
      if (isEnough()) break;
      if (seen.has(file) || seen.has(identityOf(file))) continue;
      seen.add(file);
      const answer = await interpreterAt(file, options);
      if (isFailure(answer)) {
        passedOver.push(answer);
        continue;
      }
      seen.add(identityOf(file)).add(answer.realPath);
      const isFit = fits(request, answer);
      if (isFit && (options.soabi === undefined || options.soabi === answer.soabi)) return answer;
      if (isFit) {
        others.push(answer);
        continue;
      }
      misfits.push(answer);
      passedOver.push(unfitFor(request, answer));
    }
    return undefined;
  };

  const hasAnswer = () => others.length + misfits.length > 0;
  const behind = behindShims(request, folders, options.env);
  const fitting =
    (await firstThatFits(named(basenames(request), folders))) ??
    (await firstThatFits(behind.likely)) ??
    (await firstThatFits(behind.others, hasAnswer)) ??
    (await firstThatFits(named(basenames(ANY), folders), hasAnswer)) ??
    (await firstThatFits(keptByPrime(request, options.env))) ??
    (await firstThatFits(hasAnswer() ? [] : installedByUv(options.env))) ??
    others[0];
  const selected = fitting ?? misfits[0];
  const rest = passedOver.filter((one) => one.path !== selected?.path);
  return { selected, fits: fitting !== undefined, passedOver: rest, folders };
}

/** All that fit wherever a search looks, the highest version first, of each the first that is found. */
export async function everyPython(request: VersionRequest, options: SearchOptions): Promise<Interpreter[]> {
  const { env } = options;
  const folders = pathFolders(env);
  const files = [...named(basenames(request), folders), ...behindShims(request, folders, env).likely];
  const found = new Map<string, Interpreter>();
  for (const file of [...files, ...keptByPrime(request, env), ...installedByUv(env)]) {
    const answer = await interpreterAt(file, options);
    if (isFailure(answer) || !fits(request, answer) || found.has(versionOf(answer))) continue;
    found.set(versionOf(answer), answer);
  }
  return [...found.values()].sort((one, other) => compareVersions(other, one));
}

/** The interpreter that a candidate is or that its venv was made from, proven by running it. */
export async function interpreterAt(file: string, options: SearchOptions): Promise<Interpreter | Failure> {
  if (options.exclude.some((excluded) => file === excluded || file.startsWith(`${excluded}${path.sep}`))) {
    return { path: file, why: "it is left out of the search" };
  }
  const why = whyNotExecutable(file);
  if (why !== undefined) return { path: file, why, ...(realPath(file) === undefined ? { kind: "gone" } : {}) };
  const probing = { ...options, cwd: options.starting.isLook ? "/" : options.root };
  const answer = await probe(file, probing);
  if (isFailure(answer) || !answer.isVenv) return answer;
  const base = await probe(answer.executable, probing);
  return isFailure(base) ? { ...base, path: file, why: `its venv was made from ${base.path}: ${base.why}` } : base;
}

/** Whatever answers can bootstrap: uv, started by it, finds or installs the required python. */
const ANY = parseRequest(null);

/** A shim is another interpreter under each name; anything else is what its links lead to. */
function identityOf(file: string): string {
  return isScript(file) ? file : (realPath(file) ?? file);
}

function unfitFor(request: VersionRequest, misfit: Interpreter): Failure {
  return { path: misfit.path, why: `it is ${misfit.implementation} ${versionOf(misfit)}, not ${describe(request)}` };
}
