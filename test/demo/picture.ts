import type { Line, Span } from "./screen.ts";

export interface Theme {
  readonly name: "light" | "dark";
  readonly paper: string;
  readonly ink: string;
  /** Red, green, yellow, blue, magenta and cyan, as terminals number them from 1 on; 8 is grey. */
  readonly colours: Readonly<Record<number, string>>;
}

export const THEMES: readonly Theme[] = [
  {
    name: "light",
    paper: "#ffffff",
    ink: "#1f2328",
    colours: { 1: "#b3261e", 2: "#116329", 3: "#7d5200", 4: "#0550ae", 5: "#8250df", 6: "#1b6e78", 8: "#59636e" },
  },
  {
    name: "dark",
    paper: "#0d1117",
    ink: "#e6edf3",
    colours: { 1: "#ff7b72", 2: "#56d364", 3: "#e3b341", 4: "#79c0ff", 5: "#d2a8ff", 6: "#56d4dd", 8: "#9198a1" },
  },
];

const CELL = { width: 8.4, height: 19 };
const MARGIN = 16;

/** The lines of a terminal as a picture (SVG) that needs no script and no font of its own. */
export function picture(lines: readonly Line[], columns: number, theme: Theme, title: string): string {
  const width = Math.round(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  const texts = lines.map((line, row) => {
    const y = MARGIN + row * CELL.height + 14;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spansOf(line, theme)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${theme.paper}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="${theme.ink}">
${texts.join("\n")}
</g>
</svg>
`;
}

function spansOf(line: Line, theme: Theme): string {
  const last = line.findLastIndex(({ text }) => text.trim() !== "");
  return line
    .slice(0, last + 1)
    .map((span, index) => tspan(index === last ? { ...span, text: span.text.trimEnd() } : span, theme))
    .join("");
}

function tspan({ text, colour, isBold, isDim }: Span, { colours }: Theme): string {
  const fill = colour === undefined ? undefined : colours[colour === 8 ? 8 : colour % 8];
  const style = [
    ...(fill === undefined ? [] : [`fill="${fill}"`]),
    ...(isBold ? ['font-weight="bold"'] : []),
    ...(isDim ? ['opacity="0.7"'] : []),
  ];
  return style.length === 0 ? escaped(text) : `<tspan ${style.join(" ")}>${escaped(text)}</tspan>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
