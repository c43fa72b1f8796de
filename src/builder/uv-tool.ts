import * as path from "node:path";
import type { Context } from "../context.ts";
import { pinOf } from "../decision/asked.ts";
import type { Decision } from "../decision/decide.ts";
import { now } from "../edges/clock.ts";
import type { Environment } from "../edges/command.ts";
import { whyClosed } from "../edges/files/errors.ts";
import { exists, facts } from "../edges/files/read.ts";
import { whyOthersDecide, whyUnreachable } from "../edges/files/trust.ts";
import { whyNotBelow } from "../environment/data-folder.ts";
import { isUserSettings } from "../project/files/uv/user-settings.ts";
import { openWay } from "../provision/network.ts";
import { pipsIndexes } from "../provision/pip-settings.ts";
import { cachedFolder, deployUv, findUv, fromCache, type ProvisionedUv, type UvRequest } from "../provision/uv.ts";
import { settingsOfUv } from "../uv/own-settings.ts";
import { cacheFolder } from "../uv/read-only-cache.ts";
import { type UvTool, uvEnvironment } from "../uv/tool.ts";
import type { Job } from "./job.ts";
import { takeTurn } from "./turn.ts";
import { refuseForeignPipSettings, refuseForeignUvSettings } from "./whose-settings.ts";

type Tooling = Pick<Decision, "config" | "selected" | "search">;

/**
 * Gets the pinned uv. It is told as a step when it has to be fetched; one start fetches it, whatever root it is for.
 */
export async function provision(job: Job, decision: Tooling): Promise<UvTool> {
  const { context } = job;
  const { version } = pinOf(decision.config);
  await refuseForeignUvSettings(context);
  const indexes = context.asksPip === true ? await pipsIndexes(context.env) : {};
  if (Object.keys(indexes).length > 0) refuseForeignPipSettings(context);
  const userEnv = { ...context.env, ...indexes, ...(await openWay(context, decision.config, job.project)) };
  const request = {
    pin: pinOf(decision.config),
    python: decision.selected,
    cacheFolder: context.places.cache,
    state: context.plans?.state,
    trust: context.trust,
    starting: decision.search.starting,
    env: userEnv,
    cwd: context.root,
    log: job.log,
  };
  const uv = (await findUv(request)) ?? (await deployAlone(job, decision, request));
  context.terminal.detail(`uv ${version} (${uv.from}): ${uv.file}`);
  const env = uvEnvironment(userEnv);
  return { file: uv.file, env: { ...env, ...(await cacheVariables(context, env)) }, root: context.root };
}

/**
 * Variables for uv's cache. uv installs what is in there, and believes what it says of interpreters, so that nobody
 * else may write it. When a repo's settings name a cache outside of the repo, uv is told which one to use.
 */
async function cacheVariables(context: Context, env: Environment): Promise<Environment> {
  const { root, trust, terminal } = context;
  const { set, refused } =
    env.UV_CACHE_DIR || env.UV_NO_CACHE ? { set: undefined, refused: undefined } : await cacheSetting(context);
  if (refused !== undefined) terminal.warn(refused);
  const folder = set ?? cacheFolder(env);
  if (folder === undefined) return refused === undefined ? {} : { UV_NO_CACHE: "1" };
  const absolute = path.resolve(root, folder);
  const why =
    whyOthersDecide(absolute, trust) ??
    whyUnreachable(absolute) ??
    (exists(absolute) ? undefined : whyClosed(absolute)?.message);
  if (why === undefined) return (set ?? refused) === undefined ? {} : { UV_CACHE_DIR: folder };
  terminal.say(`uv works without its cache ${folder}: ${why}`);
  return { UV_NO_CACHE: "1" };
}

/**
 * The cache folder that uv's settings name, absolute. A repo's settings may name one in the repo alone, since uv writes
 * and clears whatever is there.
 */
async function cacheSetting({ root, env }: Context): Promise<{ set?: string; refused?: string }> {
  let refused: { refused?: string } = {};
  for (const { file, table } of await settingsOfUv(root, env)) {
    const named = table["cache-dir"];
    if (file === undefined || typeof named !== "string") continue;
    const set = path.resolve(root, named);
    const isUsers = Boolean(env.UV_CONFIG_FILE) || isUserSettings(file, root);
    const why = isUsers ? undefined : whyNotBelow(set, path.dirname(file));
    if (why === undefined) return { set, ...refused };
    refused = { refused: `the \`cache-dir\` for uv in ${file} is not followed: ${why}` };
  }
  return refused;
}

async function deployAlone(job: Job, { config }: Pick<Decision, "config">, request: UvRequest): Promise<ProvisionedUv> {
  const { context } = job;
  const title = `get uv ${request.pin.version}`;
  const turn = await takeTurn(context, config, `${cachedFolder(request)}.lock`, {
    doing: `getting uv ${request.pin.version}`,
    reason: `for ${context.root}`,
    beside: "getting it",
    look: async () => fromCache(request),
  });
  if ("found" in turn) return turn.found;
  try {
    return fromCache(request) ?? (await deployAsStep(job, title, request)); // another start may just have fetched it
  } finally {
    turn.lock.release();
  }
}

async function deployAsStep(job: Job, title: string, request: UvRequest): Promise<ProvisionedUv> {
  const { context } = job;
  const { cacheFault } = context;
  if (cacheFault !== undefined)
    context.terminal.say(`uv is fetched for this start alone: ${cacheFault.why}; ${cacheFault.cure}`);
  const step = context.terminal.step(title);
  const started = now();
  try {
    refuseForeignPipSettings(context);
    const got = await deployUv(request);
    step.done(`${Math.round((facts(got.file)?.size ?? 0) / 1e6)} MB`);
    return got;
  } finally {
    step.done();
    job.steps.push({ title, durationMs: now() - started });
  }
}
