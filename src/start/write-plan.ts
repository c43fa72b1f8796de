import type { Context } from "../context.ts";
import { isFile } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import { type Observer, observe } from "../inputs/observation.ts";
import {
  makePlanFolder,
  newObservation,
  planFile,
  type ReadyPlan,
  recordFile,
  writeReadyPlan,
} from "../plan/ready-plan.ts";
import { compareWithRecord, readRecord } from "../plan/record.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import type { Activation } from "../shells/activation.ts";

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

type PlanParts = Omit<ReadyPlan, "state" | "launcher" | "flagKey" | "observation" | "env" | "node"> &
  Pick<Observer, "known"> & { readonly inputs: readonly Input[] };

/** The plan saves time and nothing else: a state folder that can't be written must not stop the command. */
export function writePlan(context: Context, { inputs, known, ...parts }: PlanParts): void {
  const { plans, stateFault, flagKey, terminal } = context;
  if (flagKey === undefined) return;
  const env = cleanEnvironment(context.env);
  try {
    if (plans === undefined) throw new PrimeError("state-folder", `${stateFault?.why}; ${stateFault?.cure}`);
    makePlanFolder(plans);
    const observation = observe(inputs, newObservation(plans), { since: context.startedAt, known });
    const reason = writeReadyPlan({ ...plans, flagKey, ...parts, observation, env, node: context.node });
    if (reason !== undefined) terminal.detail(`the next start is cold once more: ${reason}`);
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    terminal.warn(`this start goes on, and the next ones are slower without a ready plan: ${error.message}`);
  }
}
