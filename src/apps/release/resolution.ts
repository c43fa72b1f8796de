import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { compare, explain } from "@renovatebot/pep440";
import { type Job, tryStep } from "../../builder/job.ts";
import { withoutCredentials } from "../../builder/resolve/credentials.ts";
import type { Policy } from "../../config/policy/policy.ts";
import { now } from "../../edges/clock.ts";
import { makeTemporaryFolder } from "../../edges/files/change.ts";
import { sha256 } from "../../edges/files/read.ts";
import type { Outcome } from "../../edges/processes/run.ts";
import { PrimeError, passOn } from "../../errors.ts";
import {
  type Pylock,
  packagesOf,
  pylockOf,
  readPylock,
  renderPylock,
  sha256Of,
  withPlaces,
} from "../../project/files/pylock.ts";
import { decodePath } from "../../project/packages.ts";
import type { Interpreter } from "../../python/interpreter.ts";
import { minorOf } from "../../python/version.ts";
import type { Fetched } from "../../sources/fetched.ts";
import { packageOf, versionIn } from "../../sources/source-file.ts";
import { isTable, type Table } from "../../toml.ts";
import { packagesInPylock } from "../../upgrade/packages/resolution-solver.ts";
import { resolveWithin, type Solver } from "../../upgrade/packages/solver.ts";
import { complementsOf } from "../../upgrade/rules/limits.ts";
import type { Limits } from "../../uv/limits.ts";
import type { UvTool } from "../../uv/tool.ts";
import type { App } from "../app.ts";
import { refuseHost, rulesOf } from "../policy.ts";
import { type Above, commandArguments, environmentOf } from "./question.ts";
import { mainPackage, type Wanted } from "./wanted.ts";
import { keepDigests } from "./wheels/digests.ts";

/** A file that a release keeps, since its place may lose it. */
export interface LocalFile {
  /** Absolute. */
  readonly from: string;
  /** Relative to the release. */
  readonly to: string;
  readonly sha256: string;
}

/** What a fresh install would give now. */
export interface Resolved {
  readonly id: string;
  readonly version: string;
  /** A request for the interpreter that it was resolved for: of its minor version. */
  readonly python: string;
  /** Its files that lie on this machine are in the folder `files` beside it. */
  readonly pylock: string;
  readonly files: readonly LocalFile[];
  readonly packages: Readonly<Record<string, string>>;
  /** A newer version that a place has, and that does not fit. */
  readonly newer?: string | undefined;
  /** Files that a place lists, and has no more. */
  readonly gone?: readonly string[];
  /** What is newer and for another Python, and why it stays with this one. */
  readonly stays?: string;
  /** Commands for sh that the release brings, beside those of the app. */
  readonly verify?: readonly string[];
}

/** With what an app is resolved. */
export interface Means {
  readonly job: Job;
  readonly uv: UvTool;
  readonly app: App;
  readonly wanted: Wanted;
  readonly policy: Policy;
  readonly fetched: Fetched;
  /** The packages that the app runs on, and their versions: a place that has lost one of these is down, which sends nobody back. */
  readonly runs: Readonly<Record<string, string>>;
  /** For a process of the app's that runs: what is found is imported there, so that no other interpreter will do. */
  readonly isWithin: boolean;
  /** What was found to be listed and not there: the constraint (PEP 508) that does without it, and the file. */
  readonly gone: Map<string, string>;
  /** Absolute; removed when all is done. */
  readonly work: string;
}

/** What one resolution came to. */
export interface Resolution {
  /** Undefined: nothing, because of `error`. */
  readonly found: Resolved | undefined;
  readonly error: PrimeError | undefined;
  /** What it was asked within, and uv's own last words. */
  readonly limits: Limits;
  readonly output: string;
  /** The lock as uv has made it. */
  readonly table: Table;
  /** Throws for files that can't be taken; keeps the digests of those that are. */
  readonly settle: () => Resolved;
}

/** Resolves for one interpreter, without a look at what is installed; `but`: constraints (PEP 508) beside those of the rules. */
export async function resolveOn(
  means: Means,
  base: Interpreter,
  but: readonly string[],
  above?: Above,
): Promise<Resolution> {
  const title = `look for ${above === undefined ? `releases of ${means.app.config.name}` : `a newer ${above.name}`}`;
  const { job, app, uv, wanted, policy, fetched, runs, gone } = means;
  const work = makeTemporaryFolder(path.join(means.work, "on."));
  const output = path.join(work, "pylock.toml");
  const last: { limits: Limits; output: string } = { limits: NO_LIMITS, output: "" };
  fetched.forgetAsked();
  try {
    await resolveByRules(job, app, policy, async (limits) => {
      let first: Outcome | undefined;
      for (;;) {
        const args = commandArguments(wanted, base, { output, work, limits, but: [...but, ...gone.keys()], above });
        const command = { file: uv.file, args, env: environmentOf(uv, wanted, fetched), cwd: wanted.root };
        const outcome = await tryStep(job, title, command, { otherwise: "none" });
        Object.assign(last, { limits, output: outcome.output });
        if (outcome.ok) return { outcome, text: "", packages: packagesInPylock(await readPylock(output)) };
        const lost = fetched.failure === undefined ? goneIn(outcome.output) : undefined;
        first ??= outcome;
        const isLeft = lost === undefined || runs[lost.name] === lost.version || gone.has(lost.without);
        if (isLeft || gone.size === MOST_GONE) return { outcome: first, text: "", packages: [] };
        gone.set(lost.without, lost.file);
        job.context.terminal.warn(`${lost.file} is listed, and is not there (404): that version is passed over`);
      }
    });
    const read = await readPylock(output);
    const table = { ...read.table, packages: packagesOf(read.table).map((entry) => fetched.withoutUnasked(entry)) };
    const rules = rulesOf(app, policy);
    const places = withPlaces(table, (key, text) => {
      if (key === "path") return path.resolve(work, text);
      const url = fetched.originOf(text)?.url ?? text;
      refuseHost(rules, url);
      return withoutCredentials(url);
    });
    const lock = pylockOf(places, work);
    const found = resolvedOf(means, base, { table, lock });
    const settle = () => {
      refuseWithoutMain(app, found);
      refuseWithoutDigests(app, lock);
      keepDigests(app, places);
      return found;
    };
    return { ...last, table, found, error: undefined, settle };
  } catch (thrown) {
    const error = fetched.failure ?? fetched.gone ?? thrown;
    passOn(error);
    const settle = () => {
      throw error;
    };
    return { ...last, table: {}, found: undefined, error, settle };
  }
}

const NO_LIMITS: Limits = { constraints: [], before: null, beforeByName: new Map(), moving: "all" };

function resolvedOf(
  { app, fetched, policy, gone }: Means,
  base: Interpreter,
  { table, lock }: { readonly table: Table; readonly lock: Pylock },
): Resolved {
  const main = mainPackage(app);
  const version = lock.packages.find(({ name }) => name === main)?.version ?? "0";
  const newest = fetched.newestOf(main);
  const { table: kept, files } = withFilesBeside(table, fetched);
  const pylock = renderPylock(kept);
  const minor = minorOf(base.version);
  return {
    id: `${version.replace(/[^A-Za-z0-9.+!_-]/g, "_")}-${sha256(`${minor}\n${pylock}`).slice(0, 8)}`,
    version,
    pylock,
    files,
    python: requestFor(minor, policy),
    gone: [...gone.values()],
    newer: newest !== undefined && isHigher(newest, version) ? newest : undefined,
    packages: Object.fromEntries(lock.packages.map((one) => [one.name, one.version ?? ""])),
  };
}

/** Of this minor, and none that is excluded. */
function requestFor(minor: string, { exclude }: Policy): string {
  const others = exclude.value.flatMap(({ name, range }) => (name === "python" ? [complementsOf(range)] : []));
  const clauses = others.flatMap((all) => (all.length === 1 ? all : []));
  return clauses.length === 0 ? minor : [`==${minor}.*`, ...clauses].join(",");
}

/** Without the local part (PEP 440), with which nothing is compared. */
export function publicOf(version: string): string {
  return version.split("+", 1)[0] as string;
}

/** By PEP 440; of what is none, nothing is higher. */
export function isHigher(one: string, other: string): boolean {
  return explain(one) !== null && explain(other) !== null && compare(one, other) > 0;
}

/** Of files that a place lists and has no more. */
const MOST_GONE = 20;

/** The file that uv asked for and that is not there, whose it is, and a constraint (PEP 508) that does without it. */
function goneIn(output: string) {
  const [, url = ""] = /Failed to fetch: `?([^\s`]+).*?client error \((?:404|410)\b/s.exec(output) ?? [];
  const file = decodePath(
    url
      .replace(/\.metadata$/, "")
      .split("/")
      .at(-1) ?? "",
  );
  const name = packageOf(file);
  const version = versionIn(file);
  return name === undefined ? undefined : { file, name, version, without: `${name} != ${version}` };
}

/** By the code of an upgrade; nothing is in use, so that all is as in a fresh install. */
async function resolveByRules(job: Job, { config }: App, policy: Policy, solve: Solver["solve"]): Promise<void> {
  const own = { general: null, single: new Map() };
  const solver: Solver = { before: [], text: "", solve, settle: async (text) => text };
  try {
    const { untimed } = await resolveWithin(job, solver, { policy, pins: [], own, now: now() }, "all");
    const names = [...untimed].join(", ");
    if (names !== "") job.context.terminal.warn(`no cool-down holds for ${names}: its source tells no times`);
  } catch (error) {
    passOn(error);
    const { id, message } = error;
    const isRefused = id === "upgrade-refused";
    if (!isRefused && !/there are no versions of/.test(message)) throw error;
    const hint = isRefused
      ? `see [upgrade] of ${config.name}`
      : "a page to log in may have answered in the place of an index that had some before";
    throw new PrimeError(id, message, hint, { cause: error });
  }
}

function withFilesBeside(
  table: Table,
  fetched: Fetched,
): { readonly table: Table; readonly files: readonly LocalFile[] } {
  const files: LocalFile[] = [];
  const beside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(beside);
    if (!isTable(value)) return value;
    const { url, ...rest } = value;
    const fetchedTo = typeof url === "string" ? fetched.originOf(url)?.file : undefined;
    if (typeof url !== "string" || (fetchedTo === undefined && !url.startsWith("file:"))) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, beside(inner)]));
    }
    const from = fetchedTo ?? fileURLToPath(url);
    const to = `files/${path.basename(from)}`;
    files.push({ from, to, sha256: sha256Of(value) ?? "" });
    return { path: to, ...rest };
  };
  return { table: { ...table, packages: packagesOf(table).map(beside) }, files };
}

/** A marker can leave out the app itself. */
function refuseWithoutMain(app: App, { packages }: Resolved): void {
  const main = mainPackage(app);
  if (Object.hasOwn(packages, main)) return;
  throw new PrimeError(
    "no-release",
    `could not take ${main}: what \`packages\` say of it leaves it out on this machine`,
    `look at the marker in "${app.config.packages[0]}"`,
  );
}

function refuseWithoutDigests(app: App, { packages }: Pylock): void {
  const bare = packages.find(({ digests }) => digests.length === 0);
  if (bare === undefined) return;
  throw new PrimeError(
    "no-digest",
    `could not take ${bare.name} ${bare.version ?? ""} for ${app.config.name}: its source tells no sha256 of it`,
    "use an index that tells digests (PEP 503, `#sha256=`), or a folder",
  );
}
