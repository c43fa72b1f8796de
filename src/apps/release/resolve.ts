import * as path from "node:path";
import { beginJob } from "../../builder/job.ts";
import { provision } from "../../builder/uv-tool.ts";
import type { Context } from "../../context.ts";
import { decide } from "../../decision/decide.ts";
import { makeNewFolder } from "../../edges/files/change.ts";
import { makerMark } from "../../edges/files/own/maker-mark.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { PrimeError } from "../../errors.ts";
import { versionOf } from "../../python/interpreter.ts";
import type { App } from "../app.ts";
import { readSelection } from "../state.ts";
import { type Attempt, attempt, needForNewer, ownPackages } from "./need.ts";
import { otherPythons, pythonInUse } from "./pythons.ts";
import { readRelease } from "./releases.ts";
import { isHigher, type Means, publicOf, type Resolved } from "./resolution.ts";
import type { Wanted } from "./wanted.ts";
import { eggConverter } from "./wheels/eggs.ts";

/**
 * Resolves what an app wants, without a look at what is installed: where a release was withdrawn, yanked or excluded, this goes down. It stays with
 * the interpreter in use unless another one brings a newer version of the app, or any at all. `context`: of the wanted project.
 */
export async function resolveApp(
  context: Context,
  app: App,
  wanted: Wanted,
  given: Pick<Means, "policy" | "fetched" | "runs" | "isWithin">,
): Promise<Resolved> {
  const decision = await decide(context, false);
  const { pin, skipped } = readSelection(app);
  // The files here are prime's own, and written anew each time: whoever mends something does so where they come from.
  const declaredIn = `\`packages\` of [app]${pin === null ? "" : `; it is pinned to ${pin}: \`${app.self} pin --off\``}`;
  const project = { ...decision.project, inputs: [], declaredIn };
  const job = await beginJob(context, decision.folders, project);
  const uv = await provision(job, decision);
  const work = path.join(wanted.root, `work.${makerMark()}`);
  makeNewFolder(work);
  try {
    const means: Means = { ...given, job, uv, app, wanted, work, gone: new Map() };
    const base = await pythonInUse(means, decision);
    means.fetched.convert = eggConverter(job, uv, { python: base.executable, folder: work });
    const isKnown = ({ id }: Resolved) => readRelease(app, id) !== undefined;
    const first = await attempt(means, base, isKnown);
    if (means.isWithin) return first.settle();
    const need = first.need ?? (pin === null && first.found ? await needForNewer(means, base, first) : undefined);
    if (need === undefined) return first.settle();
    const { pythons, why, isRuled } = await otherPythons(means, decision, base, need);
    const reasons = why === "" ? [] : [why];
    const { name = "" } = need;
    const version = first.found?.packages[name];
    const above = version === undefined ? undefined : { name, version: publicOf(version) };
    for (const python of pythons) {
      const next = await attempt(means, python, isKnown, above);
      const skip = first.found && skipped.find(({ id }) => id === next.found?.id);
      if (skip !== undefined) {
        reasons.push(`${skip.id} is not taken again: ${skip.why}`);
        break; // nor by an interpreter that comes after
      }
      if (isNewer(app, next, first)) {
        try {
          return next.settle();
        } catch (error) {
          if (!(error instanceof PrimeError) || first.found === undefined) throw error;
          reasons.push(error.message);
        }
      } else reasons.push(`with Python ${versionOf(python)} there is nothing newer, either`);
    }
    const stays = `${need.what}: it stays with Python ${versionOf(base)}, since ${reasons.join("; ")}`;
    if (first.error === undefined) return { ...first.settle(), stays };
    const { message, id } = first.error;
    const hint = `${reasons.join("; ")}${isRuled ? "; change that where it stands" : ""}`;
    throw new PrimeError(isRuled ? "python-refused" : id, message, hint, { cause: first.error });
  } finally {
    remove(work);
  }
}

/** By the first of the app's packages that differs. */
function isNewer(app: App, { found: next }: Attempt, { found: first }: Attempt): boolean {
  if (next === undefined || first === undefined) return next !== undefined;
  const name = ownPackages(app).find((one) => next.packages[one] !== first.packages[one]) ?? "";
  return isHigher(next.packages[name] ?? "", first.packages[name] ?? "");
}
