import jsTokens from "js-tokens";

/** A place in a text: both from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ShortLines {
  readonly code: string;
  /** Turns a place in this code into the place in the code with long lines. */
  readonly before: (place: Place) => Place;
}

/** Behind these tokens a line may end anywhere (ECMA-262, 12.10). */
const ENDS = new Set([",", ";", "{"]);

/**
 * Breaks each line of JavaScript behind so many columns, at the first place where that changes nothing. Also writes the
 * end of a comment in another way, since the launcher's program is a comment.
 */
export function withShortLines(long: string, limit: number): ShortLines {
  let code = "";
  let column = 0;
  /** Where a line was ended here, in the new code. */
  const ends: Place[] = [];
  /** Where a token ends that was written in another way, and by how much it is longer. */
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

/** The token, written without the end of a comment; it means the same. */
function withoutCommentEnd(type: string, value: string): string {
  const text = type === "RegularExpressionLiteral" ? value.replace(/\*(?=\/\w*$)/, "*(?:)") : value;
  return text.replaceAll("*/", "*\\/");
}
