/*
 * Measures prime against the bare command and against uv, on this machine.
 *
 *   npm run bench                             writes docs/bench.json, docs/bench.md, docs/bench.svg and README.md's figures
 *   npm run bench -- --only touched,switch    prints the results of these scenarios, writes nothing
 *   npm run bench -- --rounds 0.1             a tenth of the rounds
 *   npm run bench -- --check                  exits with 1 when a goal is missed; writes nothing
 *   npm run bench -- --before FILE            measures an earlier launcher as well, by turns with the committed one
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { fetchNode, NODES } from "../support/system/nodes.ts";
import { describeMachine } from "./machine.ts";
import { Place } from "./place.ts";
import { renderChart } from "./report/chart.ts";
import { withFigures } from "./report/readme.ts";
import { BEFORE, goalsOf, type Results, resultOf } from "./report/results.ts";
import { renderTable } from "./report/table.ts";
import type { Scenario, ScenarioResult } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { measure } from "./timer.ts";

const ROOT = path.join(import.meta.dirname, "../..");

function measureAll(ids: readonly string[], factor: number, before: string | undefined): Results {
  const place = new Place(path.join(ROOT, "prime"));
  const earlier = before === undefined ? undefined : new Place(before);
  try {
    place.deployUv();
    earlier?.deployUv();
    const machine = describeMachine(place);
    const scenarios: ScenarioResult[] = [];
    for (const id of ids) {
      console.error(`measuring ${id}`);
      const prepare = SCENARIOS[id];
      if (prepare === undefined) throw new Error(`no scenario ${id}: there are ${Object.keys(SCENARIOS).join(", ")}`);
      const scenario = prepare(place);
      if (typeof scenario === "string") {
        console.error(`skipped ${id}: ${scenario}`);
        continue;
      }
      const other = earlier && prepare(earlier);
      if (typeof other === "object") Object.assign(scenario.arms, armsBefore(other));
      const rounds = Math.max(2, 2 * Math.round((scenario.rounds * factor) / 2));
      scenarios.push(resultOf({ ...scenario, rounds }, measure(place.python, scenario.arms, rounds)));
    }
    return { date: new Date().toISOString().slice(0, 10), machine, goals: goalsOf(scenarios), scenarios };
  } finally {
    place.remove();
    earlier?.remove();
  }
}

function armsBefore({ arms }: Scenario): Scenario["arms"] {
  const theirs = Object.entries(arms).filter(([name]) => name.startsWith("./prime"));
  return Object.fromEntries(theirs.map(([name, arm]) => [`${name}${BEFORE}`, arm]));
}

function write(results: Results): void {
  const docs = path.join(ROOT, "docs");
  mkdirSync(docs, { recursive: true });
  writeFileSync(path.join(docs, "bench.json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(path.join(docs, "bench.md"), renderTable(results));
  writeFileSync(path.join(docs, "bench.svg"), renderChart(results));
  const readme = path.join(ROOT, "README.md");
  writeFileSync(readme, withFigures(readFileSync(readme, "utf8"), results));
}

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "1" },
    check: { type: "boolean", default: false },
    before: { type: "string" },
  },
});
for (const version of Object.values(NODES)) fetchNode(version);
const ids = flags.only?.split(",") ?? Object.keys(SCENARIOS);
const results = measureAll(ids, Number(flags.rounds), flags.before && path.resolve(flags.before));
if (flags.only === undefined && !flags.check) write(results);
console.log(renderTable(results));
if (flags.check && results.goals.some(({ met }) => !met)) process.exitCode = 1;
