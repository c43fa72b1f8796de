/** ECMA-48, "Select Graphic Rendition": takes no room. */
const ESC = "\\u001b";
const PAINT = new RegExp(`${ESC}\\[[\\d;]*m`, "g");
/** In a table the text hangs below its column, behind a word such as `next:` below what follows it. */
const HANGING = /^(?:\S+ {2,}(?:\S+(?: \S+)* {2,})?| *(?:next|mend|id|did|done): )/;
/** No narrower than this: there a word a line would be worse than the terminal's own breaks. */
const NARROWEST = 30;

/**
 * Breaks lines that are wider than a terminal, at blanks; a word that is wider stays whole. `columns` undefined or 0: nothing is
 * broken. A character counts as one column.
 */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < NARROWEST) return text;
  return text
    .split("\n")
    .map((line) => (widthOf(line) <= columns ? line : wrapLine(line, columns)))
    .join("\n");
}

function wrapLine(line: string, columns: number): string {
  const bare = line.replace(PAINT, "");
  const own = /^ */.exec(bare)?.[0].length ?? 0;
  const hanging = HANGING.exec(bare)?.[0].length ?? own + 2;
  const indent = " ".repeat(hanging <= columns / 2 ? hanging : own + 2);
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<=\S) (?=\S)/)) {
    const more = current === "" ? word : `${current} ${word}`;
    if (widthOf(current) < hanging || widthOf(more) <= columns) current = more;
    else {
      lines.push(current);
      current = indent + word;
    }
  }
  return [...lines, current].join("\n");
}

function widthOf(line: string): number {
  return [...line.replace(PAINT, "")].length;
}
