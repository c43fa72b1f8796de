/*
 * npm run simulate: a million machines that follow a channel, in a simulation by chance of a fixed seed; writes the figures and curves of
 * docs/scale.md. `--clients N` plays it with as many, and writes nothing.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../../build/program.ts";
import { type Scenario, type SimulationOutcome, simulate, USUAL } from "../../src/channels/simulation.ts";
import { Random } from "../support/random.ts";
import { curves } from "./curves.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

const { values } = parseArgs({ options: { clients: { type: "string" } } });
const clients = Number(values.clients ?? 1_000_000);
const base: Scenario = { ...USUAL, clients };

const moves = [
  { at: 0, version: "3.2.0", percent: 100 },
  { at: DAY, version: "3.2.1", percent: 10 },
  { at: 2 * DAY, version: "3.2.1", percent: 100 },
  { at: 2.5 * DAY, version: "3.2.0", percent: 100 },
];
const outage = { from: 1.5 * DAY, to: 1.5 * DAY + 6 * HOUR };

const SCENARIOS: readonly (readonly [string, Scenario])[] = [
  ["nothing new", base],
  ["nothing new, no start by the clock", { ...base, atTheHour: 0 }],
  ["nothing new, checks of exactly a day, all starts by the clock", { ...base, spread: 0, atTheHour: 1 }],
  ["nothing new, an updater waits up to 10 minutes", { ...base, delay: 600 }],
  ["rollout to 10 %, to all, fallback", { ...base, lasts: 5 * DAY, moves }],
  ["the same, checked hourly", { ...base, lasts: 5 * DAY, check: HOUR, moves }],
  ["six hours without an answer", { ...base, outage }],
  [
    "six hours without an answer, retries of one length",
    { ...base, outage, retry: { first: 300, growth: 1, spread: 0 } },
  ],
];

function row(name: string, { peak, median, bytes, followed }: SimulationOutcome, { lasts }: Scenario): string {
  const last = followed.at(-1);
  const time = (seconds: number | null | undefined) => (seconds == null ? "" : `${(seconds / HOUR).toFixed(1)} h`);
  const daily = (bytes / (lasts / DAY) / 1e9).toFixed(2);
  return `| ${name} | ${Math.round(peak)} | ${median.toFixed(1)} | ${daily} | ${time(last?.half)} | ${time(last?.nearlyAll)} |`;
}

const random = new Random(1);
const chance = () => random.below(2 ** 32) / 2 ** 32;
const played = SCENARIOS.map(([name, scenario]) => ({ name, scenario, outcome: simulate(scenario, chance) }));
const table = [
  "| scenario | requests a second: peak | median | GB a day | half follow the last move after | 99 % |",
  "| --- | --- | --- | --- | --- | --- |",
  ...played.map(({ name, scenario, outcome }) => row(name, outcome, scenario)),
].join("\n");
console.log(table);

if (values.clients === undefined) {
  const page = path.join(ROOT, "docs/scale.md");
  const text = fs.readFileSync(page, "utf8");
  fs.writeFileSync(page, text.replace(/(<!-- figures -->\n).*?(<!-- end -->)/s, `$1${table}\n$2`));
  const of = (name: string) => played.find((one) => one.name === name)?.outcome as SimulationOutcome;
  fs.writeFileSync(
    path.join(ROOT, "docs/scale.svg"),
    curves([
      {
        title: "Requests a second, six hours without an answer",
        values: of("six hours without an answer").perMinute.map((n) => n / 60),
      },
      {
        title: "Part of the machines on 3.2.0: rollout of 3.2.1 to 10 %, to all, fallback",
        values: of("rollout to 10 %, to all, fallback").onLast,
        most: 1,
      },
      { title: "The same, checked hourly", values: of("the same, checked hourly").onLast, most: 1 },
    ]),
  );
}
