import type { Context } from "../context.ts";
import { isFile } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import { type Observer, observe } from "../inputs/observation.ts";
import {
  makePlanFolder,
  newObservation,
  type PlanPlace,
  planFile,
  type ReadyPlan,
  recordFile,
  writeReadyPlan,
} from "../plan/ready-plan.ts";
import { compareWithRecord, type LaunchRecord, readRecord } from "../plan/record.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import type { Activation } from "../shells/activation.ts";
import { closeState } from "./state/own.ts";

/** Whether a start that went on at the same time has written the very plan that this one would write. */
export function isPlanned({ plans, root, flagKey, env }: Context, activation: Activation, since: number): boolean {
  if (plans === undefined || flagKey === undefined) return false;
  const place = { ...plans, flagKey };
  const record = readRecord(recordFile(place));
  if (record === undefined || record.writtenAt < since || record.root !== root || !isFile(planFile(place)))
    return false;
  if (JSON.stringify(record.activation) !== JSON.stringify(activation)) return false;
  const { same, touched } = compareWithRecord(record, env);
  return same && touched.length === 0;
}

type PlanParts = Omit<ReadyPlan, keyof PlanPlace | "observation" | "env" | "node"> &
  Pick<Observer, "known"> & { readonly inputs: readonly Input[] };

/** The plan saves time and nothing else: a state folder that can't be written must not stop the command. */
export function writePlan(context: Context, parts: PlanParts): void {
  const { plans, stateFault, flagKey, terminal } = context;
  if (flagKey === undefined) return;
  try {
    if (plans === undefined) throw new PrimeError("state-folder", `${stateFault?.why}; ${stateFault?.cure}`);
    closeState(context, plans);
    const reason = putPlan({ ...plans, flagKey }, context, parts);
    if (reason !== undefined) terminal.detail(`the next start is cold once more: ${reason}`);
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    terminal.warn(`this start goes on, and the next ones are slower without a ready plan: ${error.message}`);
  }
}

/** Gives the reason where there can be no plan yet. */
export function putPlan(
  place: PlanPlace,
  { env, node, startedAt }: Pick<Context, "env" | "node" | "startedAt">,
  { inputs, known, ...parts }: PlanParts,
): string | undefined {
  makePlanFolder(place);
  const observation = observe(inputs, newObservation(place), { since: startedAt, known });
  return writeReadyPlan({ ...place, ...parts, observation, env: cleanEnvironment(env), node });
}

/** The plan of a record once more, with new stamps. */
export function partsOf(record: LaunchRecord): Omit<PlanParts, "known"> {
  const { activation, root, readyLine, freshness, variables, observed, kernel, bootsCold, tasks, app } = record;
  const inputs = observed.map(({ input }) => input);
  return { activation, root, readyLine, freshness, variables, kernel, bootsCold, tasks, app, inputs, isRenewed: true };
}
