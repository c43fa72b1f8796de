import type { ScenarioResult } from "../scenario.ts";
import type { Results } from "./results.ts";
import { figure } from "./table.ts";

const WIDTH = 760;
const LABELS = 210;
const ROW = 24;
const BAR = 14;
const RIGHT = 96;

/** Which scenarios are shown, and what they are called there. */
const PANELS: readonly { readonly id: string; readonly caption: string }[] = [
  { id: "warm-small", caption: "Warm, a small repo" },
  { id: "warm-1000", caption: "Warm, about 1,000 inputs" },
  { id: "touched", caption: "An input touched, contents the same" },
  { id: "switch", caption: "After a branch switch" },
];

/** Bars of what a start costs over the bare command: docs/bench.svg, for light and for dark pages. */
export function renderChart({ scenarios }: Results): string {
  const panels = PANELS.flatMap(({ id, caption }) => {
    const found = scenarios.find((scenario) => scenario.id === id);
    return found === undefined ? [] : [{ caption, found }];
  });
  let top = 52;
  const parts = panels.map(({ caption, found }) => {
    const text = renderPanel(caption, found, top);
    top += 30 + rowsOf(found).length * ROW;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" role="img">
<title>What a start costs over the bare command, in milliseconds</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 16px; font-weight: 600 }
.caption { font-weight: 600 }
.prime { fill: #2f81f7 }
.other { fill: #8c959f }
.range { stroke: #24292f; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .other { fill: #6e7681 }
  .range { stroke: #e6edf3 }
}
</style>
<text class="title" x="8" y="24">What a start costs over the bare command (ms, shorter is better)</text>
${parts.join("\n")}
</svg>
`;
}

function rowsOf({ arms }: ScenarioResult) {
  return arms.flatMap(({ name, over }) => (over === undefined ? [] : [{ name, over }]));
}

/** Each panel has a scale of its own; the thin line is the 95 % interval. */
function renderPanel(caption: string, scenario: ScenarioResult, top: number): string {
  const rows = rowsOf(scenario);
  const longest = Math.max(...rows.map(({ over }) => over.high));
  const x = (value: number) => LABELS + (Math.max(0, value) / longest) * (WIDTH - LABELS - RIGHT);
  const bars = rows.map(({ name, over }, index) => {
    const y = top + 10 + index * ROW;
    const middle = y + BAR / 2;
    return `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${name}</text>
<rect class="${name.startsWith("./prime") ? "prime" : "other"}" x="${LABELS}" y="${y}" width="${fixed(Math.max(1, x(over.median) - LABELS))}" height="${BAR}"/>
<line class="range" x1="${fixed(x(over.low))}" y1="${middle}" x2="${fixed(x(over.high))}" y2="${middle}"/>
<text x="${fixed(x(over.high) + 8)}" y="${middle + 4}">${figure(over.median)} ms</text>`;
  });
  return `<text class="caption" x="8" y="${top}">${caption}</text>\n${bars.join("\n")}`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
