import { type Deed, extend, linesOf } from "../deed.ts";

/** What a line of the launcher may not be changed to; rules of form for people's texts do not hold for it. */
const RULES = ["end_of_line = lf", "indent_size = unset", "indent_style = unset", "max_line_length = unset"];

/** A section of its own, behind all others, since the last that fits counts. */
export function planEditorconfig(file: string, text: string, launcher: string): Deed {
  const header = `[/${launcher.replace(/[*?[\]{},\\]/g, "\\$&")}]`;
  if (linesOf(text).some((line) => line.trim() === header))
    return { file, verb: "keep", why: `has the section ${header}` };
  return extend(file, text, ["", header, ...RULES], `${header}: no rules of indentation and line length`);
}
