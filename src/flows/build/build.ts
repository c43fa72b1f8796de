import * as path from "node:path";
import { now } from "../../edges/clock.ts";
import { isFile, makeFolder, nonce, remove, rename } from "../../edges/files.ts";
import { type BuildLock, type Holder, takeBuildLock } from "../../environment/build-lock.ts";
import { digestOfResolution } from "../../environment/digest.ts";
import { type Folders, makeFolders, newLog } from "../../environment/folders.ts";
import type { Manifest } from "../../environment/manifest.ts";
import { standOn } from "../../environment/standing.ts";
import type { Interpreter } from "../../python/probe.ts";
import { type UvTool, uvEnvironment } from "../../uv/commands.ts";
import { provisionUv } from "../../uv/provision.ts";
import type { Context } from "../context.ts";
import { type Decision, decide, digestFor, digestParts, pinOf, seenInterpreter } from "../decide.ts";
import { collectOld } from "../gc.ts";
import { linkOf } from "../settle.ts";
import { findUsable } from "../usable.ts";
import { recordOfBase } from "./base-record.ts";
import { sealGeneration, validate } from "./finish.ts";
import type { Job } from "./job.ts";
import { settleLock } from "./lock.ts";
import { requirePython } from "./required-python.ts";
import { withStandIn } from "./setup-cfg.ts";
import { buildWithPip, refuseMisfit } from "./with-pip.ts";
import { buildWithUv, type Target } from "./with-uv.ts";

/** Why a new generation is built, and whether one that is there already will do. */
export interface BuildRequest {
  readonly reason: string;
  readonly anew: boolean;
}

/** The python stage: uv, the required python, the lock of the project, then a new generation, built aside. */
export async function build(context: Context, decision: Decision, request: BuildRequest): Promise<Manifest> {
  const { folders, driver } = decision;
  makeFolders(folders);
  const job: Job = { context, log: newLog(folders, now(), process.pid), steps: [] };
  if (driver === "venv_pip") refuseMisfit(decision.request, decision.selected);
  const uv = driver === "venv_uv" ? await provision(job, decision) : undefined;
  const base = decision.base ?? (uv === undefined ? decision.selected : await requirePython(job, decision, uv));
  const lock = await waitForOthers(context, decision, request.reason);
  try {
    const settled = await settle(job, decision, uv, base);
    const digest = digestFor(context, settled, base);
    const present = request.anew ? undefined : await findUsable(context, settled, digest);
    if (present !== undefined) return present;
    const built = await buildAside(job, { decision: settled, base, uv, digest, request });
    collectOld(context, folders, linkOf(context, settled));
    return built;
  } finally {
    lock.release();
  }
}

/** The pinned uv, told as a step when it has to be fetched. */
export async function provision(job: Job, decision: Decision): Promise<UvTool> {
  const { context } = job;
  const { version } = pinOf(decision.config);
  let step: ReturnType<typeof context.terminal.step> | undefined;
  const uv = await provisionUv({
    pin: pinOf(decision.config),
    python: decision.selected,
    cacheFolder: context.places.cache,
    env: context.env,
    cwd: context.root,
    log: job.log,
    onDeploy: () => {
      step = context.terminal.step(`get uv ${version}`);
    },
  });
  step?.done();
  context.terminal.detail(`uv ${uv.version} (${uv.from}): ${uv.file}`);
  return { file: uv.file, env: uvEnvironment(context.env), root: context.root };
}

/** While another prime builds for this root it may build the very same. */
async function waitForOthers(context: Context, decision: Decision, reason: string): Promise<BuildLock> {
  const { terminal } = context;
  const who = (holder: Holder) => `process ${holder.pid} on ${holder.host} (${holder.reason})`;
  return takeBuildLock(decision.folders.data, {
    reason,
    patienceMs: decision.config.lockPatience.value * 1000,
    onWait: (holder) => terminal.say(`waiting for ${who(holder)}, which is building for ${context.root}`),
    onImpatience: (holder) => terminal.warn(`${who(holder)} shows no sign of life: building beside it`),
  });
}

/** Others may have built while this start waited, and the lock of the project may have to follow its requirements. */
async function settle(job: Job, decision: Decision, uv: UvTool | undefined, base: Interpreter): Promise<Decision> {
  if (uv !== undefined && decision.project.kind === "uv-lock") await settleLock(job, decision, uv, base.executable);
  const settled = await decide(job.context, false);
  return { ...settled, driver: decision.driver, selected: decision.selected, base };
}

interface Aside {
  readonly decision: Decision;
  readonly base: Interpreter;
  readonly uv: UvTool | undefined;
  readonly digest: string;
  readonly request: BuildRequest;
}

async function buildAside(job: Job, { decision, base, uv, digest, request }: Aside): Promise<Manifest> {
  const { context } = job;
  const { folders } = decision;
  const id = `${digest.slice(0, 8)}-${nonce()}`;
  const generation = path.join(folders.generations, id);
  const project = request.anew ? { ...decision.project, rebuilt: decision.project.localNames } : decision.project;
  const resolved = `${digestOfResolution(digestParts(context, decision, base)).slice(0, 16)}.txt`;
  const target: Target = {
    generation,
    work: path.join(folders.data, `work-${id}`),
    python: seenInterpreter(base).anchor,
    project: withStandIn(project, context.root, folders),
    known: request.anew ? undefined : existing(path.join(folders.resolved, resolved)),
    preferred: request.anew ? undefined : preferredResolution(decision, folders),
  };
  const record = recordOfBase(context, decision, base); // its package manager is asked while uv works
  makeFolder(folders.generations);
  makeFolder(target.work);
  try {
    const used = uv === undefined ? await buildWithPip(job, target) : await buildWithUv(job, uv, target);
    standOn(generation, target.python);
    const validation = await validate(job, generation, base);
    if (used !== undefined && used !== target.known) rename(used, path.join(folders.resolved, resolved));
    return sealGeneration(generation, validation, {
      digest,
      root: context.root,
      interpreter: await record,
      request: decision.config.requiredPythonVersion.value ?? "",
      standsInFor: decision.lost?.manifest.id ?? null,
      driver: decision.driver,
      uv: uv === undefined ? null : pinOf(decision.config).version,
      project: project.name,
      resolution: used === undefined ? null : resolved,
      reason: request.reason,
      steps: job.steps,
    });
  } catch (error) {
    remove(generation);
    throw error;
  } finally {
    remove(target.work);
  }
}

function existing(file: string): string | undefined {
  return isFile(file) ? file : undefined;
}

/** What the youngest generation resolved to: only what must change then does. */
function preferredResolution({ generations }: Decision, folders: Folders): string | undefined {
  const last = generations.find(({ resolution }) => resolution !== null)?.resolution;
  return last === undefined || last === null ? undefined : existing(path.join(folders.resolved, last));
}
