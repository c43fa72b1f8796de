import { withoutSecrets } from "./secrets.ts";

/**
 * What a terminal obeys, or shows as something else than it is, or not at all: controls, format (bidi, tags, zero width), fillers and
 * variation selectors (Unicode's Default_Ignorable_Code_Point), halves of characters, a blank that is no space.
 */
export const OBEYED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Characters of a foreign text that is quoted within a sentence. */
const LONGEST = 200;

/** A foreign text (a key, a name, a line) as a message quotes it: on one line, and not all of a long one. */
export function quoted(text: string): string {
  return cut(withoutSecrets(text).replace(OBEYED, spelledOut), LONGEST);
}

const BETWEEN_LINES = /[\n\r\t\v\f\u0085\u2028\u2029]/;
const ALL_BETWEEN_LINES = new RegExp(BETWEEN_LINES, "g");

/** A foreign text (a path, a name) in a list that has an item a line. */
export function oneLine(text: string): string {
  return text.replace(ALL_BETWEEN_LINES, spelledOut);
}

/** The first of many foreign texts, and how many more there are. */
export function firstOf(all: readonly string[], most: number): string {
  const shown = all.slice(0, most).map(oneLine).join(", ");
  return all.length <= most ? shown : `${shown} and ${all.length - most} more`;
}

/** Names of files that would make lines of their own in a message. */
const linedNames = new Set<string>();

/** Has the names in a path stay on their line from now on, whoever names them. */
export function keepOnLine(file: string): void {
  if (!BETWEEN_LINES.test(file)) return;
  for (const name of file.split("/")) if (BETWEEN_LINES.test(name)) linedNames.add(name);
}

/** A text in which each such name, behind a `/`, is on one line. */
export function withNamesOnLine(text: string): string {
  let shown = text;
  for (const name of linedNames) shown = shown.replaceAll(`/${name}`, `/${oneLine(name)}`);
  return shown;
}

/** One character as one reads it. */
export function spelledOut(one: string): string {
  return `\\u{${one.codePointAt(0)?.toString(16)}}`;
}

/** Characters of a line; lists and commands of prime's own are shorter, and paths with their reasons, too. */
export const LONGEST_LINE = 2000;

/** A line with no more than so many characters, and how many are missing. */
export function cut(line: string, most: number): string {
  return line.length <= most ? line : `${line.slice(0, most)}… (${line.length - most} characters more)`;
}
