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

/**
 * Ends each line of JavaScript at the first place behind so many columns where that changes nothing, and spells what would end a comment
 * otherwise: the launcher's program is one.
 */
export function withShortLines(long: string, limit: number): ShortLines {
  let code = "";
  let column = 0;
  /** Of the code that comes out, where a line was ended here. */
  const ends: Place[] = [];
  /** Where what was spelled otherwise ends, and by how much it is longer. */
  const grown: (Place & { readonly by: number })[] = [];
  let line = 0;
  for (const { type, value } of jsTokens(long)) {
    const spelled = withoutCommentEnd(type, value).split("\n");
    code += spelled.join("\n");
    for (const [index, text] of value.split("\n").entries()) {
      if (index > 0) [line, column] = [line + 1, 0];
      column += text.length;
      const by = (spelled[index] as string).length - text.length;
      if (by > 0) grown.push({ line, column, by });
    }
    if (column < limit || type !== "Punctuator" || !ENDS.has(value)) continue;
    code += "\n";
    ends.push({ line, column });
    line += 1;
    column = 0;
  }
  const before = ({ line: at, column: within }: Place): Place => {
    const behind = ends.filter((end) => end.line < at);
    let joined = within;
    for (const one of grown)
      if (one.line === at && joined > one.column) joined -= Math.min(one.by, joined - one.column);
    for (let up = at - 1; behind.find((end) => end.line === up) !== undefined; up -= 1) {
      joined += (behind.find((end) => end.line === up) as Place).column;
    }
    return { line: at - behind.length, column: joined };
  };
  return { code, before };
}

/** A text or a regular expression that says the same. */
function withoutCommentEnd(type: string, value: string): string {
  const text = type === "RegularExpressionLiteral" ? value.replace(/\*(?=\/\w*$)/, "*(?:)") : value;
  return text.replaceAll("*/", "*\\/");
}
