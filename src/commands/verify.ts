import * as path from "node:path";
import { type Job, lastLines } from "../builder/job.ts";
import { type LockFit, lockFitsByText } from "../builder/resolve/lock-by-text.ts";
import { lockFits } from "../builder/resolve/uv-lock.ts";
import { provision } from "../builder/uv-tool.ts";
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { type Decision, decide, look, type Undecided, unfitLock } from "../decision/decide.ts";
import { inWorkFolder } from "../edges/files/change.ts";
import { isFile, readText, sha256OfFile } from "../edges/files/read.ts";
import type { Answer } from "../launch/answer.ts";
import { inspectProject } from "../project/inspect.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { type SearchOptions, searchPython } from "../python/search/search.ts";
import { describe } from "../python/version.ts";
import { configFindings } from "./doctor/examine/config.ts";
import { askGitOfClone, cloneFindings } from "./doctor/examine/git.ts";
import { launcherFacts, launcherFindings } from "./doctor/examine/launcher.ts";
import { type Finding, orFinding, sound, wrong } from "./doctor/finding.ts";
import { tellFindings } from "./doctor/report.ts";
import { lastRelease } from "./self-update/kept.ts";

export interface VerifyRequest {
  readonly json: boolean;
  /** Projects may be built to learn what they require. */
  readonly builds: boolean;
}

/**
 * `./prime verify`, for CI: whether what is committed gives every clone the same environment. Runs nothing of the repo, unless it
 * may build, and leaves the root as it is. Status 1 when something is wrong.
 */
export async function verify(context: Context, { json, builds }: VerifyRequest): Promise<Answer> {
  const config = await configFindings(() => loadConfig(context));
  const link = path.resolve(context.root, config.loaded?.config.local_venv_dir_rel_path.value ?? ".venv");
  const findings = [
    ...launcherFindings(launcherFacts(context)),
    ...releaseFindings(context),
    ...cloneFindings(await askGitOfClone(context, link), context.launcher),
    ...config.findings,
    ...(config.loaded === undefined ? [] : [await lockFinding(context, builds)]),
  ];
  return tellFindings(context, findings, json);
}

/** Where `self-update` has put a release in place: whether it still is that one. */
function releaseFindings(context: Context): Finding[] {
  const release = lastRelease(context);
  if (release === undefined || release.version !== context.version) return [];
  const { version, from } = release;
  if (sha256OfFile(context.launcher) === release.sha256) {
    return [sound("release", `${context.launcher} is the release ${version}, by ${from}`)];
  }
  return [
    wrong(
      "release",
      `${context.launcher} says that it is prime ${version}, and is not what was released (by ${from})`,
      `./prime self-update ${version} --from …`,
    ),
  ];
}

async function lockFinding(context: Context, builds: boolean): Promise<Finding> {
  return inWorkFolder(path.join(context.places.cache, "verify"), (work) =>
    orFinding("lock", async () => {
      const looked = await look(context);
      const { config } = looked;
      const decision = "notKnown" in looked ? undefined : looked;
      const project = decision?.project ?? (await inspectProject(context.root, config, config.venv_driver.value));
      const python = await startable(looked);
      const base = decision === undefined ? python : (decision.asked?.base ?? decision.selected);
      const [unfit] = typeof base === "string" ? [] : unfitLock(project, base);
      if (unfit !== undefined) return wrong("lock", unfit, "lock anew with the tool that wrote it, and commit it");
      if (project.kind === "pylock") return sound("lock", "pylock.toml fits pyproject.toml");
      if (project.uvLock === null) return noLock(context.root);
      const name = path.relative(context.root, project.uvLock);
      const job = { context, folders: looked.folders, log: path.join(work, "log"), project, steps: [] };
      const byTexts = { ...looked, python, lock: project.uvLock, work: path.join(work, "texts") };
      const fit = builds ? await byBuilding(job) : await byText(job, byTexts);
      if ("why" in fit) {
        const mend = builds ? "mend what these words name" : "`./prime verify --build` builds what that takes";
        return wrong("lock", `whether ${name} fits can't be told: ${fit.why}`, mend);
      }
      if (fit.fits) return sound("lock", `${name} fits pyproject.toml`);
      return wrong("lock", `${name} does not fit what pyproject.toml asks for`, "`./prime uv lock`, and commit it");
    }),
  );
}

function noLock(root: string): Finding {
  const isPassedOver = isFile(path.join(root, "uv.lock"));
  return sound("lock", isPassedOver ? "nothing is installed from uv.lock" : "the repo has no uv.lock");
}

/** An interpreter that a look may start, whatever is recorded of others; else why there is none. */
async function startable({ request, search }: Decision | Undecided): Promise<Interpreter | string> {
  const { selected, fits, passedOver } = await searchPython(request, startingNow(search));
  if (selected !== undefined && fits) return selected;
  const tried = passedOver.map(({ path: file, why }) => `\n  ${file}: ${why}`).join("");
  return `no Python was found that fits ${describe(request)} and that looking may start${tried}`;
}

function startingNow(search: SearchOptions): SearchOptions {
  return { ...search, root: "/", starting: { ...search.starting, isLook: false } };
}

interface ByText extends Pick<Decision, "config" | "search"> {
  readonly python: Interpreter | string;
  /** Absolute. */
  readonly lock: string;
  readonly work: string;
}

/** By any such interpreter: which one it is has no part in the answer. */
async function byText(job: Job, { config, search, python, lock, work }: ByText): Promise<LockFit> {
  if (typeof python === "string") return { why: python };
  const uv = await provision(job, { config, selected: python, search: startingNow(search) });
  return lockFitsByText(job, uv, { python: python.executable, lock, work });
}

async function byBuilding(job: Job): Promise<LockFit> {
  const decision = await decide(job.context, false);
  const uv = await provision(job, decision);
  const clean = { ...uv, env: { ...uv.env, PYTHONDONTWRITEBYTECODE: "1" } };
  const fits = await lockFits(job, decision, clean, (decision.asked?.base ?? decision.selected).executable);
  return fits === undefined ? { why: `uv says:\n${lastLines(readText(job.log) ?? "")}` } : { fits };
}
