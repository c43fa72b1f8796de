import { type Job, lastLines, stepError } from "../../builder/job.ts";
import { RESOLVE_FAILED } from "../../builder/resolve/resolving.ts";
import type { Outcome } from "../../edges/processes/run.ts";
import { EXIT_POLICY, PrimeError } from "../../errors.ts";
import type { Limits } from "../../uv/limits.ts";
import {
  complementsOf,
  hasRules,
  isTooYoung,
  type Locked,
  limitsOf,
  type PackageRules,
  violated,
} from "../rules/limits.ts";

/** How one kind of repo resolves its packages. */
export interface Solver {
  readonly before: readonly Locked[];
  /** The same as the text of a lock; "" for none. */
  readonly text: string;
  /** Tries to resolve within limits. Versions in use are preferred for all that is not moving. */
  readonly solve: (limits: Limits) => Promise<Solved>;
  /** Turns a text that `solve` has found into the one to put in force, without any of the limits in it. */
  readonly settle: (text: string) => Promise<string>;
}

/** A try; `text` and `packages` are empty unless the outcome is ok. */
export interface Solved {
  readonly outcome: Outcome;
  readonly packages: readonly Locked[];
  readonly text: string;
}

export interface Resolved extends Solved {
  /** Packages whose index does not tell when it published them, so that no cool-down holds for them. */
  readonly untimed: ReadonlySet<string>;
}

/** A package may have very many excluded ranges; each try adds at least one thing that is known. */
const MOST_TRIES = 40;
const TITLE = "resolve packages";

/**
 * Resolves within the rules. It tries again with what a try has shown: to uv an index that tells no times would be
 * empty, and an exclusion of a range can be met from two sides. A version that is in use and too young stays, unless
 * its index has withdrawn it; when it can't stay, the cool-down holds for what comes in its place. Throws
 * `upgrade-refused` when only the rules are in the way.
 */
export async function resolveWithin(
  job: Job,
  solver: Solver,
  rules: PackageRules,
  moving: Limits["moving"],
): Promise<Resolved> {
  const { before, solve } = solver;
  const untimed = new Set<string>();
  const timed = new Set<string>();
  const complements = new Map<PackageRules["policy"]["exclude"]["value"][number], number>();
  const inUse = new Set(before.map(({ name, version }) => `${name} ${version}`));
  const young = before.filter((one) => isTooYoung(rules, one));
  const byAge = young.sort((one, other) => (one.published ?? 0) - (other.published ?? 0));
  const staying = new Map(byAge.map((one) => [one.name, one]));
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const limits = limitsOf(rules, { untimed, staying, complements });
    const solved = await solve({ ...limits, moving: movingOf(moving, before, staying) });
    const { outcome, packages } = solved;
    const withoutTimes = [...namesWithoutTimes(outcome.output)].filter(
      (name) => !untimed.has(name) && !timed.has(name),
    );
    const withdrawn = [...yankedIn(outcome.output).keys()]
      .map((key) => key.split(" ", 1)[0] as string)
      .filter((name) => staying.has(name));
    const strayed = packages.filter(
      (one) => staying.has(one.name) && !inUse.has(`${one.name} ${one.version}`) && isTooYoung(rules, one),
    );
    const datable = packages.filter((one) => untimed.has(one.name) && isTooYoung(rules, one)).map(({ name }) => name);
    const bad = outcome.ok ? violated(rules, packages) : undefined;
    if (withoutTimes.length > 0) for (const name of withoutTimes) untimed.add(name);
    else if (withdrawn.length > 0) for (const name of withdrawn) staying.delete(name);
    else if (strayed.length > 0) for (const { name } of strayed) staying.delete(name);
    else if (datable.length > 0) {
      for (const name of datable) {
        untimed.delete(name);
        timed.add(name);
      }
    } else if (bad !== undefined && !complements.has(bad)) complements.set(bad, 0);
    else {
      const next = outcome.ok
        ? undefined
        : [...complements].find(([one, tried]) => tried + 1 < complementsOf(one.range).length);
      if (next === undefined) return outcome.ok ? { ...solved, untimed } : fail(job, solver, rules, moving, outcome);
      complements.set(next[0], next[1] + 1);
    }
  }
  throw new PrimeError(
    "upgrade-refused",
    `could not resolve the packages of ${job.context.root} within the policy in ${MOST_TRIES} tries`,
    `use fewer ranges in \`exclude\`; the whole output is in ${job.log}`,
    { exitCode: EXIT_POLICY },
  );
}

/** The packages that may move: all but those that stay. */
function movingOf(
  moving: Limits["moving"],
  before: readonly Locked[],
  staying: ReadonlyMap<string, Locked>,
): Limits["moving"] {
  if (moving === "all" && staying.size === 0) return "all";
  const names = moving === "all" ? before.map(({ name }) => name) : moving;
  return [...new Set(names)].filter((name) => moving !== "all" || !staying.has(name));
}

async function fail(
  job: Job,
  { solve }: Solver,
  rules: PackageRules,
  moving: Limits["moving"],
  outcome: Outcome,
): Promise<never> {
  const free = hasRules(rules)
    ? await solve({ constraints: [], before: null, beforeByName: new Map(), moving })
    : undefined;
  if (free?.outcome.ok !== true) throw stepError(job, TITLE, outcome, RESOLVE_FAILED);
  throw new PrimeError(
    "upgrade-refused",
    `could not resolve the packages of ${job.context.root} within the policy and the pins; uv says:\n${lastLines(outcome.output)}`,
    "see `./prime eval` and `./prime pins` for what holds; nothing has changed",
    { exitCode: EXIT_POLICY },
  );
}

/** The names of packages for which uv found files without a time. */
function namesWithoutTimes(output: string): Set<string> {
  const files = [...output.matchAll(/`([^`]+)` is missing an upload date/g)].map(([, file = ""]) => file);
  return new Set(files.map(nameOfFile));
}

/** A wheel's name ends at the first dash (PEP 427), a source archive's at the last (PEP 625). */
function nameOfFile(file: string): string {
  const name = file.endsWith(".whl") ? file.split("-", 1)[0] : /^(.*)-[^-]*$/.exec(file)?.[1];
  return (name ?? file).replace(/[-_.]+/g, "-").toLowerCase();
}

/** `NAME VERSION` of each version that uv says was withdrawn, with the index's reason ("" for none). */
export function yankedIn(output: string): Map<string, string> {
  const found = output.matchAll(/`([^`=]+)==([^`]+)` is yanked(?: \(reason: "(.*)"\))?/g);
  return new Map([...found].map(([, name = "", version, reason = ""]) => [`${name} ${version}`, reason]));
}
