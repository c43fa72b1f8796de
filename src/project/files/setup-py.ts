import { MOST, readText } from "../../edges/files/read.ts";
import { refuseLeftByGit } from "../../left-by-git.ts";
import { normalizeName } from "../packages.ts";

/** What can be told of a setup.py from its text alone; it is never run. */
export interface SetupPy {
  readonly name: string | undefined;
  /** False when nothing in it can come to a call of `setup`: a script that installs by itself, which no build may run. */
  readonly describes: boolean;
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

/** What its text says, since nothing of it is run; undefined: there is none. */
export function readSetupPy(file: string): SetupPy | undefined {
  const text = readText(file, MOST.written);
  if (text !== undefined) refuseLeftByGit(text, file);
  if (text === undefined) return undefined;
  const tokens = tokenize(text);
  const texts = tokens.filter((token) => token.kind === "text").map((token) => token.value);
  const { extras, known } = findExtras(asArguments(tokens));
  return {
    name: findName(tokens),
    describes: tokens.some(({ kind, value }) => kind === "name" && /setup|dist|build|exec|runpy|import_/i.test(value)),
    extras,
    extrasAreKnown: known,
    requirementFiles: texts.filter((value) => /^[\w./-]*requirements[\w./-]*\.(?:txt|in)$/.test(value)),
  };
}

const OPENS = /([A-Za-z]{0,2})("""|'''|"|')/y;
const NAME = /[A-Za-z_]\w*/y;

/** Python's lexical rules (reference, chapter 2) as far as strings, comments and names need them. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const [opening, prefix = "", quote = ""] = matchAt(OPENS, text, at) ?? [];
    const name = opening === undefined ? matchAt(NAME, text, at)?.[0] : undefined;
    let end = at + (name ?? " ").length;
    if (opening !== undefined) {
      const start = at + opening.length;
      const close = closeOf(text, start, quote);
      end = Math.min(text.length, close + (quote.length === 1 && text[close] === "\n" ? 0 : quote.length));
      const body = text.slice(start, close);
      const literal = !/[fb]/i.test(prefix) && !body.includes("\\");
      tokens.push(literal ? { kind: "text", value: body } : { kind: "other", value: text.slice(at, end) });
    } else if (text[at] === "#") {
      const line = text.indexOf("\n", at);
      end = line < 0 ? text.length : line;
    } else if (name !== undefined || !/\s/.test(text[at] as string)) {
      tokens.push({ kind: name === undefined ? "other" : "name", value: text.slice(at, end) });
    }
    at = end;
  }
  return tokens;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Where a string ends: at its closing quotes, else at the end of its line or, of a triple one, of the text. */
function closeOf(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text.startsWith(quote, at) || (quote.length === 1 && text[at] === "\n")) return at;
  }
  return text.length;
}

/** `name="…"` among the arguments of a call of `setup`, or of `dict`, for one: an `Extension` has a name as well. */
function findName(tokens: readonly Token[]): string | undefined {
  const called: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    const isBracket = token.kind === "other" && token.value.length === 1;
    if (isBracket && "([{".includes(token.value)) called.push(before?.kind === "name" ? before.value : "");
    if (isBracket && ")]}".includes(token.value)) called.pop();
    const isArgument = before?.kind === "other" && (before.value === "(" || before.value === ",");
    if (!isArgument || !/setup|^dict$/i.test(called.at(-1) ?? "")) continue;
    const value = tokens[index + 2];
    if (is(token, "name") && is(tokens[index + 1], "=") && value?.kind === "text") return value.value;
  }
  return undefined;
}

/** `"extras_require": …` in a dict and `x["extras_require"] = …` as the argument that they become (`setup(**x)`). */
function asArguments(tokens: readonly Token[]): Token[] {
  const isKey = (at: number): boolean =>
    tokens[at]?.kind === "text" &&
    tokens[at].value === "extras_require" &&
    (is(tokens[at + 1], ":") || (is(tokens[at + 1], "]") && is(tokens[at + 2], "=")));
  return tokens.flatMap((token, at): Token[] => {
    if (isKey(at)) return [{ ...token, kind: "name" }];
    if (isKey(at - 1)) return is(token, "]") ? [] : [{ ...token, value: "=" }];
    return [token];
  });
}

/** Nobody writes so many; one can stand in another. */
const MOST_DICTS = 20;

/** `extras_require={…}` or `=dict(…)`, or `extras_require=NAME` with `NAME = {…}` and `NAME["…"] = …`. */
function findExtras(tokens: readonly Token[]): { extras: Record<string, readonly string[]>; known: boolean } {
  const extras: Record<string, readonly string[]> = {};
  let known = true;
  const names = new Set(["extras_require"]);
  for (const [index, token] of tokens.entries()) {
    const value = tokens[index + 2];
    if (is(token, "extras_require") && is(tokens[index + 1], "=") && value?.kind === "name" && value.value !== "dict")
      names.add(value.value);
  }
  const defined = new Set<string>();
  let dicts = 0;
  for (const [index, token] of tokens.entries()) {
    if (!names.has(token.value) || token.kind !== "name") continue;
    const [next, after] = [tokens[index + 1], tokens[index + 2]];
    if (is(next, "=") && (is(after, "{") || is(after, "dict")) && dicts < MOST_DICTS) {
      dicts += 1;
      known = readDict(tokens, index + (is(after, "{") ? 3 : 4), extras) && known;
      defined.add(token.value);
    } else if (is(next, "=") && after?.kind === "name" && names.has(after.value)) {
      defined.add(token.value);
    } else if (is(next, "[") && after?.kind === "text" && is(tokens[index + 4], "=")) {
      addExtra(extras, after.value, readTexts(tokens, index + 5));
    } else if (
      is(next, "=") ||
      is(next, "|") ||
      (is(next, "[") ? after?.kind !== "text" : is(next, ".") && !isLook(after))
    ) {
      known = false;
    }
  }
  const isQuoted = tokens.some((token) => token.kind === "text" && token.value === "extras_require");
  const areDefined = [...names].every((name) => name === "extras_require" || defined.has(name));
  return { extras, known: known && areDefined && !isQuoted };
}

/** Whether a dict's method only looks at it. */
function isLook(method: Token | undefined): boolean {
  return /^(?:copy|get|items|keys|values)$/.test(method?.value ?? "");
}

/** A key may end in a marker, `dev:python_version<"3"`; with no name before it, it tells of what is required without an extra (setuptools). */
function addExtra(extras: Record<string, readonly string[]>, key: string, texts: readonly string[]): void {
  const name = normalizeName(key.replace(/:.*/s, "").trim());
  if (name !== "") extras[name] = [...(Object.hasOwn(extras, name) ? (extras[name] ?? []) : []), ...texts];
}

/** Takes the literal keys of the dict display, or call of `dict`, that starts at `index`; tells whether it holds nothing but those. */
function readDict(tokens: readonly Token[], index: number, extras: Record<string, readonly string[]>): boolean {
  let depth = 1;
  let literal = true;
  let expectsKey = true;
  for (let at = index; at < tokens.length && depth > 0; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (depth === 1 && expectsKey && !is(token, "}") && !is(token, ")")) {
      const isKey = is(tokens[at + 1], token.kind === "text" ? ":" : "=");
      if (isKey) addExtra(extras, token.value, readTexts(tokens, at + 2));
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
  for (let at = index + 1; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.kind === "text") texts.push(token.value);
    else if (token.value !== ",") break;
  }
  return texts;
}

function is(token: Token | undefined, value: string): boolean {
  return token !== undefined && token.kind !== "text" && token.value === value;
}
