import * as path from "node:path";
import type { Context } from "../context.ts";
import { type Asked, askFor } from "../decision/asked.ts";
import { type Decision, decide } from "../decision/decide.ts";
import { refuseMisfit } from "../decision/pip-misfit.ts";
import { linkOf } from "../decision/shown.ts";
import { findUsable } from "../decision/usable.ts";
import { nextTurn, now } from "../edges/clock.ts";
import { makeNewFolder, rename, writeRenewable } from "../edges/files/change.ts";
import { makerMark } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { isFile, realPath } from "../edges/files/read.ts";
import { digestOfIndexes } from "../environment/manifest/digest.ts";
import { listGenerations, type Manifest, readManifest } from "../environment/manifest/manifest.ts";
import { resolutionFile, withArchives } from "../environment/manifest/resolved.ts";
import { PrimeError } from "../errors.ts";
import { isChangedSince } from "../inputs/observation.ts";
import { openWay } from "../provision/network.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { readOnlyCache, useThrough } from "../uv/read-only-cache.ts";
import { saysLocked, type UvTool } from "../uv/tool.ts";
import { type BuildPlace, makeAside } from "./aside.ts";
import { withStandIn } from "./drivers/stand-in.ts";
import type { BuildTarget } from "./drivers/target.ts";
import { buildDescriptors, settleConstraints } from "./drivers/with-descriptors.ts";
import { buildWithPip } from "./drivers/with-pip.ts";
import { buildWithUv } from "./drivers/with-uv.ts";
import { beginJob, type Job } from "./job.ts";
import { requirePython } from "./required-python.ts";
import { addRequirements } from "./resolve/additions.ts";
import { settleLock } from "./resolve/uv-lock.ts";
import { viewWithLock } from "./resolve/view.ts";
import { collectOld } from "./sweep.ts";
import { rootMutex, takeTurn } from "./turn.ts";
import { provision } from "./uv-tool.ts";
import { refuseForeignPipSettings } from "./whose-settings.ts";

/** Why a new generation is built, and whether one that is there already will do. */
export interface BuildRequest {
  readonly reason: string;
  readonly anew: boolean;
  /** Finds what another start has built meanwhile. */
  readonly look: () => Promise<Known | undefined>;
  /** See `waitForTurn`. */
  readonly silent: string | undefined;
  /** What users are told when the build begins; not at all when another start has built. */
  readonly telling: string | undefined;
  /** What takes a while, and has time for it as long as others install. */
  readonly meanwhile?: () => void;
}

/** A generation, and the decision that asks for it, by a context whose time is that of the decision. */
export interface Known {
  readonly context: Context;
  readonly decision: Decision;
  readonly manifest: Manifest;
}

export type BuildOutcome = { readonly built: Manifest } | { readonly found: Known };

/** The python stage: uv, the required python, the lock of the project, then a new generation, built aside. */
export async function build(context: Context, decision: Decision, request: BuildRequest): Promise<BuildOutcome> {
  const { folders, driver } = decision;
  const job = await beginJob(context, folders, decision.project);
  if (driver === "venv_pip" && decision.pinned === undefined)
    refuseMisfit(decision.request, decision.selected, decision.config.venv_driver.value);
  if (driver !== "venv_uv") {
    refuseForeignPipSettings(context);
    await openWay(context, decision.config, decision.project);
    return buildBy(job, decision, request, undefined);
  }
  const uv = await provision(job, decision);
  const cache = readOnlyCache(uv);
  if (cache === undefined) return buildBy(job, decision, request, uv);
  context.terminal.detail(`uv's cache ${cache} can't be written: what is in it is used, and nothing is added`);
  const folder = path.join(folders.work, `work-cache.${makerMark()}`);
  try {
    return await buildBy(job, decision, request, useThrough(uv, cache, folder));
  } finally {
    remove(folder);
  }
}

async function buildBy(
  job: Job,
  decision: Decision,
  request: BuildRequest,
  uv: UvTool | undefined,
): Promise<BuildOutcome> {
  const { context } = job;
  const { folders } = decision;
  const base = decision.asked?.base ?? (await findBase(job, decision, uv));
  const turn = await takeTurn(context, decision.config, rootMutex(folders.data), {
    doing: `building for ${context.root}`,
    reason: request.reason,
    beside: "building",
    look: request.look,
    silent: request.silent,
  });
  if ("found" in turn) return turn;
  const act = async (tool: UvTool | undefined): Promise<BuildOutcome> => {
    const since = now();
    const settled = await settle(job, decision, tool, base);
    const { asked } = settled; // before anything is built: an edit from now on asks for another
    const present = request.anew ? undefined : await findUsable(context, settled, asked);
    if (present !== undefined)
      return { found: { context: { ...context, startedAt: since }, decision: settled, manifest: present } };
    if (request.telling !== undefined) context.terminal.say(request.telling);
    const built = await buildAside(job, settled, asked, tool, request);
    collectOld(context, folders, linkOf(context, settled));
    return { built };
  };
  try {
    return turn.lock.isTaken && uv !== undefined ? await actBeside(job, decision, uv, act) : await act(uv);
  } finally {
    turn.lock.release();
  }
}

/** The interpreter to build on, where it is not known to be there. */
export async function findBase(job: Job, decision: Decision, uv: UvTool | undefined): Promise<Interpreter> {
  const { pinned, selected } = decision;
  if (pinned === undefined) return uv === undefined ? selected : requirePython(job, decision, uv);
  const { obtainInterpreter } = await import("./obtain.ts");
  return obtainInterpreter(job, decision, pinned, async () => uv ?? provision(job, decision));
}

/**
 * The silent process beside this one may have a uv that holds locks in uv's cache, or in the folder for temporary files:
 * when they are not free within the same patience, uv gets folders of its own.
 */
async function actBeside<T>(job: Job, decision: Decision, uv: UvTool, act: (uv: UvTool) => Promise<T>): Promise<T> {
  const seconds = Math.max(1, Math.round(decision.config.lock_patience_s.value));
  try {
    return await act({ ...uv, env: { ...uv.env, UV_LOCK_TIMEOUT: String(seconds) } });
  } catch (error) {
    if (!(error instanceof PrimeError) || !saysLocked(error.message)) throw error;
    job.context.terminal.warn("the other prime holds uv's locks too: building without uv's cache");
  }
  const folder = path.join(decision.folders.work, `work-uv.${makerMark()}`);
  makeNewFolder(folder);
  try {
    return await act({ ...uv, env: { ...uv.env, UV_CACHE_DIR: path.join(folder, "cache"), TMPDIR: folder } });
  } finally {
    remove(folder);
  }
}

/** Others may have built while this start waited, and the lock of the project may have to follow its requirements. */
async function settle(job: Job, decision: Decision, uv: UvTool | undefined, base: Interpreter) {
  if (uv === undefined || decision.project.kind !== "uv-lock") return decideAgain(job, decision, base);
  const since = now();
  const locked = settleLock(job, decision, uv, base.executable);
  locked.catch(() => {}); // it is awaited below
  await nextTurn(); // uv looks at the lock meanwhile, which mostly stays as it is
  const again = await decideAgain(job, decision, base).catch(() => undefined);
  const isKept = await locked;
  if (again !== undefined && isKept && !isChangedSince(again.inputs, since)) return again;
  return decideAgain(job, decision, base);
}

async function decideAgain({ context }: Job, { driver, selected }: Decision, base: Interpreter) {
  const now = { ...(await decide(context, false)), driver, selected };
  return { ...now, asked: askFor(context, now, base) };
}

/** What an upgrade brings that is not in force yet. */
export interface Coming {
  /** The lock that is to be written. */
  readonly lock: { readonly path: string; readonly text: string } | undefined;
  /** What the requirements are resolved to, a pylock.toml whose paths are absolute; for what has no lock. */
  readonly resolution: string | undefined;
  /** Throws for an environment that is not to be shown; nobody knows of it yet. */
  readonly check: (place: BuildPlace) => Promise<void>;
}

/** Makes what is asked for, by the driver that it says. */
export function buildAside(
  job: Job,
  decision: Decision,
  asked: Asked,
  uv: UvTool | undefined,
  { anew, reason, meanwhile }: Pick<BuildRequest, "anew" | "reason" | "meanwhile">,
  coming?: Coming,
): Promise<Manifest> {
  const { folders } = decision;
  const project = anew ? { ...decision.project, rebuilt: decision.project.localNames } : decision.project;
  const resolved = resolutionFile(folders, asked.madeOf, asked.seen);
  // An upgrade stays near to what is shown: what the interpreter that it moves to once had may be older.
  let known = anew || coming !== undefined ? undefined : existing(resolved);
  return makeAside(job, {
    decision,
    asked,
    reason,
    check: coming?.check,
    fill: async ({ generation, work, anchor }) => {
      if (coming?.resolution !== undefined) {
        known = path.join(work, "pylock.coming.toml");
        writeRenewable(known, coming.resolution);
      }
      const target: BuildTarget = {
        generation,
        work,
        python: anchor,
        base: asked.base,
        project: withStandIn(project, job.context.root, folders),
        lockView: coming?.lock && viewWithLock(path.join(work, "view"), job.context.root, coming.lock),
        known,
        resolved: folders.resolved,
        preferred: anew
          ? undefined
          : preferredResolution(
              { ...decision, ...(coming === undefined ? {} : { generations: [] }) },
              linkOf(job.context, decision),
              path.extname(resolved),
            ),
        indexes: digestOfIndexes(asked.madeOf),
      };
      const filled =
        project.kind === "descriptors"
          ? { constraints: await buildDescriptors(job, uv, target, { anew }) }
          : { used: await beside(buildWith(job, uv, target), meanwhile) };
      await addRequirements(job, uv, target, decision.config.oneStart.additions);
      return filled;
    },
    tell: async ({ constraints, used }) => {
      if (used !== undefined && used !== resolved) rename(used, resolved);
      const isOther = constraints !== undefined && settleConstraints(job, decision, constraints);
      return {
        madeOf: isOther
          ? (await decideAgain(job, decision, asked.base)).asked.madeOf
          : withArchives(folders, asked.madeOf, asked.seen),
        project: project.name,
        resolution: used === undefined ? null : path.basename(resolved),
        standsInFor: decision.lost?.manifest.id ?? null,
      };
    },
  });
}

/** Uses the time of another process, once that has been started. */
async function beside<T>(work: Promise<T>, act: (() => void) | undefined): Promise<T> {
  work.catch(() => {}); // it is awaited below
  await nextTurn();
  try {
    act?.();
  } catch {} // whoever needs it will do it, and fail then
  return work;
}

function buildWith(job: Job, uv: UvTool | undefined, target: BuildTarget): Promise<string | undefined> {
  return uv === undefined ? buildWithPip(job, target) : buildWithUv(job, uv, target);
}

function existing(file: string): string | undefined {
  return isFile(file) ? file : undefined;
}

/** What the youngest generation resolved to, at best of this very root: only what must change then does. */
function preferredResolution({ generations, folders }: Decision, link: string, form: string): string | undefined {
  const shown = readManifest(realPath(link) ?? link);
  const others = [...(shown === undefined ? [] : [shown]), ...listGenerations(folders.generations)];
  const kept = [...generations, ...others].find(({ resolution }) => resolution?.endsWith(form))?.resolution;
  return kept === undefined || kept === null ? undefined : existing(path.join(folders.resolved, path.basename(kept)));
}
