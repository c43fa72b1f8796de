import type { PythonBuild } from "../../config/lock/python-build.ts";
import { loadPolicy } from "../../config/policy/load.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import { look } from "../../decision/decide.ts";
import { now } from "../../edges/clock.ts";
import { hostPlatform } from "../../edges/machine.ts";
import { readManifest } from "../../environment/manifest/manifest.ts";
import { EXIT_POLICY, PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { platformHere, runsOn } from "../../provision/python/platforms.ts";
import { type KeptPython, listKept, openStore, usersOf } from "../../provision/python/store.ts";
import { isUsual, upstreamBuilds } from "../../provision/python/upstream.ts";
import { distributorOf, upgradeCommand } from "../../python/distributor.ts";
import { type Interpreter, versionOf } from "../../python/interpreter.ts";
import { minorOf } from "../../python/version.ts";
import { oneLine } from "../../quoted.ts";
import { chooseBuild, lockedBuild, rangesOf } from "../../upgrade/interpreter.ts";
import { compareBuilds, type PythonRange } from "../../upgrade/rules/interpreter.ts";

interface Listed extends PythonBuild {
  readonly installed: string | null;
  readonly allowed: boolean;
  /** Why not, by the key of the policy, or `requires-python`. */
  readonly rule: string | null;
  readonly why: string | null;
}

interface Kept extends PythonBuild {
  readonly path: string;
  readonly used_by: readonly { readonly root: string | null; readonly environment: string }[];
  readonly pinned: boolean;
}

interface InUse {
  readonly path: string;
  readonly version: string;
  /** What brought it here, and by which command that brings it again; null for prime's own. */
  readonly owner: string | null;
  readonly owner_command: string | null;
}

/** `./prime python list`: the interpreters that are listed for this machine, those kept here, and the one in use. */
export async function listPythons(context: Context, { all, json }: { all: boolean; json: boolean }): Promise<Answer> {
  const looked = await look(context);
  const { config, loaded } = looked;
  for (const warning of loaded.warnings) context.terminal.warn(warning);
  const policy = await loadPolicy(config, EXIT_POLICY);
  const base = "notKnown" in looked ? undefined : (looked.asked?.base ?? looked.selected);
  const here = platformHere(base ?? hostPlatform());
  const store = openStore(context);
  const kept = listKept(store);
  const locked = lockedBuild(config.primeLock, here);
  const { builds, from } = await upstreamBuilds(context, policy).catch((error: unknown) => {
    if (!(error instanceof PrimeError) || error.id === "machine-policy") throw error;
    context.terminal.warn(`${error.message}; ${error.hint}`);
    return { builds: [], from: null };
  });
  const ranges = await rangesOf(config);
  const judged = shownOf(
    builds.filter((build) => runsOn(build, here)),
    all,
  ).map((build) => judge(build, { here, ranges, policy, root: context.root, kept }));
  const installed = kept.map((one): Kept => {
    const used_by = usersOf(one).map((environment) => ({ root: readManifest(environment)?.root ?? null, environment }));
    return { ...one.build, path: one.executable, used_by, pinned: locked?.sha256 === one.build.sha256 };
  });
  const answer = {
    platform: here,
    from,
    upstream: judged,
    installed,
    in_use: base === undefined ? null : await inUse(context, store, base),
  };
  if (json) context.print.json(answer);
  else context.print.text(rendered(answer));
  return DONE;
}

/** Newest first; without `all` of each minor version the newest build that is usual. */
function shownOf(builds: readonly PythonBuild[], all: boolean): PythonBuild[] {
  const sorted = [...builds].sort((one, other) => compareBuilds(other, one));
  if (all) return sorted;
  const minors = new Set<string>();
  return sorted.filter((build) => {
    const minor = `${build.implementation} ${minorOf(build.version)}`;
    const isFirst = isUsual(build) && !/_v\d/.test(build.platform) && !minors.has(minor);
    if (isFirst) minors.add(minor);
    return isFirst;
  });
}

interface Rules {
  readonly here: string;
  readonly ranges: readonly PythonRange[];
  readonly policy: Policy;
  readonly root: string;
  readonly kept: readonly KeptPython[];
}

function judge(build: PythonBuild, { here, ranges, policy, root, kept }: Rules): Listed {
  const installed = kept.find((one) => one.build.sha256 === build.sha256)?.executable ?? null;
  const { variant, implementation } = build;
  const current = { implementation, version: "3.0.0", variant, build: null };
  const question = { request: null, variant, builds: [build], here, ranges, current, policy, now: now(), root };
  const { to, refused } = chooseBuild(question);
  const against = to === null ? refused.find(({ version }) => version === build.version) : undefined;
  return { ...build, installed, allowed: to !== null, rule: against?.rule ?? null, why: against?.why ?? null };
}

/** What other tools own is upgraded by them. */
async function inUse(context: Context, store: string, base: Interpreter): Promise<InUse> {
  const isOwn = base.realPath.startsWith(`${store}/`);
  const distributor = await distributorOf(base, context.env, context.root);
  const owner = isOwn || distributor.kind === "unknown" ? null : distributor.kind;
  return {
    path: base.path,
    version: versionOf(base),
    owner,
    owner_command: isOwn ? null : upgradeCommand(distributor, base.version),
  };
}

function rendered(answer: {
  readonly platform: string;
  readonly from: string | null;
  readonly upstream: readonly Listed[];
  readonly installed: readonly Kept[];
  readonly in_use: InUse | null;
}): string {
  const { platform, from, upstream, installed, in_use: used } = answer;
  const lines = [
    ...(from === null ? [] : [`listed for ${platform} in ${from}`]),
    ...upstream.map(
      (one) =>
        `  ${titleOf(one, platform)}  ${one.allowed ? "allowed" : `not allowed: ${one.why}`}${one.installed === null ? "" : ", kept here"}`,
    ),
    installed.length === 0 ? "kept here: none" : "kept here",
    ...installed.flatMap((one) => [
      `  ${titleOf(one, platform)}  ${one.path}${one.pinned ? ", pinned by prime.lock" : ""}`,
      ...one.used_by.map(
        ({ root, environment }) =>
          `    in use by ${root ?? environment}${root === null ? "" : ` (${environment.split("/").at(-1)})`}`,
      ),
    ]),
    ...(used === null
      ? []
      : [
          `in use here: ${used.version}, ${used.path}${used.owner === null ? "" : ` (of ${used.owner}, which upgrades it${used.owner_command === null ? "" : `: ${used.owner_command}`})`}`,
        ]),
  ];
  return `${lines.map(oneLine).join("\n")}\n`;
}

/** With the platform where it is another one than this machine's own name. */
function titleOf({ implementation, version, variant, build, platform }: PythonBuild, here: string): string {
  const name = `${implementation === "cpython" ? "" : `${implementation}-`}${version}${variant === null ? "" : `+${variant}`}`;
  return `${name.padEnd(10)} ${build.padEnd(8)}${platform === here ? "" : `  ${platform}`}`;
}
