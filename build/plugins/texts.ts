import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/**
 * Python without what only its readers need: comments, texts that say what something is, blanks around operators, and three of four columns
 * of what is indented.
 */
export function withoutRemarks(python: string): string {
  const text = python
    .replace(/^"""[\s\S]*?"""\n+/, "")
    .replace(/^( *(?:def|class) .*:\n) +"""[^"]*"""\n(?= )/gm, "$1")
    .replace(/^[ \t]*#(?!!).*\n/gm, "")
    .replace(/\n{2,}/g, "\n")
    .replace(/^(?: {4})+/gm, (indent) => " ".repeat(indent.length / 4))
    .replace(/(?<=^import .*)\nimport /gm, ", ");
  return text
    .split(LITERAL)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(OPERATOR, "$1")))
    .join("");
}

const LITERAL = /("""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/;
const OPERATOR = / ?((?<= )(?:[-+*/%&|<>=!]=?|->)(?= )|[,:](?= )) ?/g;

/** Python files as texts. */
export const texts: Plugin = {
  name: "texts",
  setup: (build) =>
    build.onLoad({ filter: /\.py$/ }, ({ path }) => ({
      contents: withoutRemarks(readFileSync(path, "utf8")),
      loader: "text",
    })),
};
