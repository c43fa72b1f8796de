/*
 * Measures prime against the bare command and against uv, on this machine.
 *
 *   npm run bench                             writes docs/bench.json, docs/bench.md, docs/bench.svg and README.md's figures
 *   npm run bench -- --only touched,switch    prints the results of these scenarios, writes nothing
 *   npm run bench -- --rounds 0.1             a tenth of the rounds
 *   npm run bench -- --launcher FILE          measures another launcher than the committed one
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { fetchNode, NODES } from "../support/nodes.ts";
import { renderChart } from "./chart.ts";
import { describeMachine } from "./machine.ts";
import { Place } from "./place.ts";
import { withFigures } from "./readme.ts";
import { goalsOf, type Results, resultOf } from "./results.ts";
import type { ScenarioResult } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { renderTable } from "./table.ts";
import { measure } from "./timer.ts";

const ROOT = path.join(import.meta.dirname, "../..");

function measureAll(ids: readonly string[], factor: number, launcher: string): Results {
  const place = new Place(launcher);
  try {
    place.deployUv();
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
      const rounds = Math.max(2, 2 * Math.round((scenario.rounds * factor) / 2));
      scenarios.push(resultOf({ ...scenario, rounds }, measure(place.python, scenario.arms, rounds)));
    }
    return { date: new Date().toISOString().slice(0, 10), machine, goals: goalsOf(scenarios), scenarios };
  } finally {
    place.remove();
  }
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
    launcher: { type: "string", default: path.join(ROOT, "prime") },
  },
});
for (const version of Object.values(NODES)) fetchNode(version);
const ids = flags.only?.split(",") ?? Object.keys(SCENARIOS);
const results = measureAll(ids, Number(flags.rounds), path.resolve(flags.launcher));
if (flags.only === undefined) write(results);
console.log(renderTable(results));
