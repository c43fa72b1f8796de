import { MOST, readText } from "../../edges/files/read.ts";
import { normalizeName } from "../packages.ts";

/** What can be told of a setup.py from its text alone; it is never run. */
export interface SetupPy {
  readonly name: string | undefined;
  readonly extras: Readonly<Record<string, readonly string[]>>;
  /** False when extras may exist that the text does not show (computed, merged, read from elsewhere). */
  readonly extrasAreKnown: boolean;
  /** Texts in it that look like requirement files, relative to its folder. */
  readonly requirementFiles: readonly string[];
}

interface Token {
  readonly kind: "name" | "text" | "other";
  readonly value: string;
}

export function readSetupPy(file: string): SetupPy | undefined {
  const text = readText(file, MOST.written);
  if (text === undefined) return undefined;
  const tokens = tokenize(text);
  const texts = tokens.filter((token) => token.kind === "text").map((token) => token.value);
  const { extras, known } = findExtras(tokens);
  return {
    name: findName(tokens),
    extras,
    extrasAreKnown: known,
    requirementFiles: texts.filter((value) => /^[\w./-]*requirements[\w./-]*\.(?:txt|in)$/.test(value)),
  };
}

/** Python's lexical rules (reference, chapter 2) as far as strings, comments and names need them. */
function tokenize(text: string): Token[] {
  const pattern =
    /#[^\n]*|([A-Za-z]{0,2})("""|''')((?:\\[\s\S]|(?!\2)[\s\S])*)\2|([A-Za-z]{0,2})(["'])((?:\\[\s\S]|(?!\5)[^\\\n])*)\5|([A-Za-z_]\w*)|\S/g;
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    if (match[0].startsWith("#")) continue;
    const body = match[3] ?? match[6];
    const prefix = (match[1] ?? match[4] ?? "").toLowerCase();
    if (body !== undefined) {
      const literal = !prefix.includes("f") && !prefix.includes("b") && !body.includes("\\");
      tokens.push(literal ? { kind: "text", value: body } : { kind: "other", value: match[0] });
    } else {
      tokens.push({ kind: match[7] === undefined ? "other" : "name", value: match[0] });
    }
  }
  return tokens;
}

/** `name="…"` among the arguments of a call. */
function findName(tokens: readonly Token[]): string | undefined {
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    const isArgument = before?.kind === "other" && (before.value === "(" || before.value === ",");
    const value = tokens[index + 2];
    if (isArgument && is(token, "name") && is(tokens[index + 1], "=") && value?.kind === "text") return value.value;
  }
  return undefined;
}

/** `extras_require={…}`, or `extras_require=NAME` with `NAME = {…}` and `NAME["…"] = …`. */
function findExtras(tokens: readonly Token[]): { extras: Record<string, readonly string[]>; known: boolean } {
  const extras: Record<string, readonly string[]> = {};
  let known = true;
  const names = new Set(["extras_require"]);
  for (const [index, token] of tokens.entries()) {
    const value = tokens[index + 2];
    if (is(token, "extras_require") && is(tokens[index + 1], "=") && value?.kind === "name") names.add(value.value);
  }
  const defined = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (!names.has(token.value) || token.kind !== "name") continue;
    const [next, after] = [tokens[index + 1], tokens[index + 2]];
    if (is(next, "=") && is(after, "{")) {
      known = readDict(tokens, index + 3, extras) && known;
      defined.add(token.value);
    } else if (is(next, "=") && after?.kind === "name" && names.has(after.value)) {
      defined.add(token.value);
    } else if (is(next, "[") && after?.kind === "text" && is(tokens[index + 4], "=")) {
      extras[normalizeName(after.value)] = readTexts(tokens, index + 5);
    } else if (is(next, "=") || is(next, ".") || is(next, "[") || is(next, "|")) {
      known = false;
    }
  }
  const isQuoted = tokens.some((token) => token.kind === "text" && token.value === "extras_require");
  const areDefined = [...names].every((name) => name === "extras_require" || defined.has(name));
  return { extras, known: known && areDefined && !isQuoted };
}

/** Takes the literal keys of the dict display that starts at `index`; tells whether it holds nothing but those. */
function readDict(tokens: readonly Token[], index: number, extras: Record<string, readonly string[]>): boolean {
  let depth = 1;
  let literal = true;
  let expectsKey = true;
  for (let at = index; at < tokens.length && depth > 0; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (depth === 1 && expectsKey && !is(token, "}")) {
      const isKey = token.kind === "text" && is(tokens[at + 1], ":");
      if (isKey) extras[normalizeName(token.value)] = readTexts(tokens, at + 2);
      else literal = false;
      expectsKey = false;
    }
    if (token.kind !== "other") {
      if (depth === 1 && token.kind === "name" && token.value === "for") literal = false;
    } else if ("([{".includes(token.value)) depth += 1;
    else if (")]}".includes(token.value)) depth -= 1;
    else if (depth === 1 && token.value === ",") expectsKey = true;
  }
  return literal;
}

/** The texts of a list display; none for anything else. */
function readTexts(tokens: readonly Token[], index: number): string[] {
  const texts: string[] = [];
  if (!is(tokens[index], "[") && !is(tokens[index], "(")) return texts;
  for (const token of tokens.slice(index + 1)) {
    if (token.kind === "text") texts.push(token.value);
    else if (token.value !== ",") break;
  }
  return texts;
}

function is(token: Token | undefined, value: string): boolean {
  return token !== undefined && token.kind !== "text" && token.value === value;
}
