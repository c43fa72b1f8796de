import { quoteForShell } from "../edges/command.ts";
import { HIDDEN } from "../edges/secrets.ts";
import type { Input } from "../inputs/input.ts";
import { isStamped } from "../inputs/observation.ts";

/** What a ready plan looks at before it believes that nothing changed. */
export interface Watch {
  /** An input of kind `file` or `listing` has its stamp at `<stamps>/<index in this list>`, counted from `first`. */
  readonly inputs: readonly Input[];
  readonly first?: number;
  /** Absolute path of the stamps folder; `<stamps>.pin` beside it has the folder's own mtime. */
  readonly stamps: string;
  /** Paths that are compared by ctime as well; `<stamps>.ctime` is at least as young as any of them was. */
  readonly strict: readonly string[];
  /** Each environment variable that can change the outcome, with its value when the environment was made. */
  readonly variables: Readonly<Record<string, string | null>>;
}

/**
 * From so many on, stamps are named from within their folder, which takes a subshell (a third of a millisecond in dash):
 * of the 14 µs for each input most is the kernel's way along a stamp's path, and the shell's reading of it.
 */
const MANY = 100;

/** Characters of paths for one `find`: well below the smallest ARG_MAX in use. */
const FIND_LIMIT = 60_000;

/**
 * Lines of sh, each of which returns at the first difference. A line an input: one long chain of `&&` costs zsh ten
 * times as much. Shells differ in what `-nt` says of missing files, so `-e` comes first; the pinned mtime of the stamps
 * folder stands for the existence of each stamp.
 */
export function freshnessForSh(watch: Watch): string {
  const unless = (test: string): string => `${test} || return 0\n`;
  return [
    variablesTest(watch.variables),
    sameTime(watch.stamps, `${watch.stamps}.pin`, true),
    ...inputTests(watch),
    ...ctimeTests(watch),
  ]
    .filter((test) => test !== "")
    .map(unless)
    .join("");
}

/** One word for all that must be unset, and one comparison for each that has a value, which may be empty. */
function variablesTest(variables: Watch["variables"]): string {
  const names = Object.keys(variables).sort();
  const unset = names.filter((name) => variables[name] === null);
  const tests = names
    .filter((name) => variables[name] !== null)
    .map((name) => valueTest(name, variables[name] as string));
  if (unset.length > 0) tests.unshift(`[ -z "${unset.map((name) => `\${${name}+=}`).join("")}" ]`);
  return tests.join(" && ");
}

/** Whether a variable has this value still, in sh; what is hidden in it is not compared. */
export function valueTest(name: string, value: string): string {
  const is = `"\${${name}+=}\${${name}-}"`;
  const parts = `=${value}`.split(HIDDEN).map((part) => (part === "" ? "" : quoteForShell(part)));
  return parts.length === 1 ? `[ ${is} = ${parts[0]} ]` : `case ${is} in ${parts.join("*")}) ;; *) false ;; esac`;
}

function inputTests({ inputs, stamps, first = 0 }: Watch): string[] {
  if (inputs.length < MANY) return inputs.map((input, index) => inputTest(input, `${stamps}/${first + index}`));
  const lines = inputs.map((input, index) =>
    isStamped(input)
      ? `prime_same ${first + index} ${quoteForShell(input.path)}\n`
      : `${inputTest(input, "")} || exit 1\n`,
  );
  const same = `prime_same() { [ -e "$2" ] && ! [ "$2" -nt "$1" ] && ! [ "$2" -ot "$1" ] || exit 1; }`;
  return [`(\n${same}\ncd ${quoteForShell(stamps)} || exit 1\n${lines.join("")})`];
}

/** A test in sh that an input is as it was; `stamp` has the time of one of kind `file` or `listing`. */
export function inputTest(input: Input, stamp: string): string {
  const file = quoteForShell(input.path);
  switch (input.kind) {
    case "file":
    case "listing":
      return sameTime(input.path, stamp, false);
    case "absent":
      return `[ ! -e ${file} ] && [ ! -L ${file} ]`;
    case "no-file":
      return `[ ! -f ${file} ]`;
    case "present":
      return `[ -e ${file} ]`;
    case "same":
      return `[ ${file} -ef ${quoteForShell(input.target)} ]`;
  }
}

function sameTime(first: string, second: string, mayMiss: boolean): string {
  const [a, b] = [quoteForShell(first), quoteForShell(second)];
  return `[ -e ${a} ]${mayMiss ? ` && [ -e ${b} ]` : ""} && ! [ ${a} -nt ${b} ] && ! [ ${a} -ot ${b} ]`;
}

/** It stands in /, where a relative entry of PATH leads to nothing of the repo's. A `find` that lacks `-cnewer`, or a missing path, says so on standard error, which counts as a difference. */
function ctimeTests(watch: Watch): string[] {
  const groups: string[][] = [];
  let room = 0;
  for (const path of watch.strict) {
    const word = quoteForShell(path);
    room -= word.length;
    if (room < 0) {
      groups.push([]);
      room = FIND_LIMIT - word.length;
    }
    groups.at(-1)?.push(word);
  }
  const stamp = quoteForShell(`${watch.stamps}.ctime`);
  return groups.map((words) => `[ -z "$(cd / && find -H ${words.join(" ")} -prune -cnewer ${stamp} 2>&1)" ]`);
}
