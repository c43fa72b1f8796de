import { compare, explain } from "@renovatebot/pep440";
import { coolDownOf, type Policy } from "../../config/policy/policy.ts";
import { minorOf, parseLimit, type VersionRequest } from "../../python/version.ts";
import { describeSource, describeSources, exclusionOf, isWithin, type RefusedVersion } from "./ruling.ts";

/** What the rules know of a build of an interpreter. */
export interface BuildFacts {
  /** `cpython` */
  readonly implementation: string;
  /** PEP 440, e.g. `3.14.0rc1`. */
  readonly version: string;
  readonly platform: string;
  readonly variant: string | null;
  /** Its tag, mostly the day on which it was made; "" where that is not known. */
  readonly build: string;
  readonly sha256: string | null;
}

/** A range that the repo sets for its interpreter. */
export interface PythonRange {
  /** A version request. */
  readonly text: string;
  /** In words, e.g. `requires-python in pyproject.toml`. */
  readonly place: string;
}

export interface InterpreterQuestion<T extends BuildFacts> {
  readonly builds: readonly T[];
  readonly platform: string;
  /** What the user asks for; null: the best that is allowed. */
  readonly request: VersionRequest | null;
  /** All of these must allow a version. */
  readonly ranges: readonly PythonRange[];
  /** What is in use; `build` is null where nobody knows it. */
  readonly current:
    | (Pick<BuildFacts, "implementation" | "version" | "variant"> & { readonly build: string | null })
    | null;
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Absolute; files in it are shown relative to it. */
  readonly root: string;
  /** sha256 of builds that have failed here. */
  readonly knownBad: ReadonlySet<string>;
}

export interface InterpreterDecision<T> {
  /** null: what is in use stays. */
  readonly to: T | null;
  readonly why: string;
  /** The better builds that were refused, best first; also what is in use, when the rules forbid it. */
  readonly refused: readonly RefusedVersion[];
}

/**
 * Chooses the interpreter of a repo: of the builds for its platform that request, ranges and policy allow, the highest
 * by PEP 440, and of one version the youngest. What is in use stays when nothing is better. When the rules forbid it,
 * it is left, downwards too.
 */
export function chooseInterpreter<T extends BuildFacts>(question: InterpreterQuestion<T>): InterpreterDecision<T> {
  const { builds, platform, request, current } = question;
  const implementation = request?.implementation ?? current?.implementation ?? "cpython";
  const variant = current?.variant ?? null;
  const fitting = builds
    .filter((one) => one.platform === platform && one.implementation === implementation && one.variant === variant)
    .filter(({ version }) => request === null || meets(version, request))
    .sort((one, other) => compareBuilds(other, one));
  const ruled = fitting.map((build) => ({ build, refused: refusalOf(build, question) }));
  const best = ruled.find(({ refused }) => refused === undefined)?.build;
  const misfit = current === null ? undefined : ruleAgainst(current.version, question);
  const isBetter = best !== undefined && isUpgrade(best, misfit === undefined ? current : null, request);
  const taken = isBetter ? best : current;
  const isFit =
    taken !== null && (isBetter || (misfit === undefined && (request === null || meets(taken.version, request))));
  const refused = ruled
    .filter(({ build }) => !isFit || compareBuilds(build, { ...taken, build: taken.build ?? "" }) > 0)
    .flatMap((one) => one.refused ?? [])
    .filter((one, index, all) => isFit || request !== null || index === all.findIndex(isOfMinor(one)));
  const named = [...new Map([...(misfit ? [misfit] : []), ...refused].map((one) => [one.version, one])).values()];
  return { to: isBetter ? best : null, why: reasonOf(question, isBetter ? best : undefined, misfit), refused: named };
}

/**
 * When nothing takes the place of what must not be used, one refusal for each minor version is told: the newest one's.
 */
function isOfMinor({ version }: RefusedVersion) {
  return (other: RefusedVersion) => minorOf(other.version) === minorOf(version);
}

/** Below zero when `left` is the lower version, or the older build of one. */
export function compareBuilds(
  left: Pick<BuildFacts, "version" | "build">,
  right: Pick<BuildFacts, "version" | "build">,
): number {
  return compare(left.version, right.version) || compareTags(left.build, right.build);
}

/** Compares tags by their numbers, part by part. */
function compareTags(left: string, right: string): number {
  return left === right ? 0 : left.localeCompare(right, "en", { numeric: true }); // which is slow the first time
}

type Current = InterpreterQuestion<BuildFacts>["current"];

function isUpgrade(best: BuildFacts, current: Current, request: VersionRequest | null): boolean {
  if (current === null) return true;
  const order = compare(best.version, current.version);
  if (order !== 0) return order > 0 || (request !== null && !meets(current.version, request));
  return current.build !== null && current.build !== "" && compareTags(best.build, current.build) > 0;
}

/** Makes refusals of one version. */
function refusing(version: string) {
  return (rule: RefusedVersion["rule"], why: string): RefusedVersion => ({ name: "python", version, rule, why });
}

function refusalOf(build: BuildFacts, question: InterpreterQuestion<BuildFacts>): RefusedVersion | undefined {
  const { policy, now, root, request, knownBad } = question;
  const { version, sha256 } = build;
  const refuse = refusing(version);
  const what = build.build === "" ? `the build of ${version}` : `the build ${build.build} of ${version}`;
  const against = ruleAgainst(version, question);
  if (against !== undefined) return against;
  const isAsked = request?.wanted.kind === "release" && request.wanted.prerelease !== "";
  const { prereleases } = policy;
  if (isPrerelease(version) && !prereleases.value && !(isAsked && prereleases.sources.length === 0)) {
    const place = prereleases.sources.length === 0 ? "" : ` (${describeSources(prereleases, root)})`;
    return refuse("prereleases", `${version} is a pre-release, which is taken only when asked for${place}`);
  }
  const days = coolDownOf(policy, "python") / DAY_MS;
  const published = dayOf(build.build);
  if (published !== undefined && now - published < days * DAY_MS) {
    const rule = Object.hasOwn(policy.excludeNewerPackage.value, "python") ? "exclude_newer_package" : "exclude_newer";
    const by = rule === "exclude_newer" ? policy.excludeNewer : policy.excludeNewerPackage;
    return refuse(rule, `${what} is younger than ${days} days (${describeSources(by, root)})`);
  }
  if (sha256 === null) return refuse("manifest", `no sha256 is known of ${what}`);
  if (knownBad.has(sha256))
    return refuse("known-bad", `${what} has failed here before: ./prime upgrade --python takes it all the same`);
  return undefined;
}

/**
 * The rule that forbids a version, whatever build it is. That a version in use is young or a pre-release is not held
 * against it.
 */
export function ruleAgainst(
  version: string,
  { ranges, policy, root }: Pick<InterpreterQuestion<BuildFacts>, "ranges" | "policy" | "root">,
): RefusedVersion | undefined {
  const refuse = refusing(version);
  const excluded = exclusionOf(policy, "python", version);
  if (excluded !== undefined)
    return refuse("exclude", `${version} is excluded by ${describeSource(excluded.source, root)} (${excluded.text})`);
  const outside = ranges.find(({ text }) => !meets(version, parseLimit(text)));
  if (outside !== undefined)
    return refuse("requires-python", `${version} is outside of ${outside.text}, ${outside.place}`);
  const { maxMinor, python } = policy;
  if (maxMinor.value !== null && compare(minorOf(version), maxMinor.value) > 0)
    return refuse("max_minor", `${version} is above ${maxMinor.value} (${describeSources(maxMinor, root)})`);
  const unmet = python.value.findIndex((range) => !meets(version, parseLimit(range)));
  if (unmet < 0) return undefined;
  const source = python.sources[unmet];
  return refuse(
    "python",
    `${version} is outside of ${python.value[unmet]} (${source && describeSource(source, root)})`,
  );
}

const DAY_MS = 86_400_000;

/** The day of a build by its tag, in milliseconds since the epoch: the tags of uv's builds are days. */
export function dayOf(tag: string): number | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)/.exec(tag) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day));
}

function isPrerelease(version: string): boolean {
  return explain(version)?.is_prerelease === true;
}

/** Whether a version meets a request; pre-releases have a rule of their own. */
function meets(version: string, { wanted }: VersionRequest): boolean {
  if (wanted.kind === "any") return true;
  if (wanted.kind === "range") return isWithin(version, wanted.range);
  const numbers = explain(version)?.release ?? [];
  const isPart = wanted.release.every((part, index) => numbers[index] === part);
  return isPart && (wanted.prerelease === "" || version.endsWith(wanted.prerelease));
}

function reasonOf(
  { current, ranges, request }: InterpreterQuestion<BuildFacts>,
  best: BuildFacts | undefined,
  misfit: RefusedVersion | undefined,
): string {
  const asked = request === null ? "" : ` that ${request.text} asks for`;
  if (best === undefined) {
    if (misfit !== undefined) return `${misfit.why}, and no build is allowed in its place`;
    return current === null ? `no build${asked} is allowed` : `no better build${asked} is allowed`;
  }
  if (misfit !== undefined) return misfit.why;
  if (current !== null && compare(best.version, current.version) === 0)
    return `a newer build of ${best.version}: ${best.build} in place of ${current.build}`;
  const within = ranges.map(({ text, place }) => `${text} (${place})`).join(" and ");
  return `the newest build${asked}${within === "" ? "" : ` within ${within}`}`;
}
