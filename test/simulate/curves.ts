/** A curve of values, one for each minute. */
export interface Curve {
  readonly title: string;
  readonly values: readonly number[];
  /** The top of the scale; absent: the largest value. */
  readonly most?: number;
}

const SIZE = { width: 720, height: 150, left: 56, top: 34, gap: 60 };
const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #1f2328; } .axis { stroke: #d0d7de; } .curve { fill: none; stroke: #0969da; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc; } .axis { stroke: #3d444d; } .curve { stroke: #4493f8; } .paper { fill: #0d1117; } }
.paper { fill: #fff; }
@media (prefers-color-scheme: dark) { .paper { fill: #0d1117; } }`;

const MINUTES_A_DAY = 1440;
/** So many points tell as much as the picture can show. */
const POINTS = 640;

/** An SVG with the curves one below the other, light and dark. */
export function curves(all: readonly Curve[]): string {
  const height = all.length * (SIZE.height + SIZE.gap) + SIZE.top;
  const width = SIZE.width + SIZE.left + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${all.map(({ title }) => title).join("; ")}</title>
<style>${STYLE}
</style>
<rect class="paper" width="100%" height="100%"/>
${all.map((one, index) => curve(one, SIZE.top + index * (SIZE.height + SIZE.gap))).join("\n")}
</svg>
`;
}

function curve({ title, values, most = Math.max(...values) }: Curve, top: number): string {
  const step = Math.max(1, Math.floor(values.length / POINTS));
  const points: string[] = [];
  for (let at = 0; at < values.length; at += step) {
    const value = Math.max(...values.slice(at, at + step));
    const x = SIZE.left + (at / values.length) * SIZE.width;
    const y = top + SIZE.height * (1 - value / (most || 1));
    points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  const days = Array.from({ length: Math.floor(values.length / MINUTES_A_DAY) + 1 }, (_, day) => day);
  const base = top + SIZE.height;
  const marks = days.map((day) => {
    const x = SIZE.left + ((day * MINUTES_A_DAY) / values.length) * SIZE.width;
    return `<line class="axis" x1="${x}" y1="${top}" x2="${x}" y2="${base}"/><text x="${x}" y="${base + 16}" text-anchor="middle">day ${day}</text>`;
  });
  const label = most <= 1 ? `${Math.round(most * 100)} %` : String(Math.round(most));
  return `<text x="${SIZE.left}" y="${top - 10}">${title}</text>
<line class="axis" x1="${SIZE.left}" y1="${base}" x2="${SIZE.left + SIZE.width}" y2="${base}"/>
${marks.join("\n")}
<text x="${SIZE.left - 8}" y="${top + 4}" text-anchor="end">${label}</text><text x="${SIZE.left - 8}" y="${base}" text-anchor="end">0</text>
<polyline class="curve" points="${points.join(" ")}"/>`;
}
