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

/** Why a new generation is built, and whether an existing one will do. */
export interface BuildRequest {
  readonly reason: string;
  readonly anew: boolean;
  /** Looks for what another start has built meanwhile. */
  readonly look: () => Promise<Known | undefined>;
  /** See `waitForTurn`. */
  readonly silent: string | undefined;
  /** What the user is told when the build begins; not told when another start has built. */
  readonly telling: string | undefined;
  /** Work of this process that can be done while the installer runs. */
  readonly meanwhile?: () => void;
}

/** A generation, the decision that asks for it, and the context in which that was decided. */
export interface Known {
  readonly context: Context;
  readonly decision: Decision;
  readonly manifest: Manifest;
}

export type BuildOutcome = { readonly built: Manifest } | { readonly found: Known };

/**
 * The python stage: gets uv and the required python, brings the project's lock in step, then builds a new generation
 * aside.
 */
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

/** The interpreter to build on, when the decision does not know one. */
export async function findBase(job: Job, decision: Decision, uv: UvTool | undefined): Promise<Interpreter> {
  const { pinned, selected } = decision;
  if (pinned === undefined) return uv === undefined ? selected : requirePython(job, decision, uv);
  const { obtainInterpreter } = await import("./obtain.ts");
  return obtainInterpreter(job, decision, pinned, async () => uv ?? provision(job, decision));
}

/**
 * Acts beside another process that shows no sign of life. Its uv may hold locks in uv's cache, or in the folder for
 * temporary files: when they are not free within the same patience, uv gets folders of its own.
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

/**
 * Decides again, since others may have built while this start waited, and brings the project's lock in step with its
 * requirements.
 */
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

/** What an upgrade builds from that is not in force yet. */
export interface Coming {
  /** The lock that the upgrade will write. */
  readonly lock: { readonly path: string; readonly text: string } | undefined;
  /** For a repo without a lock: the text of a pylock.toml whose paths are absolute. */
  readonly resolution: string | undefined;
  /** Throws for an environment that must not be shown; nobody knows of it yet. */
  readonly check: (place: BuildPlace) => Promise<void>;
}

/** Builds what is asked for as a new generation, by the decision's driver. */
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
  // An upgrade starts from the versions in use: a resolution that was once made for the interpreter it moves to may be older.
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

/** Does work of this process while another one runs. */
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

/**
 * A resolution to stay near to, so that only what must change does: the youngest generation's, if possible one of this
 * very root.
 */
function preferredResolution({ generations, folders }: Decision, link: string, form: string): string | undefined {
  const shown = readManifest(realPath(link) ?? link);
  const others = [...(shown === undefined ? [] : [shown]), ...listGenerations(folders.generations)];
  const kept = [...generations, ...others].find(({ resolution }) => resolution?.endsWith(form))?.resolution;
  return kept === undefined || kept === null ? undefined : existing(path.join(folders.resolved, path.basename(kept)));
}
