import xterm from "@xterm/headless";

/** A stretch of one line that looks the same throughout. */
export interface Span {
  readonly text: string;
  /** Of the sixteen colours of a terminal; undefined: the terminal's own. */
  readonly colour: number | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

export type Line = readonly Span[];

/** What a terminal of that width shows after all of these bytes, without the empty lines at the end. */
export async function screenOf(shown: string, columns: number): Promise<Line[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 24, scrollback: 1000, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(shown, resolve));
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: buffer.length }, (_, row) => lineOf(buffer.getLine(row), columns));
  const last = lines.findLastIndex((line) => line.some(({ text }) => text.trim() !== ""));
  return lines.slice(0, last + 1);
}

function lineOf(line: ReturnType<typeof xterm.Terminal.prototype.buffer.active.getLine>, columns: number): Line {
  const spans: Span[] = [];
  for (let column = 0; column < columns; column += 1) {
    const cell = line?.getCell(column);
    const span: Span = {
      text: cell?.getChars() || " ",
      colour: cell?.isFgPalette() ? cell.getFgColor() : undefined,
      isBold: Boolean(cell?.isBold()),
      isDim: Boolean(cell?.isDim()),
    };
    const before = spans.at(-1);
    if (before !== undefined && looksLike(before, span))
      spans[spans.length - 1] = { ...before, text: before.text + span.text };
    else spans.push(span);
  }
  return spans;
}

function looksLike(one: Span, other: Span): boolean {
  return one.colour === other.colour && one.isBold === other.isBold && one.isDim === other.isDim;
}
