import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { LITERAL, withShortNames } from "./python-names.ts";

/**
 * Python without what only its readers need: comments, docstrings, spaces around operators, three of four columns of
 * indentation, line ends within brackets, and the line end before the one statement of a block.
 */
export function withoutRemarks(python: string): string {
  const text = python
    .replace(/^"""[\s\S]*?"""\n+/, "")
    .replace(/^( *(?:def|class) .*:\n) +"""[^"]*"""\n(?= )/gm, "$1")
    .replace(/\n{2,}/g, "\n")
    .replace(/^(?: {4})+/gm, (indent) => " ".repeat(indent.length / 4))
    .replace(/(?<=^import .*)\nimport /gm, ", ");
  let depth = 0;
  const short = text.split(LITERAL).map((part, index) => {
    if (index % 2 === 1) return part.startsWith("#") && !part.startsWith("#!") ? "" : part;
    return part
      .replace(/[([{]|[)\]}]|\n */g, (one) => {
        if (one.startsWith("\n")) return depth > 0 ? " " : one;
        depth += "([{".includes(one) ? 1 : -1;
        return one;
      })
      .replace(OPERATOR, "$1")
      .replace(/(?<=[([{]) | (?=[)\]}])/g, "")
      .replace(/,(?=[\]}])/g, "");
  });
  return withoutShortBlocks(
    short
      .join("")
      .replace(/ +$/gm, "")
      .replace(/\n{2,}/g, "\n"),
  );
}

const OPERATOR = / ?((?<= )(?:[-+*/%&|<>=!]=?|->)(?= )|[,:](?= )) ?/g;
const COMPOUND = /^ *(?:@|(?:class|def|elif|else|except|finally|for|if|try|while|with)\b)/;

/** Puts a block of one simple statement behind its colon. */
function withoutShortBlocks(text: string): string {
  const lines = text.split("\n");
  const indentOf = (line = "") => /^ */.exec(line)?.[0].length ?? 0;
  return lines
    .map((line, at) => {
      const begins = lines[at - 1] ?? "";
      const isAlone = indentOf(line) > indentOf(begins) && indentOf(lines[at + 1]) < indentOf(line);
      const isShort = begins.endsWith(":") && COMPOUND.test(begins) && isAlone && !COMPOUND.test(line);
      return isShort ? line.trimStart() : `\n${line}`;
    })
    .join("")
    .slice(1);
}

/** Python files as texts. */
export const texts: Plugin = {
  name: "texts",
  setup: (build) =>
    build.onLoad({ filter: /\.py$/ }, ({ path }) => ({
      contents: withShortNames(withoutRemarks(readFileSync(path, "utf8"))),
      loader: "text",
    })),
};
