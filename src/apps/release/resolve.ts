import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { compare, explain } from "@renovatebot/pep440";
import { type Job, tryStep } from "../../builder/job.ts";
import { requirePython } from "../../builder/required-python.ts";
import { withoutCredentials } from "../../builder/resolve/credentials.ts";
import { provision } from "../../builder/uv-tool.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import { decide } from "../../decision/decide.ts";
import { now } from "../../edges/clock.ts";
import { makeNewFolder, writePlain } from "../../edges/files/change.ts";
import { makerMark } from "../../edges/files/own/maker-mark.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { sha256 } from "../../edges/files/read.ts";
import type { Outcome } from "../../edges/processes/run.ts";
import { makeFolders, newLog } from "../../environment/folders.ts";
import { PrimeError } from "../../errors.ts";
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
import type { Fetched } from "../../sources/fetched.ts";
import { packageOf, versionIn } from "../../sources/source-file.ts";
import { isTable, type Table } from "../../toml.ts";
import { lockedIn } from "../../upgrade/packages/resolution-solver.ts";
import { resolveWithin, type Solver } from "../../upgrade/packages/solver.ts";
import { limitArguments } from "../../uv/limits.ts";
import type { UvTool } from "../../uv/tool.ts";
import type { App } from "../app.ts";
import { refuseHost, rulesOf } from "../policy.ts";
import { keepDigests } from "./digests.ts";
import { eggConverter } from "./eggs.ts";
import { mainPackage, SETTINGS, type Wanted } from "./wanted.ts";

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
  /** `X.Y`, which it was resolved for. */
  readonly python: string;
  /** Its files that lie on this machine are in the folder `files` beside it. */
  readonly pylock: string;
  readonly files: readonly LocalFile[];
  readonly packages: Readonly<Record<string, string>>;
  /** A newer version that a place has, and that does not fit. */
  readonly newer?: string | undefined;
  /** Files that a place lists, and has no more. */
  readonly gone?: readonly string[];
  /** Commands for sh that the release brings, beside those of the app. */
  readonly verify?: readonly string[];
}

interface Given {
  readonly policy: Policy;
  readonly fetched: Fetched;
  /** The packages that the app runs on, and their versions: a place that has lost one of these is down, which sends nobody back. */
  readonly runs: Readonly<Record<string, string>>;
}

/**
 * Resolves what an app wants, without a look at what is installed: where a release was withdrawn, yanked or excluded, this goes down.
 * `context`: of the wanted project.
 */
export async function resolveApp(
  context: Context,
  app: App,
  wanted: Wanted,
  { policy, fetched, runs }: Given,
): Promise<Resolved> {
  const decision = await decide(context, false);
  makeFolders(decision.folders);
  const job: Job = { context, log: newLog(decision.folders, now(), process.pid), project: decision.project, steps: [] };
  const uv = await provision(job, decision);
  const base = decision.asked?.base ?? (await requirePython(job, decision, uv));
  const work = path.join(wanted.root, `work.${makerMark()}`);
  makeNewFolder(work);
  try {
    const output = path.join(work, "pylock.toml");
    fetched.convert = eggConverter(job, uv, { python: base.executable, folder: work });
    const gone = new Map<string, string>();
    const look = resolveByRules(job, app, policy, async (limits) => {
      const constraints = path.join(work, "constraints.txt");
      const command = resolveCommand(uv, wanted, base.executable, { output, fetched });
      const args = [...command.args, "--constraints", constraints, ...limitArguments(limits)];
      const title = `look for releases of ${app.config.name}`;
      let first: Outcome | undefined;
      for (;;) {
        writePlain(constraints, `${[...limits.constraints, ...gone.keys()].join("\n")}\n`);
        const outcome = await tryStep(job, title, { ...command, args }, { otherwise: "not so" });
        if (outcome.ok) return { outcome, text: "", packages: lockedIn(await readPylock(output)) };
        const lost = fetched.failure === undefined ? goneIn(outcome.output) : undefined;
        first ??= outcome;
        const isLeft = lost === undefined || runs[lost.name] === lost.version || gone.has(lost.without);
        if (isLeft || gone.size === MOST_GONE) return { outcome: first, text: "", packages: [] };
        gone.set(lost.without, lost.file);
        job.context.terminal.warn(`${lost.file} is listed, and is not there (404): that version is passed over`);
      }
    });
    await look.catch((error: unknown) => {
      throw fetched.failure ?? fetched.gone ?? error;
    });
    const read = await readPylock(output);
    const rules = rulesOf(app, policy);
    const table = { ...read.table, packages: packagesOf(read.table).map((entry) => fetched.withoutUnasked(entry)) };
    const places = withPlaces(table, (key, text) => {
      if (key === "path") return path.resolve(work, text);
      const url = fetched.originOf(text)?.url ?? text;
      refuseHost(rules, url);
      return withoutCredentials(url);
    });
    const lock = pylockOf(places, work);
    refuseWithoutDigests(app, lock);
    keepDigests(app, places);
    const version = lock.packages.find(({ name }) => name === mainPackage(app))?.version ?? "0";
    const newest = fetched.newestOf(mainPackage(app));
    const { table: kept, files } = withFilesBeside(table, fetched);
    const pylock = renderPylock(kept);
    const python = base.version.split(".").slice(0, 2).join(".");
    return {
      id: `${version.replace(/[^A-Za-z0-9.+!_-]/g, "_")}-${sha256(`${python}\n${pylock}`).slice(0, 8)}`,
      ...{ version, python, pylock, files },
      gone: [...gone.values()],
      newer: newest !== undefined && explain(version) !== null && compare(newest, version) > 0 ? newest : undefined,
      packages: Object.fromEntries(lock.packages.map((one) => [one.name, one.version ?? ""])),
    };
  } finally {
    remove(work);
  }
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
    if (!(error instanceof PrimeError)) throw error;
    throw new PrimeError(error.id, error.message, {
      hint:
        error.id === "upgrade-refused"
          ? `see [upgrade] of ${config.name}; what is installed goes on`
          : /there are no versions of/.test(error.message)
            ? "what is installed goes on; a page to log in may have answered in the place of an index that had some before"
            : "what is installed goes on",
      cause: error,
    });
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

function refuseWithoutDigests(app: App, { packages }: Pylock): void {
  const bare = packages.find(({ digests }) => digests.length === 0);
  if (bare === undefined) return;
  throw new PrimeError(
    "no-digest",
    `could not take ${bare.name} ${bare.version ?? ""} for ${app.config.name}: its source tells no sha256 of it`,
    {
      hint: "use an index that tells digests (PEP 503, `#sha256=`), or a folder",
    },
  );
}

/** Nothing that was installed or resolved before is preferred, and what uv has cached of indexes is asked for again. */
function resolveCommand(
  { file, env }: UvTool,
  { root, asksUser }: Wanted,
  python: string,
  { output, fetched }: { readonly output: string; readonly fetched: Fetched },
) {
  const args = [
    ...["pip", "compile", "--python", python, "--no-header", "--format", "pylock.toml", "--refresh"],
    ...["--index-strategy", "first-index", "--output-file", output, path.join(root, "pyproject.toml")],
  ];
  const own = Object.entries(env).filter(
    ([name]) => !/^UV_(?:INDEX$|INDEX_URL|DEFAULT_INDEX|EXTRA_INDEX|FIND_LINKS|NO_INDEX|CONFIG_FILE)/.test(name),
  );
  const alone = { ...Object.fromEntries(own), UV_CONFIG_FILE: path.join(root, SETTINGS) };
  return { file, args, env: { ...(asksUser ? env : alone), ...fetched.direct(env) }, cwd: root };
}
