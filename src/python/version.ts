import { compare, explain, satisfies, validRange } from "@renovatebot/pep440";
import { PrimeError } from "../errors.ts";
import { quoted } from "../quoted.ts";

/** What a repo asks for. Every form keeps the text as written, since padding it would change its meaning for uv. */
export interface VersionRequest {
  /** As written; "" for any. */
  readonly text: string;
  /** `undefined`: whichever implementation answers under the name `python`. */
  readonly implementation: "cpython" | "pypy" | undefined;
  readonly wanted:
    | { readonly kind: "any" }
    | { readonly kind: "release"; readonly release: readonly number[]; readonly prerelease: string }
    /** A PEP 440 range without empty clauses. */
    | { readonly kind: "range"; readonly range: string };
  /** The interpreter itself (absolute) that was asked for, whatever version it is. */
  readonly file?: string;
}

/** A version of an interpreter. */
export interface Version {
  /** As `sys.implementation.name` says it, e.g. `cpython`, `pypy`. */
  readonly implementation: string;
  /** `X.Y.Z`: of the language, also for PyPy. */
  readonly version: string;
  /** `a1`, `b2`, `rc1`; "" or absent for a final release. */
  readonly prerelease?: string;
}

const RELEASE = /^(?:(cpython|pypy|python)(?:[-@]?(?=\d)|$))?(?:(\d+(?:\.\d+){0,2})((?:a|b|rc)\d+)?)?$/;
/** Far enough ahead to find by name any `python3.N` that a machine can have. */
const MINORS = [...Array(31).keys()];
/** Later than any patch that a range names. */
export const LATE_PATCH = 999;
/** The oldest Python that prime works with at all. */
const OLDEST_MINOR = 6;

/**
 * Reads `3`, `3.12`, `3.12.1`, `3.14.0rc1`, one of these after `cpython-`, `cpython@`, `pypy`, `pypy@` or `python`,
 * such a name alone, or a PEP 440 range; `null`, "" and `any` are "any". Throws `python-version-request` for anything
 * else, for Python 2 and for a range that no version of Python 3 can fit.
 */
export function parseRequest(text: string | null): VersionRequest {
  const request = parseLimit(text);
  const { wanted } = request;
  if (wanted.kind === "release" && wanted.release[0] !== 3) {
    throw refusal(`could not use ${requiring(text)}: prime works with Python 3 alone`);
  }
  if (wanted.kind === "range" && !fitsAny(wanted.range)) {
    throw refusal(
      `could not use ${requiring(text)}: no version of Python 3 fits this range`,
      "correct the range, e.g. `>=3.9,<3.14`",
    );
  }
  return request;
}

/** The same of what a flag says, which may be the path of an interpreter (absolute) as well. */
export function parseFlag(text: string | null): VersionRequest {
  return text?.startsWith("/") ? { ...parseRequest(null), text, file: text } : parseRequest(text);
}

/** The same of what a rule allows, which may be none that prime works with: then the rule refuses each. */
export function parseLimit(text: string | null): VersionRequest {
  const written = (text ?? "").trim();
  if (written === "" || written === "any") return { text: "", implementation: undefined, wanted: { kind: "any" } };
  const request = readRelease(written) ?? readRange(written);
  if (request === undefined) throw refusal(`could not understand ${requiring(text)}`);
  return request;
}

/** Whether an interpreter is what was asked for. A pre-release only fits a request that names one (PEP 440). */
export function fits(request: VersionRequest, version: Version): boolean {
  if (request.file !== undefined) return true;
  if (request.implementation !== undefined && request.implementation !== version.implementation) return false;
  const prerelease = version.prerelease ?? "";
  const wanted = request.wanted;
  switch (wanted.kind) {
    case "any":
      return prerelease === "" && version.version.startsWith("3.");
    case "release":
      return prerelease === wanted.prerelease && startsWith(numbersOf(version.version), wanted.release);
    case "range":
      return fitsRange(version.version + prerelease, wanted.range);
  }
}

/** The same for a version that somebody chose by itself: a pre-release needs nobody to name it. */
export function allows(request: VersionRequest, version: Version): boolean {
  const { wanted } = request;
  const full = version.version + (version.prerelease ?? "");
  if (fits(request, version)) return true;
  if ((request.implementation ?? version.implementation) !== version.implementation) return false;
  if (wanted.kind === "range") return satisfies(full, wanted.range, { prereleases: true });
  return wanted.kind === "any" || (wanted.prerelease === "" && startsWith(numbersOf(full), wanted.release));
}

/** Whether some version of Python 3 is what both ask for; how far it is from its final release has no part in that. */
export function canMeet(one: VersionRequest, other: VersionRequest): boolean {
  const asked = [one.wanted, other.wanted];
  return asked.flatMap(examples).some((version) => asked.every((wanted) => isWithin(version, wanted)));
}

/** Versions of which one fits, if any does that another request narrows. */
function examples(wanted: VersionRequest["wanted"]): string[] {
  if (wanted.kind === "range") return candidates(wanted.range);
  const [major = 3, minor, patch] = wanted.kind === "release" ? wanted.release : [];
  const minors = minor === undefined ? MINORS : [minor];
  const patches = patch === undefined ? [0, LATE_PATCH] : [patch];
  return minors.flatMap((one) => patches.map((last) => `${major}.${one}.${last}`));
}

function isWithin(version: string, wanted: VersionRequest["wanted"]): boolean {
  if (wanted.kind === "range") return fitsRange(version, wanted.range);
  return wanted.kind === "any" || startsWith(numbersOf(version), wanted.release);
}

/**
 * The version as a selector gets it: absent parts are 0; for a range it is the lowest version of Python 3 that fits;
 * for any it is (3, 0, 0), since Python 3 is what every repo asks for.
 */
export function selectorTuple(request: VersionRequest): [number, number, number] {
  const { wanted } = request;
  const [lowest = "3"] = wanted.kind === "range" ? fitting(wanted.range) : [];
  const [major = 3, minor = 0, patch = 0] = wanted.kind === "release" ? wanted.release : numbersOf(lowest);
  return [major, minor, patch];
}

/**
 * The names to look for in `PATH`, in the order of the search: the most exact first. Where the minor version is open,
 * every `python3.N` that could fit follows, newest first, for machines that have no plain `python3`.
 */
export function basenames(request: VersionRequest): string[] {
  const name = request.implementation === "pypy" ? "pypy" : "python";
  const wanted = request.wanted;
  const release = wanted.kind === "release" ? wanted.release : [3];
  const prefixes = release.map((_, index) => release.slice(0, release.length - index).join("."));
  const names = [...prefixes.map((prefix) => name + prefix), name];
  return release.length > 1 ? names : [...names, ...minorsThatFit(wanted).map((minor) => `${name}3.${minor}`)];
}

/** For people, e.g. `Python 3.12`, `PyPy 3.10`, `Python >=3.9,<3.13`, `any Python 3`. */
export function describe(request: VersionRequest): string {
  const name = request.implementation === "pypy" ? "PyPy" : request.implementation === "cpython" ? "CPython" : "Python";
  const wanted = request.wanted;
  if (request.file !== undefined) return request.file;
  if (wanted.kind === "any") return `any ${name} 3`;
  return `${name} ${wanted.kind === "range" ? wanted.range : wanted.release.join(".") + wanted.prerelease}`;
}

/**
 * The text for `uv python find` and `uv python install`: as written, never padded (no build is called `3.12.0` when
 * 3.12 was asked for). `python3.12` is `3.12` to uv, which would take the former for the name of an executable.
 */
export function uvRequest(request: VersionRequest): string {
  const wanted = request.wanted;
  if (wanted.kind === "range") return wanted.range;
  if (wanted.kind === "any") return request.implementation ?? "3";
  const version = wanted.release.join(".") + wanted.prerelease;
  return request.implementation === undefined ? version : `${request.implementation}@${version}`;
}

/** Below zero when `left` is the lower version; a pre-release is lower than its final release. */
export function compareVersions(left: Version, right: Version): number {
  const [one, other] = [left, right].map(({ version, prerelease = "" }) => version + prerelease) as [string, string];
  if (/[^\d.]/.test(one + other)) return compare(one, other);
  return Number(isBelow(other, one)) - Number(isBelow(one, other));
}

function requiring(text: string | null): string {
  return `the required python version \`${quoted((text ?? "").trim())}\``;
}

const FORMS = "write e.g. `3.12`, `pypy3.10` or `>=3.9,<3.13` (PEP 440)";

function refusal(message: string, hint = FORMS): PrimeError {
  return new PrimeError("python-version-request", message, hint);
}

function readRelease(text: string): VersionRequest | undefined {
  const [matched, name, release, prerelease] = RELEASE.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const implementation = name === "cpython" || name === "pypy" ? name : undefined;
  if (release === undefined) return { text, implementation, wanted: { kind: "any" } };
  return {
    text,
    implementation,
    wanted: { kind: "release", release: numbersOf(release), prerelease: prerelease ?? "" },
  };
}

/** Characters; each clause is looked at for each version. */
const MOST_OF_RANGE = 1000;

/** PEP 440 knows no empty clause, but `>=3.9,` stands in real projects and every installer takes it. */
function readRange(text: string): VersionRequest | undefined {
  if (text.length > MOST_OF_RANGE) return undefined;
  const clauses = text.split(",").map((clause) => clause.trim());
  const range = clauses.filter((clause) => clause !== "").join(",");
  if (range === "" || (fitsPlainly("3", range) === undefined && !validRange(range))) return undefined;
  return { text, implementation: undefined, wanted: { kind: "range", range } };
}

function fitsRange(version: string, range: string): boolean {
  const fitting = fitsPlainly(version, range);
  if (fitting !== undefined) return fitting;
  const named = range.split(",").some((clause) => explain(versionIn(clause))?.is_prerelease);
  return satisfies(version, range, { prereleases: named });
}

/** The same where all are numbers, as they mostly are: what reads the whole of PEP 440 takes 2 ms at first. Undefined for any other. */
function fitsPlainly(version: string, range: string): boolean | undefined {
  const clauses = range.split(",").map((clause) => /^(>=|<) *(\d+(?:\.\d+)*)$/.exec(clause));
  if (/[^\d.]/.test(version) || clauses.includes(null)) return undefined;
  return clauses.every((clause) => isBelow(version, clause?.[2]) === (clause?.[1] === "<"));
}

function isBelow(version: string, other = ""): boolean {
  const [numbers, others] = [numbersOf(version), numbersOf(other)];
  const differing = [...numbers, ...others].findIndex((_, at) => (numbers[at] ?? 0) !== (others[at] ?? 0));
  return differing >= 0 && (numbers[differing] ?? 0) < (others[differing] ?? 0);
}

/**
 * Versions of Python 3 that fit, lowest first: of each minor that has any, the lowest one, which is its first, one that
 * the range names, or the next patch after one that it names.
 */
function fitting(range: string): string[] {
  return candidates(range)
    .filter((candidate) => fitsRange(candidate, range))
    .sort(compare);
}

/** The first candidates mostly fit: each look costs, and every cold start takes this one. */
function fitsAny(range: string): boolean {
  return candidates(range).some((candidate) => fitsRange(candidate, range));
}

function candidates(range: string): string[] {
  const named = range.split(",").flatMap((clause) => {
    const version = versionIn(clause);
    const [major = 3, minor = 0, patch = 0] = numbersOf(version);
    return major === 3 ? [version, `3.${minor}.${patch}`, `3.${minor}.${patch + 1}`] : [];
  });
  return [...named, ...MINORS.map((minor) => `3.${minor}.0`)];
}

function minorsThatFit(wanted: VersionRequest["wanted"]): number[] {
  const minors =
    wanted.kind === "range" ? new Set(fitting(wanted.range).map((version) => numbersOf(version)[1])) : undefined;
  return MINORS.filter((minor) => minor >= OLDEST_MINOR && (minors?.has(minor) ?? true)).reverse();
}

function versionIn(clause: string): string {
  return clause.replace(/^[~=!<>\s]+/, "").replace(/\.\*$/, "");
}

/** The numbers at the start of a version: `3.12.0rc1` → 3, 12, 0. */
function numbersOf(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
}

function startsWith(numbers: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((part, index) => numbers[index] === part);
}

/** `X.Y` of `X.Y.Z`. */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
