import { type Environment, quoteForShell } from "../edges/command.ts";
/** What a shell, an editor or a CI job has to change to stand in the environment. Names are identifiers. */
export interface EnvironmentChange {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

export const SHELLS = ["sh", "bash", "zsh", "fish", "csh", "nu", "json", "github"] as const;
export type ShellName = (typeof SHELLS)[number];

/**
 * The change from one environment to another. Names in `always` are said even where nothing differs, so that an editor
 * that is started inside the environment still gets the whole answer.
 */
export function environmentChange(
  before: Environment,
  after: Environment,
  always: Iterable<string> = [],
): EnvironmentChange {
  const told = new Set(always);
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(after)) {
    if (value !== undefined && (value !== before[name] || told.has(name))) set[name] = value;
  }
  return { set, unset: Object.keys(before).filter((name) => before[name] !== undefined && after[name] === undefined) };
}

/**
 * The change as text that ends in a newline (nothing to change: empty text, or `{}` in JSON), for
 *
 * - sh, bash, zsh: `eval "$(./prime env)"`
 * - fish: `./prime env --shell fish | source`
 * - csh: ``eval "`./prime env --shell csh`"`` (one line a variable; a newline in a value needs a tcsh that knows `$'\n'`)
 * - nu: `./prime env --shell nu | save --force env.nu`, then `source env.nu`
 * - json: one object, name → text, or null for what has to go
 * - github: the syntax of the file that `GITHUB_ENV` names; see also `githubFiles`
 */
export function renderExports(change: EnvironmentChange, format: ShellName): string {
  switch (format) {
    case "sh":
    case "bash":
    case "zsh":
      return lines(
        change,
        (name, value) => `export ${name}=${quoteForShell(value)}`,
        (name) => `unset ${name}`,
      );
    case "fish":
      return lines(
        change,
        (name, value) => `set -gx ${name} ${fishValue(name, value)}`,
        (name) => `set -e ${name}`,
      );
    case "csh":
      return lines(
        change,
        (name, value) => `setenv ${name} ${quoteForCsh(value)};`,
        (name) => `unsetenv ${name};`,
      );
    case "nu":
      return nuScript(change);
    case "json": {
      const gone = change.unset.map((name) => [name, null] as const);
      return `${JSON.stringify({ ...change.set, ...Object.fromEntries(gone) }, undefined, 2)}\n`;
    }
    case "github":
      return lines(change, githubEntry, (name) => `${name}=`);
  }
}

/** What a step of a GitHub job appends to the files that `GITHUB_ENV` and `GITHUB_PATH` name. */
export interface GithubFiles {
  readonly env: string;
  readonly path: string;
}

/**
 * The change for the steps that follow in the same job. What is new in front of PATH goes to `GITHUB_PATH`, so that folders
 * which later steps add there still count; the runner puts each further line in front of the ones before it, hence
 * last first. A folder with a newline can't be said there: PATH is set as a whole then. A job can't unset a variable,
 * only empty it, which Python takes for unset (PYTHONHOME).
 *
 * In a job (both variables set) `./prime env --shell github` appends this and prints nothing, so that a redirection
 * into the same file does no harm; anywhere else it prints `renderExports(change, "github")`.
 */
export function githubFiles(change: EnvironmentChange, pathBefore: string): GithubFiles {
  const { PATH: path, ...set } = change.set;
  const front = path === undefined ? [] : newInFront(path.split(":"), pathBefore.split(":"));
  if (front.some((folder) => /[\r\n]/.test(folder) || folder === "")) {
    return { env: renderExports(change, "github"), path: "" };
  }
  return {
    env: renderExports({ set, unset: change.unset }, "github"),
    path: front.map((folder) => `${folder}\n`).join(""),
  };
}

function lines(
  change: EnvironmentChange,
  set: (name: string, value: string) => string,
  unset: (name: string) => string,
): string {
  const all = [...Object.entries(change.set).map(([name, value]) => set(name, value)), ...change.unset.map(unset)];
  return all.map((line) => `${line}\n`).join("");
}

/** fish(1), "Quotes": in single quotes a backslash escapes itself and the quote. PATH is a list, joined when exported. */
function fishValue(name: string, value: string): string {
  const parts = name === "PATH" ? value.split(":") : [value];
  return parts.map((part) => `'${part.replace(/[\\']/g, "\\$&")}'`).join(" ");
}

/**
 * csh(1), "Lexical structure": `!` is expanded even in single quotes, and tcsh's `backslash_quote` changes what a
 * backslash means in them; so these stand outside, escaped. A newline ends a command even in quotes: `$'\n'` keeps it
 * on the line, since the usual `eval` makes a blank of each line's end.
 */
function quoteForCsh(value: string): string {
  const parts = value.match(/[\\'!]|\n|[^\\'!\n]+/g) ?? [""];
  return parts.map((part) => (part === "\n" ? "$'\\n'" : /^[\\'!]$/.test(part) ? `\\${part}` : `'${part}'`)).join("");
}

/** Double quotes with escapes: a record for `load-env`, in which PATH is a list, as it is in nu's own `$env`. */
function nuScript({ set, unset }: EnvironmentChange): string {
  const entry = ([name, value]: readonly [string, string]): string => {
    const text = name === "PATH" ? `[${value.split(":").map(quoteForNu).join(", ")}]` : quoteForNu(value);
    return `  ${quoteForNu(name)}: ${text}\n`;
  };
  const entries = Object.entries(set).map(entry).join("");
  const load = entries === "" ? "" : `load-env {\n${entries}}\n`;
  return load + (unset.length === 0 ? "" : `hide-env --ignore-errors ${unset.join(" ")}\n`);
}

function quoteForNu(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, (character) => {
    return `\\u{${character.charCodeAt(0).toString(16)}}`;
  });
  return `"${escaped}"`;
}

/** `NAME<<DELIMITER`, the value's lines, DELIMITER: a delimiter that the value does not hold ends it nowhere else. */
function githubEntry(name: string, value: string): string {
  let delimiter = "PRIME_END";
  while (value.includes(delimiter)) delimiter += "_";
  return `${name}<<${delimiter}\n${value}\n${delimiter}`;
}

/** What the list has before the end that it shares with the one before, last first. */
function newInFront(after: readonly string[], before: readonly string[]): string[] {
  let shared = 0;
  while (shared < after.length && shared < before.length && after.at(-1 - shared) === before.at(-1 - shared)) shared++;
  return after.slice(0, after.length - shared).reverse();
}
