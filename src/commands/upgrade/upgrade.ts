import * as path from "node:path";
import { beginJob, type Job } from "../../builder/job.ts";
import { provision } from "../../builder/uv-tool.ts";
import { validateDeeply } from "../../builder/validation/deep.ts";
import { loadPolicy } from "../../config/policy/load.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import { type Decision, decide } from "../../decision/decide.ts";
import { holdOf } from "../../decision/shown.ts";
import { refuseForeignRepo } from "../../decision/whose-repo.ts";
import { now } from "../../edges/clock.ts";
import { sha256 } from "../../edges/files/read.ts";
import { generationFolder } from "../../environment/folders.ts";
import type { Manifest } from "../../environment/manifest/manifest.ts";
import { readState } from "../../environment/state.ts";
import { noteSeen } from "../../environment/upgraded/seen.ts";
import { rememberBad } from "../../environment/upgraded/trial.ts";
import { EXIT_POLICY, PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { type Cold, whyCold } from "../../start/cold.ts";
import { giveToOwner } from "../../start/shared/give-to-owner.ts";
import { settleUpgrade } from "../../start/state/upgraded.ts";
import { digestOfCandidate } from "../../upgrade/candidate.ts";
import { describeSources } from "../../upgrade/rules/ruling.ts";
import { isOpen, nextWindow, zonedTime } from "../../upgrade/rules/windows.ts";
import { upgrade } from "../../upgrade/upgrade.ts";
import type { UvTool } from "../../uv/tool.ts";
import { type Plan, type Planning, planOf, tellPlan, type UpgradeRequest } from "./plan.ts";

const EXIT_WOULD_CHANGE = 1;
/** Another upgrade, or an edit, can come in between so often. */
const MOST_TRIES = 5;

/** `./prime upgrade`: one transaction for the interpreter and the packages, or a word about what it would do. */
export async function runUpgrade(context: Context, request: UpgradeRequest): Promise<Answer> {
  refuseFlags(context);
  refuseForeignRepo(context);
  await settleUpgrade(context);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const missed: PrimeError[] = [];
    const answer = await tryUpgrade({ ...context, startedAt: now() }, request, missed);
    if (answer !== undefined && missed[0] !== undefined) throw missed[0];
    if (answer !== undefined) return answer;
    context.terminal.say("its inputs changed meanwhile: planning again");
  }
  throw new PrimeError(
    "upgrade-raced",
    `could not upgrade ${context.root}: its files are changed again and again`,
    "end what writes them, and start again",
  );
}

async function tryUpgrade(
  context: Context,
  request: UpgradeRequest,
  missed: PrimeError[],
): Promise<Answer | undefined> {
  const { terminal } = context;
  const cold = whyCold(context);
  const decision = await decide(context, false);
  const { folders } = decision;
  const policy = await loadPolicy(decision.config, EXIT_POLICY);
  refuseOutsideWindow(context, policy, request);
  if (request.auto && isLeftAlone(context, decision)) return DONE;
  const job = await beginJob(context, folders, decision.project);
  const uv = decision.driver === "venv_uv" ? await provision(job, decision) : undefined;
  const { plan, bad } = await planKnowing(job, decision, { uv, policy, request, missed });
  for (const note of plan.notes) terminal.say(note);
  const isSame = plan.candidate.changes.length === 0;
  const shown = shownBy(decision, cold);
  if (shown !== undefined) {
    const { python, packages } = plan;
    noteSeen(folders, { at: context.startedAt, generation: shown.id, python: python.newer, packages: packages.length });
  }
  if (request.dryRun) tellPlan(context, plan, request.json);
  if (request.check) return { kind: "exit", code: isSame || bad !== undefined ? 0 : EXIT_WOULD_CHANGE };
  if (request.dryRun) return DONE;
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

/**
 * What an upgrade comes to, and whether that has failed here by what is demanded of it. Where nobody has asked, an interpreter that has failed is
 * left out, alone or with the packages that came with it, and they go on without it.
 */
async function planKnowing(job: Job, decision: Decision, planning: Omit<Planning, "knownBad">) {
  const { policy, request } = planning;
  const demands = demandsOf(policy);
  const known = readState(decision.folders).bad.filter((one) => (one.demands ?? demands) === demands);
  const isBad = (plan: Plan) => known.find(({ candidate }) => candidate === digestOfCandidate(plan.candidate));
  const knownBad = new Set(request.auto || request.check ? known.flatMap(({ build }) => build ?? []) : []);
  const plan = await planOf(job, decision, { ...planning, knownBad });
  const { build } = plan.candidate;
  if (!(request.auto || request.check) || isBad(plan) === undefined || build === undefined)
    return { plan, bad: isBad(plan) };
  const without = await planOf(job, decision, { ...planning, knownBad: knownBad.add(build) });
  return { plan: without, bad: isBad(without) };
}

/** What the validation asks of a repo, as a digest. */
function demandsOf({ verify, waive }: Policy): string {
  return sha256(JSON.stringify([verify.value, waive.value]));
}

/** Outside of a window nothing is asked of any network. */
function refuseOutsideWindow({ root, startedAt }: Context, { windows }: Policy, request: UpgradeRequest): void {
  if (request.now || isOpen(windows.value, startedAt)) return;
  const next = nextWindow(windows.value, startedAt);
  const when = next === undefined ? "there is none to come" : `the next one opens ${zonedTime(next.at, next.zone)}`;
  throw new PrimeError(
    "upgrade-window",
    `could not upgrade ${root}: no maintenance window is open, by \`windows\` (${describeSources(windows, root)}); ${when}`,
    "wait for it, or say --now",
    { exitCode: EXIT_POLICY },
  );
}

/** What history tells of it: that somebody has gone over the windows is written down. */
function whyOf({ auto, now: isNow }: UpgradeRequest, { windows }: Policy, at: number): string {
  const over = isNow && !isOpen(windows.value, at) ? " --now, outside of the maintenance windows" : "";
  return `./prime upgrade${auto ? " --auto" : ""}${over}`;
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
  if (holdOf(decision) !== undefined) terminal.say("this upgrade ends the rollback");
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
        failed: ({ generation }, why, isInterpreter) =>
          rememberBad(folders, {
            candidate: digestOfCandidate(plan.candidate),
            build: isInterpreter ? plan.candidate.build : undefined,
            demands: demandsOf(policy),
            generation: path.basename(generation),
            why,
          }),
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
  context.terminal.say("nothing to upgrade: all that prime moves is as new as ranges and policy allow");
  if (auto || holdOf(decision) === undefined) return DONE;
  context.terminal.say("the rollback ends: the environment that your files ask for is shown again");
  const { endHold } = await import("../environments/rollback.ts");
  return endHold(context, decision, "upgraded");
}

function refuseFlags({ flags, flagKey }: Context): void {
  if (flagKey === "" && Object.keys(flags).length === 0) return;
  throw usageError(
    "upgrade-flags",
    "could not upgrade: it is for the repo as a whole, and flags choose one start's",
    "leave out the flags in front of `upgrade`",
  );
}
