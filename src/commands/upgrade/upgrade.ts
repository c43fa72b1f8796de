import * as path from "node:path";
import { findBase, provision } from "../../builder/build.ts";
import type { Job } from "../../builder/job.ts";
import { EXIT_INVALID, validateDeeply } from "../../builder/validation/deep.ts";
import { loadPolicy } from "../../config/policy/load.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { PythonBuild } from "../../config/python-build.ts";
import type { Context } from "../../context.ts";
import { type Decision, decide } from "../../decision/decide.ts";
import { holdOf } from "../../decision/shown.ts";
import { refuseForeignRepo } from "../../decision/whose-repo.ts";
import { now } from "../../edges/clock.ts";
import { generationFolder, makeFolders, newLog } from "../../environment/folders.ts";
import type { Manifest } from "../../environment/manifest/manifest.ts";
import { readState } from "../../environment/state.ts";
import { EXIT_POLICY, EXIT_USAGE, PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { describeChange } from "../../project/packages.ts";
import { versionOf } from "../../python/interpreter.ts";
import { type Cold, whyCold } from "../../start/cold.ts";
import { giveToOwner } from "../../start/shared/give-to-owner.ts";
import { settleUpgrade } from "../../start/upgraded.ts";
import { type Candidate, digestOfCandidate } from "../../upgrade/candidate.ts";
import { planPackages } from "../../upgrade/packages/plan.ts";
import { placesOf } from "../../upgrade/rules/ruling.ts";
import { isOpen, nextWindow, zonedTime } from "../../upgrade/rules/windows.ts";
import { upgrade } from "../../upgrade/upgrade.ts";
import type { UvTool } from "../../uv/commands.ts";
import { prepare } from "../prepare.ts";

export interface UpgradeRequest {
  readonly python: boolean;
  /** The user names the interpreter, and `pythonRequest` which one. */
  readonly isPythonAsked: boolean;
  readonly pythonRequest: string | undefined;
  readonly packages: boolean;
  /** Those to be upgraded; none: all. */
  readonly names: readonly string[];
  readonly mode: "do" | "dry-run" | "check";
  readonly json: boolean;
  readonly auto: boolean;
  readonly now: boolean;
}

/** What would change; as `--json` shows it. */
interface Plan {
  readonly python: { readonly from: string; readonly to: string };
  readonly packages: readonly { name: string; from: string | null; to: string | null; why: string }[];
  readonly refused: readonly { name: string; version: string; rule: string }[];
  readonly candidate: Candidate;
}

const EXIT_WOULD_CHANGE = 1;
const DONE: Answer = { kind: "exit", code: 0 };
/** Another upgrade, or an edit, can come in between so often. */
const MOST_TRIES = 5;

/** `./prime upgrade`: one transaction for the interpreter and the packages, or a word about what it would do. */
export async function runUpgrade(context: Context, request: UpgradeRequest): Promise<Answer> {
  refuseFlags(context);
  refuseForeignRepo(context);
  await settleUpgrade(context);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const answer = await tryUpgrade({ ...context, startedAt: now() }, request);
    if (answer !== undefined) return answer;
    context.terminal.say("what it was made for was changed meanwhile: looking again");
  }
  throw new PrimeError("upgrade-raced", `could not upgrade ${context.root}: its files are changed again and again`, {
    hint: "end what writes them, and start again",
  });
}

async function tryUpgrade(context: Context, request: UpgradeRequest): Promise<Answer | undefined> {
  const { terminal } = context;
  const cold = whyCold(context);
  const decision = await decide(context, false);
  const { folders } = decision;
  const policy = await loadPolicy(decision.config, EXIT_POLICY);
  refuseOutsideWindow(context, policy, request);
  if (request.auto && isLeftAlone(context, decision)) return DONE;
  makeFolders(folders);
  const job: Job = { context, log: newLog(folders, now(), process.pid), project: decision.project, steps: [] };
  const uv = decision.driver === "venv_uv" ? await provision(job, decision) : undefined;
  const plan = await planOf(job, decision, { uv, policy, request });
  const isSame = plan.candidate.changes.length === 0;
  const bad = readState(folders).bad.find(({ candidate }) => candidate === digestOfCandidate(plan.candidate));
  if (request.mode === "dry-run") return tellPlan(context, plan, request.json);
  if (request.mode === "check") return { kind: "exit", code: isSame || bad !== undefined ? 0 : EXIT_WOULD_CHANGE };
  if (bad !== undefined) {
    const what = `this upgrade was tried as ${bad.generation}, and ${bad.why}`;
    if (request.auto) {
      terminal.say(`${what}: it is left alone until there is another one`);
      return DONE;
    }
    terminal.say(`${what}; it is made again, since you ask for it`);
  }
  if (isSame) return nothingToDo(context, decision, request);
  return carryOut(job, decision, { uv, plan, cold, policy, why: whyOf(request, policy, context.startedAt) });
}

/** Outside of a window nothing is asked of any network. */
function refuseOutsideWindow({ root, startedAt }: Context, { windows }: Policy, request: UpgradeRequest): void {
  if (request.now || isOpen(windows.value, startedAt)) return;
  const next = nextWindow(windows.value, startedAt);
  const when = next === undefined ? "there is none to come" : `the next one opens ${zonedTime(next.at, next.zone)}`;
  throw new PrimeError(
    "upgrade-window",
    `could not upgrade ${root}: no maintenance window is open, by \`windows\` (${placesOf(windows, root)}); ${when}`,
    {
      exitCode: EXIT_POLICY,
      hint: "wait for it, or say --now",
    },
  );
}

/** What history tells of it: that somebody has gone over the windows is written down. */
function whyOf({ auto, now: isNow }: UpgradeRequest, { windows }: Policy, at: number): string {
  const words = [
    "./prime upgrade",
    ...(auto ? ["--auto"] : []),
    ...(isNow && !isOpen(windows.value, at) ? ["--now"] : []),
  ];
  return words.join(" ") + (words.includes("--now") ? ", outside of the maintenance windows" : "");
}

interface Making {
  readonly uv: UvTool | undefined;
  readonly plan: Plan;
  readonly cold: Cold;
  readonly policy: Policy;
  readonly why: string;
}

async function carryOut(job: Job, decision: Decision, making: Making): Promise<Answer | undefined> {
  const { uv, plan, cold, policy, why } = making;
  const { context } = job;
  const { terminal } = context;
  const { folders, config, project } = decision;
  const before = shownBy(decision, cold);
  const since = now();
  if (holdOf(decision) !== undefined) terminal.say("the rollback that held ends with this upgrade");
  const upgraded = await upgrade(job, {
    decision,
    candidate: plan.candidate,
    uv,
    before,
    cold,
    why,
    keep: policy.keep.value,
    trial: policy.trial.value,
    check: async (place, { base }) => {
      await validateDeeply(job, place, {
        uv,
        before: before && { folder: generationFolder(folders, before.id), manifest: before },
        base,
        waive: policy.waive.value,
        verify: policy.verify.value,
        activation: { prompt: project.name, variables: config.env.value, hidden: [] },
      });
    },
  });
  if (upgraded === undefined) return undefined;
  giveToOwner(context, decision, since);
  const { manifest, changes, readyLine } = upgraded;
  terminal.say(`upgraded: ${before === undefined ? "" : `${before.id} -> `}${manifest.id}`);
  for (const change of changes) terminal.say(`  ${change}`);
  terminal.say(readyLine);
  terminal.say("./prime rollback shows what was there before");
  return DONE;
}

function shownBy({ generations }: Decision, { before }: Cold): Manifest | undefined {
  const id = before?.split("/").at(-1);
  return generations.find((one) => one.id === id);
}

/** A rollback by hand is the user's word; an upgrade by a timer is not. */
function isLeftAlone({ terminal }: Context, decision: Decision): boolean {
  const hold = holdOf(decision);
  const { trial } = readState(decision.folders);
  if (trial !== undefined) {
    terminal.say(`nothing is upgraded: ${trial.generation} is still on trial`);
    return true;
  }
  if (hold === undefined || hold.by === "trial") return false;
  terminal.say(`nothing is upgraded: a rollback to ${hold.generation} holds (./prime rollback --cancel ends it)`);
  return true;
}

async function nothingToDo(context: Context, decision: Decision, { auto }: UpgradeRequest): Promise<Answer> {
  context.terminal.say("nothing to upgrade: all is as new as ranges and policy allow");
  if (auto || holdOf(decision) === undefined) return DONE;
  context.terminal.say("the rollback that held ends: what is asked for is shown again");
  const { writeHold } = await import("../../environment/holds.ts");
  if (decision.asked !== undefined) writeHold(decision.folders, decision.asked.digest, undefined);
  return prepare(context, { anew: false, reason: "asked for by the user, who upgraded" });
}

interface Planning {
  readonly uv: UvTool | undefined;
  readonly policy: Policy;
  readonly request: UpgradeRequest;
}

/** First the interpreter, which is fetched only to be stood on, then the packages for it. */
async function planOf(job: Job, decision: Decision, planning: Planning): Promise<Plan> {
  const { uv, policy, request } = planning;
  const { context } = job;
  const base = decision.asked?.base ?? (await findBase(job, decision, uv));
  const python = request.python
    ? await (await import("../../upgrade/python-plan.ts")).planPython(context, {
        ...{ decision, policy, base },
        isAsked: request.isPythonAsked,
        request: request.pythonRequest,
      })
    : undefined;
  const obtained = request.mode === "do" ? await obtain(job, decision, python?.build, uv) : undefined;
  const packages = request.packages
    ? await planPackages(job, uv, {
        ...{ decision, policy, base: obtained ?? base },
        names: request.names.length === 0 ? null : request.names,
        now: context.startedAt,
      })
    : undefined;
  for (const note of [...(python?.notes ?? []), ...(packages?.notes ?? [])]) context.terminal.say(note);
  if (packages?.untouched !== undefined) context.terminal.say(packages.untouched);
  const changes = packages?.changes ?? [];
  const from = versionOf(base);
  const to = python?.to ?? from;
  const files = (packages?.files ?? []).map((file) => ({ ...file, path: path.join(context.root, file.path) }));
  return {
    python: { from, to },
    packages: changes,
    refused: [...(python?.refused ?? []), ...(packages?.refused ?? [])],
    candidate: {
      files: [...(python?.files ?? []), ...files],
      lock: decision.project.uvLock ?? undefined,
      resolution: packages?.resolution,
      base: obtained,
      changes: [
        ...(python?.build === undefined
          ? []
          : [from === to ? `Python ${to}: ${python.why}` : `Python ${from} -> ${to}`]),
        ...changes.map(({ name, from: was, to: is }) =>
          describeChange({ name, was: was ?? undefined, is: is ?? undefined }),
        ),
      ],
    },
  };
}

/** A build that is not what it says is no failure of prime's: it does not stand its validation. */
async function obtain(job: Job, decision: Decision, build: PythonBuild | undefined, uv: UvTool | undefined) {
  if (build === undefined) return undefined;
  const { obtainInterpreter } = await import("../../builder/obtain.ts");
  try {
    return await obtainInterpreter(job, decision, build, async () => uv ?? provision(job, decision), EXIT_POLICY);
  } catch (error) {
    if (!(error instanceof PrimeError) || !/^python-(?:lies|archive)$/.test(error.id)) throw error;
    throw new PrimeError(error.id, error.message, {
      exitCode: EXIT_INVALID,
      cause: error,
      ...(error.hint ? { hint: error.hint } : {}),
    });
  }
}

function tellPlan({ print, terminal }: Context, plan: Plan, json: boolean): Answer {
  const { python, packages, refused, candidate } = plan;
  if (json) {
    print.json({ python, packages, refused });
    return DONE;
  }
  if (candidate.changes.length === 0) terminal.say("nothing would change: all is as new as ranges and policy allow");
  const rows = [
    ...(python.from === python.to ? [] : [`python ${python.from} -> ${python.to}`]),
    ...packages.map(
      ({ name, from, to, why }) => `${describeChange({ name, was: from ?? undefined, is: to ?? undefined })} (${why})`,
    ),
    ...refused.map(({ name, version, rule }) => `${name} ${version} is refused by \`${rule}\``),
  ];
  print.text(rows.map((row) => `${row}\n`).join(""));
  return DONE;
}

function refuseFlags({ flags, flagKey }: Context): void {
  if (flagKey === "" && Object.keys(flags).length === 0) return;
  throw new PrimeError(
    "upgrade-flags",
    "could not upgrade: it is for the repo as a whole, and flags choose one start's",
    {
      exitCode: EXIT_USAGE,
      hint: "leave the flags in front of `upgrade` away",
    },
  );
}
