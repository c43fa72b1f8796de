import type { ArmResult, Goal, ScenarioResult } from "../scenario.ts";
import type { Results } from "./results.ts";
import type { Estimate } from "./statistics.ts";

/** The results for people: docs/bench.md. */
export function renderTable({ date, machine, goals, scenarios }: Results): string {
  return `# Measurements

Made by \`npm run bench\` on ${date}: ${machine.processors} processors (${machine.model}), load ${machine.load} at the beginning,
${machine.kernel}, ${machine.sh} as sh, Node ${machine.node}, Python ${machine.python}, uv ${machine.uv}.

All commands of one table were started in one run, in rounds with an order of their own. Milliseconds from the start to the end of the
process: the median, its 95 % interval by bootstrap in brackets. "More" is the difference from the table's first line,
within the same round. Goals are ratios to what was measured in the same run: what users wait for ("ms") to what it is
measured against, in both cases less the bare command where that is part of it. \`npm run bench -- --check\` fails when a
goal is missed, on a quiet machine; \`--before FILE\` measures another launcher by turns with this one.

![What a start costs](bench.svg)

## Goals

${goalTable(goals)}

${scenarios.map(section).join("\n\n")}
`;
}

/** What prime promises and whether this run kept it. */
export function goalTable(goals: readonly Goal[]): string {
  const isCompared = goals.some(({ before }) => before !== undefined);
  const rows = goals.map(({ text, measured, before, limit, bound, milliseconds, met }) => [
    text,
    ...(isCompared ? [before === undefined ? "" : figure(before)] : []),
    figure(measured),
    `${bound} ${limit}`,
    figure(milliseconds),
    met ? "met" : "**not met**",
  ]);
  const heads = ["goal", ...(isCompared ? ["before"] : []), "ratio", "allowed", "ms", ""];
  const lines = heads.map((head, column) => (column === 0 || head === "" ? "---" : "---:"));
  return [heads, lines, ...rows].map((cells) => `| ${cells.join(" | ")} |`.replace("|  |", "| |")).join("\n");
}

function section({ title, rounds, arms }: ScenarioResult): string {
  const rows = arms.map(({ name, total, fastest, over }) => {
    return `| ${name} | ${interval(total)} | ${figure(fastest)} | ${over === undefined ? "" : interval(over)} |`;
  });
  const stages = arms.flatMap(stageLines);
  const tail = stages.length === 0 ? "" : `\n\n${stages.join("\n")}`;
  return `## ${title[0]?.toUpperCase()}${title.slice(1)}

${rounds} rounds.

| | total | fastest | more |
| --- | ---: | ---: | ---: |
${rows.join("\n")}${tail}`;
}

function stageLines({ name, marks }: ArmResult): string[] {
  return Object.entries(marks ?? {}).map(
    ([mark, moment]) => `- ${mark.trim()} begins after ${interval(moment)} ms (\`${name}\`)`,
  );
}

function interval({ median, low, high }: Estimate): string {
  return `${figure(median)} [${figure(low)}, ${figure(high)}]`;
}

/** Three digits that count. */
export function figure(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
