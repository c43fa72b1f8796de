import type { Config } from "../config/config.ts";
import type { PrimeLock } from "../config/lock/prime-lock.ts";
import type { PythonBuild } from "../config/lock/python-build.ts";
import type { Policy } from "../config/policy/policy.ts";
import { declaredRange } from "../config/required.ts";
import type { Sourced } from "../config/source.ts";
import { EXIT_POLICY, PrimeError, tolerate, usageError } from "../errors.ts";
import { InputCollector } from "../inputs/collector.ts";
import { bestOf, runsOn } from "../provision/python/platforms.ts";
import { describe, parseRequest, type VersionRequest } from "../python/version.ts";
import { chooseInterpreter, type InterpreterQuestion, type PythonRange } from "./rules/interpreter.ts";
import { describeSource, type RefusedVersion } from "./rules/ruling.ts";

/** A request for a build: a version request, and the variant (how it is built). */
export interface PythonBuildRequest {
  readonly request: VersionRequest | null;
  readonly variant: string | null;
}

/** Reads `3.13`, `>=3.12,<3.14`, `3.13t`, `3.13+freethreaded`, `3.13+debug`. */
export function parseBuildRequest(text: string | undefined): PythonBuildRequest {
  const [, named = text, variant, short] = /^(.*\d(?:\.\*)?)(?:\+([a-z+]+)|(t))$/.exec(text ?? "") ?? [];
  const request = named === undefined ? null : askedFor(named);
  return { request, variant: variant ?? (short === undefined ? null : "freethreaded") };
}

function askedFor(text: string): VersionRequest {
  return tolerate(
    () => parseRequest(text),
    ({ id, message, hint }) => {
      throw usageError(id, message.replace("required python version", "Python"), hint);
    },
  );
}

/** A request, for people. */
export function describeBuildRequest({ request, variant }: PythonBuildRequest): string {
  return `${request === null ? "any Python" : describe(request)}${variant === null ? "" : ` (${variant})`}`;
}

/** The ranges that the repo itself allows, each with the place that says so. */
export async function rangesOf({ required_python_version: required, root }: Config): Promise<PythonRange[]> {
  const declared = await declaredRange(root, new InputCollector());
  const said = [required, ...(declared === undefined ? [] : [declared])];
  return said
    .filter((one): one is Sourced<string> => one.value !== null)
    .map(({ value, source }) => ({ text: value, place: describeSource(source, root) }));
}

export interface BuildQuestion extends PythonBuildRequest {
  readonly builds: readonly PythonBuild[];
  /** The platform of this machine. */
  readonly here: string;
  readonly ranges: readonly PythonRange[];
  readonly current: InterpreterQuestion<PythonBuild>["current"];
  readonly policy: Policy;
  readonly now: number;
  readonly root: string;
  readonly knownBad?: ReadonlySet<string>;
}

/** The build that the rules choose for this machine; `null`: what is in use stays. */
export function chooseBuild(question: BuildQuestion) {
  const { here, variant, builds, current, knownBad = new Set<string>() } = question;
  const fitting = ofPlatform(builds, here)
    .filter((build) => variant === null || build.variant === variant)
    .map((build) => (variant === null ? build : { ...build, variant: null }));
  const usual = current === null || variant === null ? current : { ...current, variant: null };
  const choice = chooseInterpreter({ ...question, builds: fitting, platform: here, current: usual, knownBad });
  const to = choice.to === null ? null : { ...choice.to, variant };
  const original = to && builds.find(({ sha256, url }) => sha256 === to.sha256 && url === to.url);
  return { ...choice, to: original ?? null };
}

/**
 * The builds that run here, each under this machine's own platform name. Of one version, builds for all processors come
 * before builds for newer ones.
 */
function ofPlatform(builds: readonly PythonBuild[], here: string): PythonBuild[] {
  const same = builds.filter(({ platform }) => platform === here);
  const versions = new Set(same.map(({ version, variant }) => `${version} ${variant}`));
  const newer = builds.filter(
    (build) => build.platform !== here && runsOn(build, here) && !versions.has(`${build.version} ${build.variant}`),
  );
  return [...same, ...newer.map((build) => ({ ...build, platform: here }))];
}

/** The error when the rules allow no build that was asked for. */
export function refusedBuild(what: string, from: string, here: string, refused: readonly RefusedVersion[]): PrimeError {
  const [first] = refused;
  if (first === undefined) {
    return new PrimeError(
      "no-build",
      `could not find ${what} for ${here} in ${from}`,
      "`./prime python list --all` shows what there is; `manifest` in [upgrade] names another list",
    );
  }
  const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : "";
  return new PrimeError(
    "python-refused",
    `could not take ${what}: ${first.why}${others}`,
    `${first.rule === "requires-python" ? "" : `the rule is \`${first.rule}\`: `}ask for another version, or change what forbids it`,
    { exitCode: EXIT_POLICY },
  );
}

/**
 * What other clones need to know of a lock: that a build lies in a folder of this machine, or that there is none for a
 * platform of the policy.
 */
export function wordsOnLock({ python }: PrimeLock, { platforms }: Pick<Policy, "platforms">): string[] {
  const builds = python?.builds ?? [];
  const local = builds.filter(({ url }) => url.startsWith("file:")).slice(0, 1);
  return [
    ...(platforms.value ?? [])
      .filter((name) => !builds.some(({ platform }) => platform === name))
      .map((name) => `prime.lock has no build for ${name} of \`platforms\`: none is listed`),
    ...local.map(
      ({ url }) => `prime.lock names ${url}: another machine needs that file there, or \`mirrors\` in [upgrade]`,
    ),
  ];
}

/**
 * The prime.lock that pins a build for this machine. It has one build of the same version for each platform that the
 * policy names, or for all that are listed, of the same tag if there is one. A build that is not listed any more stays
 * as it was locked.
 */
export function primeLockFor(
  build: PythonBuild,
  builds: readonly PythonBuild[],
  { platforms }: Pick<Policy, "platforms">,
  lock: PrimeLock,
): PrimeLock {
  const { implementation, version, variant } = build;
  const isSame = (one: PythonBuild) =>
    one.implementation === implementation && one.version === version && one.variant === variant && one.sha256 !== null;
  const before = (lock.python?.builds ?? []).filter(isSame);
  const listed = builds.filter(isSame);
  const all = [...new Set([...listed, ...before].map(({ platform }) => platform))].filter((name) =>
    platforms.value === null ? !/_v\d/.test(name) || name === build.platform : platforms.value.includes(name),
  );
  const chosen = all.flatMap((name) => {
    if (name === build.platform) return build;
    const there = listed.filter(({ platform }) => platform === name);
    const newest = [...there].sort((one, other) => other.build.localeCompare(one.build, "en", { numeric: true }))[0];
    const same = there.find((one) => one.build === build.build) ?? newest;
    return same ?? before.find(({ platform }) => platform === name) ?? [];
  });
  return { ...lock, python: { implementation, version, builds: chosen } };
}

/** The build that prime.lock has for this machine. */
export function lockedBuild({ python }: PrimeLock, here: string): PythonBuild | undefined {
  return python === null ? undefined : bestOf(python.builds, here);
}
