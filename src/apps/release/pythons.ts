import { obtainInterpreter } from "../../builder/obtain.ts";
import { requirePython } from "../../builder/required-python.ts";
import type { Decision } from "../../decision/decide.ts";
import { now } from "../../edges/clock.ts";
import { PrimeError, passOn } from "../../errors.ts";
import { platformHere } from "../../provision/python/platforms.ts";
import { upstreamBuilds } from "../../provision/python/upstream.ts";
import { distributorByPath } from "../../python/distributor.ts";
import { type Interpreter, isFailure, versionOf } from "../../python/interpreter.ts";
import { everyPython, interpreterAt } from "../../python/search/search.ts";
import { fits, parseRequest, selectorTuple } from "../../python/version.ts";
import { chooseBuild } from "../../upgrade/interpreter.ts";
import { ruleAgainst } from "../../upgrade/rules/interpreter.ts";
import { isWithin } from "../../upgrade/rules/ruling.ts";
import { readSelection } from "../state.ts";
import type { Need } from "./need.ts";
import { interpreterOf } from "./releases.ts";
import type { Means } from "./resolution.ts";

/** Interpreters that an app could move to, the best first; none: why. */
export interface Others {
  readonly pythons: readonly Interpreter[];
  readonly why: string;
  /** It is a rule that is in the way. */
  readonly isRuled: boolean;
}

/** The interpreter in use where the rules allow it, before the first start the one that is found; else the best that they allow. */
export async function pythonInUse(means: Means, decision: Decision): Promise<Interpreter> {
  const { app, job, uv } = means;
  const { current } = readSelection(app);
  const known = interpreterOf(app, current);
  const inUse = known && (await interpreterAt(known.anchor, { ...decision.search, exclude: [] }));
  const stays = inUse !== undefined && !isFailure(inUse) && fits(decision.request, inUse) ? inUse : undefined;
  const wished = stays ?? decision.asked?.base ?? (await requirePython(job, decision, uv));
  const against = ruleAgainst(versionOf(wished), rulesFor(means));
  if (against === undefined) return wished;
  const { pythons } = await otherPythons(means, decision, wished, { what: "", ranges: [">=3"] });
  if (pythons[0] !== undefined) return pythons[0];
  throw new PrimeError(
    "python-refused",
    `could not choose a Python for ${app.config.name}: ${against.why}`,
    "put one that is allowed on PATH",
  );
}

/** What there is for a need in place of `base`: what is found on this machine, else a build that prime may fetch. */
export async function otherPythons(means: Means, decision: Decision, base: Interpreter, need: Need): Promise<Others> {
  const { app, job, policy, uv } = means;
  const rules = rulesFor(means);
  const isMeant = (version: string) => need.ranges.some((range) => isWithin(version, range));
  const found = (await everyPython(decision.request, decision.search)).filter(
    (one) => one.implementation === base.implementation && one.soabi !== base.soabi && isMeant(versionOf(one)),
  );
  const pythons = found.filter((one) => ruleAgainst(versionOf(one), rules) === undefined);
  if (pythons.length > 0) return { pythons, why: "", isRuled: false };
  const lowest = need.ranges.map((range) => selectorTuple(parseRequest(range)).join("."));
  const [refused] = [...found.map(versionOf), ...lowest].flatMap((version) => ruleAgainst(version, rules) ?? []);
  if (refused !== undefined) return { pythons, why: `Python ${refused.why}`, isRuled: true };
  const isManaged = distributorByPath(base)?.kind === "uv";
  const said = [policy.python, policy.maxMinor, policy.manifest].some(({ sources }) => sources.length > 0);
  if (!isManaged && !said && app.config.python === undefined) {
    const hint = "install one, or say by `python` in [app] which may be fetched";
    return { pythons, why: `nothing on this machine is such a Python: ${hint}`, isRuled: false };
  }
  try {
    const { builds, from } = await upstreamBuilds(job.context, policy);
    const question = { request: null, variant: null, current: null, here: platformHere(base), now: now(), ...rules };
    const { to, why } = chooseBuild({ ...question, builds: builds.filter(({ version }) => isMeant(version)) });
    if (to === null) return { pythons, why: `${from}: ${why}`, isRuled: false };
    return { pythons: [await obtainInterpreter(job, decision, to, async () => uv)], why: "", isRuled: false };
  } catch (error) {
    passOn(error);
    return { pythons, why: error.message, isRuled: false };
  }
}

function rulesFor({ app, policy, wanted }: Means) {
  const { python, name } = app.config;
  const ranges = python === undefined ? [] : [{ text: python, place: `\`python\` in [app] of ${name}` }];
  return { ranges, policy, root: wanted.root };
}
