import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Python without the lines that only its readers need: comments, and the text that a file begins with. */
export function withoutRemarks(python: string): string {
  return python
    .replace(/^"""[\s\S]*?"""\n+/, "")
    .replace(/^[ \t]*#(?!!).*\n/gm, "")
    .replace(/\n{2,}/g, "\n");
}

/** Python files as texts; those of functions stay, since a text in the code looks the same. */
export const texts: Plugin = {
  name: "texts",
  setup: (build) =>
    build.onLoad({ filter: /\.py$/ }, ({ path }) => ({
      contents: withoutRemarks(readFileSync(path, "utf8")),
      loader: "text",
    })),
};
