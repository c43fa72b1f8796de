import type { Context } from "../../../../context.ts";
import { unfitRecords } from "../../../../plan/ready-plan.ts";
import { unfitProbes } from "../../../../python/probe/probe-cache.ts";
import { firstOf } from "../../../../quoted.ts";
import { unfitAccount } from "../../../../start/cold.ts";
import { type Finding, sound } from "../../finding.ts";

/** What prime remembers of starts and interpreters; what does not fit harms nothing. */
export function recordFindings({ plans, places }: Pick<Context, "plans" | "places">): Finding[] {
  const ofStarts = plans === undefined ? [] : [...unfitRecords(plans), ...unfitAccount(plans)];
  const unfit = [...ofStarts, ...unfitProbes(places.cache)];
  return unfit.length === 0
    ? []
    : [sound("records", `this prime can't read ${firstOf(unfit, 3)}: ignored until a start writes it anew`)];
}
