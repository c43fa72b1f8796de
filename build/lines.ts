import jsTokens from "js-tokens";

/** A place in a text: both from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ShortLines {
  readonly code: string;
  /** Where a place of this code is in the code with long lines. */
  readonly before: (place: Place) => Place;
}

/** Behind these a line may end anywhere (ECMA-262, 12.10). */
const ENDS = new Set([",", ";", "{"]);

/** Ends each line of JavaScript at the first place behind so many columns where that changes nothing. */
export function withShortLines(long: string, limit: number): ShortLines {
  let code = "";
  let column = 0;
  /** Of the code that comes out, where a line was ended here. */
  const ends: Place[] = [];
  let line = 0;
  for (const { type, value } of jsTokens(long)) {
    code += value;
    const newlines = value.split("\n");
    line += newlines.length - 1;
    column = (newlines.length > 1 ? 0 : column) + (newlines.at(-1) as string).length;
    if (column < limit || type !== "Punctuator" || !ENDS.has(value)) continue;
    code += "\n";
    ends.push({ line, column });
    line += 1;
    column = 0;
  }
  const before = ({ line: at, column: within }: Place): Place => {
    const behind = ends.filter((end) => end.line < at);
    let joined = within;
    for (let up = at - 1; behind.find((end) => end.line === up) !== undefined; up -= 1) {
      joined += (behind.find((end) => end.line === up) as Place).column;
    }
    return { line: at - behind.length, column: joined };
  };
  return { code, before };
}
