import * as path from "node:path";
import type { Job } from "../../builder/job.ts";
import type { Pin } from "../../config/lock/prime-lock.ts";
import type { Policy } from "../../config/policy/policy.ts";
import { askFor } from "../../decision/asked.ts";
import type { Decision } from "../../decision/decide.ts";
import { makeFolder } from "../../edges/files/change.ts";
import { makerMark } from "../../edges/files/own/maker-mark.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { digestOfIndexes } from "../../environment/manifest/digest.ts";
import { resolutionFile } from "../../environment/manifest/resolved.ts";
import { usageError } from "../../errors.ts";
import { didYouMean } from "../../nearest.ts";
import { markerEnvironment } from "../../project/markers.ts";
import { normalizeName } from "../../project/packages.ts";
import { declaredRanges } from "../../project/ranges/declared.ts";
import type { Interpreter } from "../../python/interpreter.ts";
import { quoted } from "../../quoted.ts";
import type { UvTool } from "../../uv/tool.ts";
import { asConstraint, hasRules, type PackageRules, placePin } from "../rules/limits.ts";
import type { RefusedVersion } from "../rules/ruling.ts";
import { byVersion, changesOf, noLongerUsed, type PackageMove, refusedOf } from "./changes.ts";
import { lockSolver } from "./lock-solver.ts";
import { ofOtherTools } from "./other-tools.ts";
import { ownLimits } from "./own-limits.ts";
import { resolutionSolver } from "./resolution-solver.ts";
import { resolveWithin, type Solver, yankedIn } from "./solver.ts";
import { whyUntouched } from "./untouched.ts";

/** What an upgrade makes of a repo's packages; nothing of it is in force yet. */
export interface PackagePlan {
  readonly changes: readonly PackageMove[];
  /** Newer versions that were not taken, and the rules that refused them. */
  readonly refused: readonly RefusedVersion[];
  /** The repo's files that change; relative to root. */
  readonly files: readonly { readonly path: string; readonly before: string; readonly after: string }[];
  /** For a repo without a lock: a pylock.toml as prime keeps it, but with absolute paths. */
  readonly resolution: string | undefined;
  /** Why the packages of this kind of repo are not prime's to upgrade, and what upgrades them. */
  readonly untouched: string | undefined;
  /** What else is worth knowing, a sentence each. */
  readonly notes: readonly string[];
}

export interface PackageQuestion {
  readonly decision: Decision;
  readonly policy: Policy;
  /** Normalized or not; null: all. */
  readonly names: readonly string[] | null;
  /** The interpreter to resolve for. */
  readonly base: Interpreter;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const NOTHING: PackagePlan = {
  changes: [],
  refused: [],
  files: [],
  resolution: undefined,
  untouched: undefined,
  notes: [],
};

/**
 * Plans the packages of a repo within its declared ranges, its pins and the policy. These hold for what is in use, too.
 * Throws `upgrade-refused` when the rules leave no solution, and the errors of uv's failures.
 */
export async function planPackages(job: Job, uv: UvTool | undefined, question: PackageQuestion): Promise<PackagePlan> {
  const { decision, policy, now } = question;
  const { project, config } = decision;
  if (project.kind === "nothing") return NOTHING;
  const untouched = await whyUntouched(project, job.context.root, uv !== undefined);
  if (untouched !== undefined || uv === undefined) return { ...NOTHING, untouched };
  const { held, expired } = sortPins(config.primeLock.pins, now);
  const work = path.join(decision.folders.work, `work-uv.${makerMark()}`);
  makeFolder(work);
  try {
    const solver = await solverFor(job, uv, question, work);
    const pins = held.map((pin) => placePin(pin, solver.before, markerEnvironment(question.base)));
    const rules: PackageRules = { policy, pins, own: ownLimits(project, job.context.env, now), now };
    return await planWithin(job, solver, question, rules, expired);
  } finally {
    remove(work);
  }
}

async function planWithin(
  job: Job,
  solver: Solver,
  question: PackageQuestion,
  rules: PackageRules,
  expired: readonly Pin[],
): Promise<PackagePlan> {
  const { project } = question.decision;
  const names = question.names?.map(normalizeName) ?? null;
  refuseUnknown(question.names ?? [], solver, job.context.root);
  const moving = names ?? "all";
  const found = await resolveWithin(job, solver, rules, moving);
  const free = hasRules(rules)
    ? await solver.solve({ constraints: [], before: null, beforeByName: new Map(), moving })
    : undefined;
  const told = {
    before: solver.before,
    after: found.packages,
    free: free?.packages ?? [],
    rules,
    names,
    declared: await declaredRanges(project, job.context.root),
    root: job.context.root,
    ...(await withdrawnOf(solver, found.packages, yankedIn(found.outcome.output))),
  };
  const changes = changesOf(told);
  const text = changes.length === 0 ? undefined : await solver.settle(found.text);
  const { uvLock } = project;
  return {
    ...NOTHING,
    changes,
    refused: refusedOf(told),
    files:
      uvLock === null || text === undefined
        ? []
        : [{ path: path.relative(job.context.root, uvLock), before: solver.text, after: text }],
    resolution: uvLock === null ? text : undefined,
    notes: [
      ...expired.map(
        ({ name, version, until }) =>
          `the pin ${name}==${version} ended on ${until}: \`./prime unpin ${name}\` takes it away`,
      ),
      ...rules.pins
        .filter((pin) => found.packages.every(({ name }) => name !== pin.name))
        .map(({ name, version }) => `nothing here asks for ${name}, which is pinned to ${version}`),
      ...untimedNotes(found.untimed, found.packages),
      ...[...yankedIn(found.outcome.output)].map(
        ([one, reason]) =>
          `${one} was yanked by its index${reason === "" ? "" : ` (${reason})`}, and stays: what asks for it allows no other, or it is not to be moved`,
      ),
      ...ofOtherTools(question.decision.project, job.context.root),
    ],
  };
}

/** A pin holds to the end of its last day, in UTC. */
export function sortPins(pins: readonly Pin[], now: number): { readonly held: Pin[]; readonly expired: Pin[] } {
  const today = new Date(now).toISOString().slice(0, 10);
  const isExpired = ({ until }: Pin): boolean => until !== null && until < today;
  return { held: pins.filter((pin) => !isExpired(pin)), expired: pins.filter(isExpired) };
}

function solverFor(job: Job, uv: UvTool, { decision, base }: PackageQuestion, work: string): Promise<Solver> {
  const { project, folders } = decision;
  if (project.kind === "uv-lock" && project.uvLock !== null)
    return lockSolver(job, uv, { project, lock: project.uvLock, work, python: base.executable });
  const { madeOf, seen } = decision.asked ?? askFor(job.context, decision, base);
  return resolutionSolver(job, uv, {
    project,
    work,
    base,
    python: base.executable,
    known: resolutionFile(folders, madeOf, seen),
    indexes: digestOfIndexes(madeOf),
  });
}

function refuseUnknown(names: readonly string[], { before }: Solver, root: string): void {
  const known = new Set(before.map(({ name }) => name));
  const unknown = names.find((name) => !known.has(normalizeName(name)));
  if (unknown === undefined) return;
  throw usageError(
    "no-such-package",
    `could not upgrade \`${quoted(unknown)}\` of ${root}: it is not among what is installed from elsewhere${didYouMean(normalizeName(unknown), known)}`,
    "`./prime uv pip list` tells the names; the repo's own projects are not upgraded",
  );
}

/**
 * What indexes say against versions that were in use: yanked, or gone. All are asked for at once. When they can't be
 * had together, each package that moved downwards is asked for alone.
 */
async function withdrawnOf(solver: Solver, after: Solver["before"], yankedAnyway: ReadonlyMap<string, string>) {
  const yanked = new Map(yankedAnyway);
  const gone = new Set<string>();
  const left = noLongerUsed({ before: solver.before, after }).filter(
    (one) => one.registry !== null && after.some(({ name }) => name === one.name),
  );
  const isDown = (one: (typeof left)[number]) =>
    after.some(({ name, version }) => name === one.name && byVersion(one.version, version) > 0);
  const ask = async (those: typeof left): Promise<void> => {
    if (those.length === 0) return;
    const { outcome } = await solver.solve({
      constraints: those.map(asConstraint),
      before: null,
      beforeByName: new Map(),
      moving: [],
    });
    for (const [key, reason] of yankedIn(outcome.output)) yanked.set(key, reason);
    if (outcome.ok) return;
    const missed = outcome.output.matchAll(/no versions? of ([\w-]+)(?:\{[^}]*\})?==([^\s,]+)/g);
    const named = new Set([...missed].map(([, name, version]) => `${name} ${version}`));
    const missing = those.filter(({ name, version }) => named.has(`${name} ${version}`));
    for (const { name, version } of missing) gone.add(`${name} ${version}`);
    if (missing.length > 0) return ask(those.filter((one) => !missing.includes(one)));
    for (const one of those) if (those.length > 1 && isDown(one)) await ask([one]);
  };
  await ask(left);
  return { yanked, gone };
}

function untimedNotes(untimed: ReadonlySet<string>, packages: Solver["before"]): string[] {
  const found = packages.filter(({ name, published }) => untimed.has(name) && published === null);
  const byPlace = new Map<string, string[]>();
  for (const { name, registry } of found) {
    const place = registry ?? "an index";
    byPlace.set(place, [...(byPlace.get(place) ?? []), name]);
  }
  return [...byPlace].map(
    ([place, names]) =>
      `${place} does not tell when it published its files: no cool-down holds for ${names.join(", ")}`,
  );
}
