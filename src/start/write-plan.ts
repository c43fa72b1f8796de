import type { Context } from "../context.ts";
import { isFile } from "../edges/files/read.ts";
import { PrimeError, tolerate } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import { type Observed, type Observer, observe } from "../inputs/observation.ts";
import { type PlanPlace, planFile, recordFile } from "../plan/place.ts";
import { newObservation, type ReadyPlan, writeReadyPlan } from "../plan/ready-plan.ts";
import { compareWithRecord, type InputChange, type LaunchRecord, readRecord } from "../plan/record.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import type { Activation } from "../shells/activation.ts";
import { closeState } from "./state/own.ts";

/** Whether another start has meanwhile written the very plan that this one would write. */
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
  Pick<Observer, "known"> & {
    /** The inputs to observe; `observed` has those that are known already. */
    readonly inputs: readonly Input[];
    readonly observed?: readonly Observed[];
  };

/**
 * Writes the ready plan. It only saves time, so that a state folder which can't be written does not stop the command.
 */
export function writePlan(context: Context, parts: PlanParts): void {
  const { plans, stateFault, flagKey, terminal } = context;
  if (flagKey === undefined) return;
  tolerate(
    () => {
      if (plans === undefined) throw new PrimeError("state-folder", `${stateFault?.why}`, stateFault?.cure);
      closeState(context, plans);
      const reason = putPlan({ ...plans, flagKey }, context, parts);
      if (reason !== undefined) terminal.detail(`the next start is cold once more: ${reason}`);
    },
    ({ message, hint }) =>
      terminal.warn(
        `this start goes on, and the next ones are slower without a ready plan: ${message}${hint ? `; ${hint}` : ""}`,
      ),
  );
}

/** Writes the plan at a place; gives the reason when there can be no plan yet. */
export function putPlan(
  place: PlanPlace,
  { env, node, startedAt }: Pick<Context, "env" | "node" | "startedAt">,
  { inputs, observed = [], known, ...parts }: PlanParts,
): string | undefined {
  const observation = observe(inputs, { ...newObservation(place), observed }, { since: startedAt, known });
  return writeReadyPlan({ ...parts, ...place, observation, env: cleanEnvironment(env), node });
}

/** The plan of a record once more, with new stamps, when only these files (absolute) were touched since. */
export function partsOfRecord(record: LaunchRecord, touched: readonly InputChange[]): Omit<PlanParts, "known"> {
  const inputs = record.observed
    .map(({ input }) => input)
    .filter((input) => touched.some((one) => one.path === input.path));
  return { ...record, inputs, isRenewed: true };
}
