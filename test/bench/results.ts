import type { Machine } from "./machine.ts";
import type { ArmResult, Goal, Scenario, ScenarioResult } from "./scenario.ts";
import { type Estimate, estimate, estimateDifference } from "./statistics.ts";
import type { Measured } from "./timer.ts";

/** All that one run found out: docs/bench.json. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly goals: readonly Goal[];
  readonly scenarios: readonly ScenarioResult[];
}

export function resultOf(scenario: Scenario, measured: Readonly<Record<string, Measured>>): ScenarioResult {
  const [baseline = "", ...others] = Object.keys(scenario.arms);
  const base = measured[baseline]?.times ?? [];
  const arms = [baseline, ...others].map((name): ArmResult => {
    const { times, marks } = measured[name] as Measured;
    return {
      name,
      total: rounded(estimate(times)),
      fastest: round(Math.min(...times)),
      ...(name === baseline ? {} : { over: rounded(estimateDifference(times, base)) }),
      ...(Object.keys(marks).length === 0 ? {} : { marks: startsOf(marks) }),
    };
  });
  const { id, title, rounds } = scenario;
  return { id, title, rounds, arms };
}

function startsOf(marks: Measured["marks"]): Record<string, Estimate> {
  return Object.fromEntries(Object.entries(marks).map(([mark, moments]) => [mark, rounded(estimate(moments))]));
}

/** What is promised of the scenarios that were measured. */
export function goalsOf(scenarios: readonly ScenarioResult[]): Goal[] {
  const armOf = (id: string, name: string) =>
    scenarios.find((one) => one.id === id)?.arms.find((arm) => arm.name === name);
  const over = (id: string, name = "./prime run") => armOf(id, name)?.over?.median;
  const [warm, uvRun] = [over("warm-small"), over("warm-small", "uv run")];
  const ratio = warm === undefined || uvRun === undefined ? undefined : uvRun / warm;
  return [
    atMost("warm `./prime run` over the bare command", warm, 1.5),
    atLeast("the overhead of `uv run` against that of warm `./prime run`", ratio, 10),
    atMost("bare `./prime` when all is ready", armOf("ready", "./prime")?.total.median, 3),
    atMost("warm `./prime run` with about 1,000 inputs", over("warm-1000"), 12),
    atMost("first run over raw `uv sync`", over("first"), 400),
    atMost("start after an input was touched", armOf("touched", "./prime run")?.total.median, 150),
    atMost("start after a branch switch", armOf("switch", "./prime run")?.total.median, 150),
    atMost("bare `./prime` in a protoprimer repo", armOf("proto-ready", "./prime")?.total.median, 5),
    atMost("a protoprimer entry script over `venv/bin/python -I`", over("proto-script", "./prime cmd/start_app"), 1.5),
    atMost("rollback", armOf("rollback", "./prime rollback")?.total.median, 150),
  ].filter((goal) => goal !== undefined);
}

function atMost(text: string, measured: number | undefined, limit: number): Goal | undefined {
  return measured === undefined ? undefined : { text, measured, limit, unit: "ms", met: measured <= limit };
}

function atLeast(text: string, measured: number | undefined, limit: number): Goal | undefined {
  return measured === undefined
    ? undefined
    : { text, measured: round(measured), limit, unit: "times", met: measured >= limit };
}

function rounded({ median, low, high }: Estimate): Estimate {
  return { median: round(median), low: round(low), high: round(high) };
}

/** To the microsecond: more the clock does not tell. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
