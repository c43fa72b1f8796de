import type { Results } from "./results.ts";
import { goalTable } from "./table.ts";

const START = "<!-- figures: written by npm run bench -->";
const END = "<!-- figures: end -->";

/** The README with the figures between its markers renewed. */
export function withFigures(readme: string, { date, machine, goals }: Results): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start === -1 || end < start) throw new Error(`README.md lacks the markers ${START} and ${END}`);
  const figures = `![What a start costs over the bare command](docs/bench.svg)

${goalTable(goals)}

Medians, measured by \`npm run bench\` on ${date} with ${machine.processors} processors, ${machine.sh} as sh, Node ${machine.node} and uv ${machine.uv};
[docs/bench.md](docs/bench.md) has all of them, with their intervals.`;
  return `${readme.slice(0, start)}${START}\n\n${figures}\n\n${readme.slice(end)}`;
}
