import * as path from "node:path";
import { findBase } from "../../builder/build.ts";
import type { Job } from "../../builder/job.ts";
import { provision } from "../../builder/uv-tool.ts";
import { EXIT_INVALID } from "../../builder/validation/deep.ts";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import type { Decision } from "../../decision/decide.ts";
import { rememberBad } from "../../environment/upgraded/trial.ts";
import { EXIT_FAILURE, EXIT_POLICY, PrimeError } from "../../errors.ts";
import { describeChange } from "../../project/packages.ts";
import { nameOf } from "../../provision/python/build-lists.ts";
import { findKept, openStore } from "../../provision/python/store.ts";
import { versionOf } from "../../python/interpreter.ts";
import type { Candidate } from "../../upgrade/candidate.ts";
import { planPackages } from "../../upgrade/packages/plan.ts";
import type { UvTool } from "../../uv/tool.ts";

export interface UpgradeRequest {
  readonly python: boolean;
  /** The user names the interpreter, and `pythonRequest` which one. */
  readonly isPythonAsked: boolean;
  readonly pythonRequest: string | undefined;
  readonly packages: boolean;
  /** Those to be upgraded; none: all. */
  readonly names: readonly string[];
  readonly dryRun: boolean;
  readonly check: boolean;
  readonly json: boolean;
  readonly auto: boolean;
  readonly now: boolean;
}

/** What would change. */
export interface Plan {
  /** `newer` says in words what it moves to; null: it stays. */
  readonly python: { readonly from: string; readonly to: string; readonly newer: string | null };
  readonly packages: readonly { name: string; from: string | null; to: string | null; why: string }[];
  readonly refused: readonly { name: string; version: string; rule: string }[];
  readonly candidate: Candidate;
  /** What is worth knowing, a sentence each. */
  readonly notes: readonly string[];
}

export interface Planning {
  readonly uv: UvTool | undefined;
  readonly policy: Policy;
  readonly request: UpgradeRequest;
  /** sha256 of builds that are not taken, since they have failed here. */
  readonly knownBad: ReadonlySet<string>;
  /** Gets why no other interpreter could be had, where packages go on without one. */
  readonly missed: PrimeError[];
}

/** The whole of it; where a timer asks, the packages alone where no other interpreter can be had for them. */
export async function planOf(job: Job, decision: Decision, planning: Planning): Promise<Plan> {
  const { request, missed } = planning;
  try {
    return await planAll(job, decision, planning);
  } catch (error) {
    const mayGoOn = request.auto && request.python && request.packages;
    if (!mayGoOn || !(error instanceof PrimeError) || error.exitCode !== EXIT_FAILURE) throw error;
    missed.push(error);
    return planAll(job, decision, { ...planning, request: { ...request, python: false } });
  }
}

/** First the interpreter, which is fetched only to be stood on, then the packages for it. */
async function planAll(job: Job, decision: Decision, planning: Planning): Promise<Plan> {
  const { uv, policy, request, knownBad } = planning;
  const { context } = job;
  const base = decision.asked?.base ?? (await findBase(job, decision, uv));
  const python = request.python
    ? await (await import("../../upgrade/python-plan.ts")).planPython(context, {
        decision,
        policy,
        base,
        isAsked: request.isPythonAsked,
        request: request.pythonRequest,
        knownBad,
      })
    : undefined;
  const mayFetch = !request.dryRun && !request.check;
  const build = mayFetch || isKept(context, python?.build) ? python?.build : undefined;
  const obtained = build && (await obtain(job, decision, build, uv));
  const packages = request.packages
    ? await planPackages(job, uv, {
        decision,
        policy,
        base: obtained ?? base,
        names: request.names.length === 0 ? null : request.names,
        now: context.startedAt,
      })
    : undefined;
  const failed = python?.refused.filter(({ rule }) => rule === "known-bad").map(({ why }) => why) ?? [];
  const untouched = packages?.untouched === undefined ? [] : [packages.untouched];
  const changes = packages?.changes ?? [];
  const from = versionOf(base);
  const to = python?.to ?? from;
  const files = (packages?.files ?? []).map((file) => ({ ...file, path: path.join(context.root, file.path) }));
  return {
    python: { from, to, newer: python?.build === undefined ? null : from === to ? `a newer build of ${to}` : to },
    packages: changes,
    refused: [...(python?.refused ?? []), ...(packages?.refused ?? [])].map(({ why: _, ...one }) => one),
    notes: [...failed, ...(python?.notes ?? []), ...(packages?.notes ?? []), ...untouched],
    candidate: {
      files: [...(python?.files ?? []), ...files],
      lock: decision.project.uvLock ?? undefined,
      resolution: packages?.resolution,
      base: obtained,
      build: python?.build?.sha256 ?? undefined,
      inputs: decision.asked?.digest,
      changes: [
        ...(python?.build === undefined
          ? []
          : [from === to ? `Python ${to}: ${python.why}` : `Python ${from} -> ${to}`]),
        ...changes.map(describeChange),
      ],
    },
  };
}

function isKept(context: Context, build: PythonBuild | undefined): boolean {
  return build !== undefined && findKept(openStore(context), build) !== undefined;
}

/** A build that is not what it says is no failure of prime's: it does not stand its validation. */
async function obtain(job: Job, decision: Decision, build: PythonBuild, uv: UvTool | undefined) {
  const { obtainInterpreter } = await import("../../builder/obtain.ts");
  try {
    return await obtainInterpreter(job, decision, build, async () => uv ?? provision(job, decision), EXIT_POLICY);
  } catch (error) {
    if (!(error instanceof PrimeError) || !/^python-(?:lies|archive)$/.test(error.id)) throw error;
    const { sha256 } = build;
    if (sha256 !== null)
      rememberBad(decision.folders, {
        candidate: sha256,
        build: sha256,
        demands: undefined,
        generation: nameOf(build),
        why: error.message,
      });
    throw new PrimeError(error.id, error.message, error.hint, { exitCode: EXIT_INVALID, cause: error });
  }
}

/** `--dry-run`: what would change, why, and what is refused. */
export function tellPlan({ print, terminal }: Context, plan: Plan, json: boolean): void {
  const { python, packages, refused, candidate } = plan;
  const { from, to, newer } = python;
  if (json) {
    print.json({ python: { from, to }, packages, refused });
    return;
  }
  if (candidate.changes.length === 0)
    terminal.say("nothing would change: all that prime moves is as new as ranges and policy allow");
  const rows = [
    ...(newer === null ? [] : [`python ${from} -> ${newer}`]),
    ...packages.map((change) => `${describeChange(change)} (${change.why})`),
    ...refused.map(({ name, version, rule }) => `${name} ${version} is refused by \`${rule}\``),
  ];
  print.text(rows.map((row) => `${row}\n`).join(""));
}
