import type { Machine } from "../machine.ts";
import type { ArmResult, Goal, Scenario, ScenarioResult } from "../scenario.ts";
import type { Measured } from "../timer.ts";
import { VALIDATION } from "../upgrade.ts";
import { type Estimate, estimate, estimateDifference } from "./statistics.ts";

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

/** What ends the name of an arm of the launcher that the measured one is compared with. */
export const BEFORE = " (before)";

/** Milliseconds of an arm of a scenario. */
type Look = (id: string, arm: string) => number;
/** Milliseconds until a line came. */
type Moment = (id: string, arm: string, mark: string) => number;

interface Promised {
  readonly text: string;
  readonly limit: number;
  readonly bound?: "at least";
  /** What the user waits for, in milliseconds, and what that is a ratio to. */
  readonly cost: (over: Look, total: Look, moment: Moment) => number;
  readonly to: (over: Look, total: Look) => number;
}

const RUN = "./prime run";
const SH = "sh that becomes it";
const NODE = "Node alone";
const startOfSh = "one `sh` that becomes the command";

const PROMISES: readonly Promised[] = [
  warm("warm-small", "some 20 inputs"),
  warm("warm-50", "some 60 inputs"),
  {
    text: "warm `./prime run` with some 1,000 inputs, against a plain loop over them in `sh`",
    limit: 0.5,
    cost: (over) => over("warm-1000", RUN),
    to: (over) => over("warm-1000", "a loop over the inputs"),
  },
  {
    text: "`uv run` against warm `./prime run`",
    limit: 10,
    bound: "at least",
    cost: (over) => over("warm-small", "uv run"),
    to: (over) => over("warm-small", RUN),
  },
  {
    text: `bare \`./prime\` when all is ready, against ${startOfSh}`,
    limit: 1.7,
    cost: (over) => over("ready", "./prime"),
    to: (over) => over("ready", SH),
  },
  {
    text: "getting uv, against `pip download` of its wheel",
    limit: 1.3,
    cost: (over) => over("uv", "./prime uv, none there"),
    to: (_, total) => total("uv", "pip download"),
  },
  {
    text: "a first run over `uv sync`, against 3 starts of Node and 100 ms",
    limit: 1,
    cost: (over) => over("first", RUN),
    to: (_, total) => 3 * total("first", NODE) + 100,
  },
  ofNode("a start after an input was touched", 1.8, "touched", RUN),
  ofNode("a start after a branch switch", 2.5, "switch", RUN),
  ofNode("`./prime rollback`", 2.5, "rollback", "./prime rollback"),
  {
    text: "`./prime upgrade` to another interpreter, its validation apart, against `uv python install` and `uv sync`",
    limit: 1.5,
    cost: (_, total, moment) => {
      const [begin, end] = VALIDATION.map((mark) => moment("upgrade", "./prime upgrade", mark));
      return total("upgrade", "./prime upgrade") - ((end ?? 0) - (begin ?? 0));
    },
    to: (_, total) => total("upgrade", "uv python install, uv sync"),
  },
  {
    text: `bare \`./prime\` in a protoprimer repo, against ${startOfSh}`,
    limit: 1.7,
    cost: (over) => over("proto-ready", "./prime"),
    to: (over) => over("proto-ready", SH),
  },
  {
    text: "a protoprimer entry script, against `venv/bin/python -I`",
    limit: 1.05,
    cost: (_, total) => total("proto-script", "./prime cmd/start_app"),
    to: (_, total) => total("proto-script", "venv/bin/python -I"),
  },
  {
    text: "a start of an app that is not due, over one without checks, against 30 µs",
    limit: 1,
    cost: (over) => over("app-check", "./prime, not due"),
    to: () => 0.03,
  },
  {
    text: "what a due start of an app takes more while its server is silent, against one start of Node",
    limit: 1,
    cost: (over) => over("app-offline", "./prime, an app that is due"),
    to: (_, total) => total("app-offline", NODE),
  },
  {
    text: "`pip install --upgrade foo && foo` against a warm start of an app",
    limit: 100,
    bound: "at least",
    cost: (over) => over("app-start", "pip install --upgrade, and start"),
    to: (over) => over("app-start", "./prime, an app"),
  },
];

function warm(id: string, inputs: string): Promised {
  return {
    text: `warm \`./prime run\` with ${inputs}, against ${startOfSh}`,
    limit: 1.7,
    cost: (over) => over(id, RUN),
    to: (over) => over(id, SH),
  };
}

function ofNode(what: string, limit: number, id: string, prime: string): Promised {
  const to: Promised["to"] = (_, total) => total(id, NODE);
  return { text: `${what}, against one start of Node`, limit, cost: (_, total) => total(id, prime), to };
}

/** What is promised of the scenarios that were measured. */
export function goalsOf(scenarios: readonly ScenarioResult[]): Goal[] {
  const look = (read: (arm: ArmResult) => number | undefined, suffix: string): Look => {
    const armOf = (id: string, name: string) =>
      scenarios.find((one) => one.id === id)?.arms.find((arm) => arm.name === name);
    return (id, name) => {
      const arm = armOf(id, name.startsWith("./prime") ? `${name}${suffix}` : name);
      return (arm && read(arm)) ?? Number.NaN;
    };
  };
  return PROMISES.flatMap(({ text, limit, bound = "at most" as const, cost, to }): Goal[] => {
    const measure = (suffix: string) => {
      const [over, total] = [look((arm) => arm.over?.median, suffix), look((arm) => arm.total.median, suffix)];
      const moment: Moment = (id, name, mark) => look((arm) => arm.marks?.[mark]?.median, suffix)(id, name);
      const milliseconds = cost(over, total, moment);
      return { milliseconds: round(milliseconds), ratio: round(milliseconds / to(over, total)) };
    };
    const { milliseconds, ratio: measured } = measure("");
    if (Number.isNaN(measured)) return [];
    const { ratio: before } = measure(BEFORE);
    const met = bound === "at most" ? measured <= limit : measured >= limit;
    return [{ text, measured, ...(Number.isNaN(before) ? {} : { before }), limit, bound, milliseconds, met }];
  });
}

function rounded({ median, low, high }: Estimate): Estimate {
  return { median: round(median), low: round(low), high: round(high) };
}

/** To the microsecond: more the clock does not tell. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
