/** Strings and comments of Python; what is between them is code. */
export const LITERAL = /("""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*)/;

/** What binds names in a function: parameters, assignments, loops, `with` and `except`. */
const BINDINGS: readonly RegExp[] = [
  /^def \w+\(([^)]*)\)/g,
  /^ *(?:\w+\b.*:)?([\w,*]+)=(?!=)/gm,
  /\bfor ([\w,*]+) in\b/g,
  /\bas (\w+)/g,
];
const WORD = /(?<![.\w])[A-Za-z_]\w*/g;
const KEYWORD = /[(,](\w+)=(?!=)/g;

/**
 * Python with names of a letter or two for functions and for what only they use. Names stay when they are used outside
 * of functions as well, or passed with an argument. A module with `__all__` is for others to call, and stays as it is.
 * That the program is the same is proven by its tree (test/unit/build/texts.test.ts).
 */
export function withShortNames(python: string): string {
  if (/^__all__\b/m.test(python)) return python;
  const given = new Set(firstsOf(python.replace(/^ *[\w,*]+=/gm, ""), KEYWORD));
  const module = withLetters(python, firstsOf(python, /^def (\w+)/gm), given);
  const outside = module.replace(/^ .*\n/gm, "").replace(/^(def \w+)\(.*/gm, "$1");
  const kept = new Set([...(outside.match(WORD) ?? []), ...given]);
  return module.replace(/^def .*\n(?: .*\n)*/gm, (text) => withLetters(text, boundIn(text), kept));
}

function boundIn(text: string): string[] {
  const code = text
    .split(LITERAL)
    .map((part, index) => (index % 2 === 0 ? part : "''"))
    .join("");
  const bound = BINDINGS.flatMap((pattern) => firstsOf(code, pattern)).flatMap((names) => names.split(","));
  return bound.map((name) => name.replace(/^\*+|=.*/g, ""));
}

function withLetters(text: string, names: readonly string[], kept: ReadonlySet<string>): string {
  const letters = freeLetters(new Set(text.match(/\w+/g)));
  const short = new Map<string, string>();
  for (const name of new Set(names)) {
    if (/^[a-z]\w+$/i.test(name) && !kept.has(name)) short.set(name, letters.next().value as string);
  }
  const renamed = (part: string): string => part.replace(WORD, (word) => short.get(word) ?? word);
  const inField = (field: string): string =>
    field
      .split(LITERAL)
      .map((part, index) => (index % 2 === 0 ? renamed(part) : part))
      .join("");
  return text
    .split(LITERAL)
    .map((part, index, parts) => {
      if (index % 2 === 0) return renamed(part);
      return parts[index - 1]?.endsWith("f") ? part.replace(/\{[^{}]+\}/g, inField) : part;
    })
    .join("");
}

function firstsOf(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, first = ""]) => first);
}

function* freeLetters(taken: ReadonlySet<string>): Generator<string> {
  const alphabet = [..."abcdefghijklmnopqrstuvwxyz"];
  for (const first of ["", ...alphabet]) {
    for (const last of alphabet) if (!taken.has(first + last)) yield first + last;
  }
}
