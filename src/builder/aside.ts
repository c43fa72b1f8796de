import * as path from "node:path";
import type { Context } from "../context.ts";
import type { Asked } from "../decision/asked.ts";
import type { Decision } from "../decision/decide.ts";
import { makeFolder, makeNewFolder } from "../edges/files/change.ts";
import { NO_EXEC, NO_EXEC_CURE } from "../edges/files/errors.ts";
import { makerMark } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { isExecutableFile, isFile } from "../edges/files/read.ts";
import { nonce } from "../edges/nonce.ts";
import type { InterpreterRecord } from "../environment/manifest/interpreter-record.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { PrimeError } from "../errors.ts";
import { insteadOfPip } from "../project/ways.ts";
import { distributorOf } from "../python/distributor.ts";
import { storeOfPrime } from "../python/search/candidates.ts";
import { minorOf } from "../python/version.ts";
import { shadowPip } from "../venv/pip-stub.ts";
import { standOn } from "../venv/stand-on.ts";
import type { Job } from "./job.ts";
import { finishGeneration, type ManifestFacts, validate } from "./validate.ts";

/** The place of an environment that is being made. */
export interface BuildPlace {
  /** The generation's own folder, absolute; it does not exist yet. */
  readonly generation: string;
  /** A folder for files that only this build needs, absolute. */
  readonly work: string;
  /** The interpreter that it will stand on, absolute. */
  readonly anchor: string;
}

/** How an environment is made, and what its manifest says of it. */
export interface Making<T> {
  readonly decision: Decision;
  readonly asked: Asked;
  readonly reason: string;
  /** Makes the venv in its place, with everything that belongs into it. */
  readonly fill: (place: BuildPlace) => Promise<T>;
  /** Throws for an environment that is sound and still must not be shown. */
  readonly check?: ((place: BuildPlace) => Promise<void>) | undefined;
  /** What only this way of making an environment knows; called once the environment has proved to be sound. */
  readonly tell: (filled: T, place: BuildPlace) => Promise<ManifestParts> | ManifestParts;
}

/**
 * Throws `no-exec` where nothing may be executed (a `noexec` mount): no script would start, and no extension module
 * would load.
 */
function refuseNoExec(generation: string): void {
  const script = path.join(generation, "bin", "pip");
  if (!isFile(script) || isExecutableFile(script)) return;
  throw new PrimeError(
    "no-exec",
    `could not make an environment in ${path.dirname(generation)}: ${NO_EXEC}`,
    NO_EXEC_CURE,
  );
}

/** What a manifest says beyond the facts of every environment. */
export type ManifestParts = Pick<ManifestFacts, "project" | "resolution"> &
  Partial<Pick<ManifestFacts, "adopted" | "madeOf" | "standsInFor">>;

/**
 * Makes an environment in a folder of its own: fills it, has it stand on its anchor, validates it, and writes its
 * manifest, last of all. A failure removes the folder and touches nothing else.
 */
export async function makeAside<T>(
  job: Job,
  { decision, asked, reason, fill, check, tell }: Making<T>,
): Promise<Manifest> {
  const { context } = job;
  const { folders } = decision;
  const id = `${asked.digest.slice(0, 8)}-${nonce()}`;
  const place: BuildPlace = {
    generation: path.join(folders.generations, id),
    work: path.join(folders.work, `work-${id}.${makerMark()}`),
    anchor: asked.seen.anchor,
  };
  const record = recordOfBase(context, decision, asked); // its package manager is asked while others work
  record.catch(() => {}); // it is awaited later, if all goes well: until then its failure must not end the process
  makeFolder(folders.generations);
  makeNewFolder(place.work);
  try {
    const filled = await fill(place);
    standOn(place.generation, place.anchor);
    shadowPip(place.generation, minorOf(asked.base.version), insteadOfPip(decision.project));
    refuseNoExec(place.generation);
    await keepInterpreter(context, asked, place.generation);
    const validation = await validate(job, place.generation, asked.base, place.work);
    await check?.(place);
    return finishGeneration(place.generation, validation, {
      madeOf: asked.madeOf,
      standsInFor: null,
      ...(await tell(filled, place)),
      root: context.root,
      interpreter: await record,
      request: decision.requestText,
      driver: decision.driver,
      uv: asked.madeOf.uv,
      reason,
      steps: job.steps,
    });
  } catch (error) {
    remove(place.generation);
    throw error;
  } finally {
    remove(place.work);
  }
}

/** Notes that this generation uses an interpreter that prime unpacked: that stays as long as anything stands on it. */
async function keepInterpreter(context: Context, { base }: Asked, generation: string): Promise<void> {
  if (!base.realPath.startsWith(`${storeOfPrime(context.env, context.places.home)}/`)) return;
  const { keptAt, noteUser, openStore } = await import("../provision/python/store.ts");
  const kept = keptAt(openStore(context), base.realPath);
  if (kept !== undefined) noteUser(kept, generation);
}

/**
 * The record of the interpreter below. Its distributor is looked up only if no earlier generation stands on the same
 * interpreter.
 */
async function recordOfBase(
  { env, root }: Context,
  { generations }: Decision,
  { base, seen }: Asked,
): Promise<InterpreterRecord> {
  const known = generations.find(({ interpreter }) => interpreter.realPath === base.realPath)?.interpreter.distributor;
  return { ...seen, distributor: known ?? (await distributorOf(base, env, root)) };
}
