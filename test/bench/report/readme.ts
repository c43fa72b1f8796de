import { renewBetween } from "../../support/markers.ts";
import type { Results } from "./results.ts";
import { goalTable } from "./table.ts";

/** The README with the figures between its markers renewed. */
export function withFigures(readme: string, { date, machine, goals }: Results): string {
  const figures = `![What a start costs over the bare command](docs/bench.svg)

${goalTable(goals)}

Medians, measured by \`npm run bench\` on ${date} with ${machine.processors} processors, ${machine.sh} as sh, Node ${machine.node} and uv ${machine.uv};
[docs/bench.md](docs/bench.md) has all of them, with their intervals.`;
  return renewBetween(readme, "figures", "npm run bench", figures);
}
