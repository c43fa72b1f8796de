import { satisfies, validRange } from "@renovatebot/pep440";
import type { Interpreter } from "../python/interpreter.ts";
import { normalizeName } from "./packages.ts";

/** The variables of environment markers (PEP 508), as far as they can be told without starting the interpreter. */
export type MarkerEnvironment = Readonly<Record<string, string>>;

/** What a marker is asked of. */
export function markerEnvironment(
  interpreter: Pick<Interpreter, "implementation" | "version" | "prerelease" | "machine" | "platform">,
): MarkerEnvironment {
  const { implementation, version, prerelease, machine, platform } = interpreter;
  const isMac = platform.startsWith("macosx");
  return {
    python_version: version.split(".").slice(0, 2).join("."),
    python_full_version: version + prerelease,
    os_name: "posix",
    sys_platform: isMac ? "darwin" : "linux",
    platform_system: isMac ? "Darwin" : "Linux",
    platform_machine: machine,
    platform_python_implementation: implementation === "pypy" ? "PyPy" : "CPython",
    implementation_name: implementation,
    ...(implementation === "cpython" ? { implementation_version: version + prerelease } : {}),
  };
}

/** Nobody writes so much; what is within stands on the stack. */
const MOST_CHARACTERS = 10_000;
const MOST_PARENTHESES = 500;

/** Undefined: it can't be told, since a variable has no value here or the text is no marker. */
type Truth = boolean | undefined;

/**
 * Whether a marker holds, by the rules of PEP 508, `extra` being any of the extras, and by those of PEP 751 for the sets
 * `extras` and `dependency_groups`.
 */
export function holds(
  marker: string,
  environment: MarkerEnvironment,
  sets: { readonly extras?: readonly string[]; readonly groups?: readonly string[] } = {},
): Truth {
  if (marker.length > MOST_CHARACTERS) return undefined;
  const tokens = [...marker.matchAll(/\s*(\(|\)|"[^"]*"|'[^']*'|not\s+in\b|[A-Za-z_][\w.]*|[<>=!~]+)/gy)];
  const words = tokens.map((token) => (token[1] as string).replace(/\s+/g, " ")).reverse();
  if (tokens.map((token) => token[0]).join("").length !== marker.trimEnd().length) return undefined;
  if (words.filter((word) => word === "(").length > MOST_PARENTHESES) return undefined;
  const lists: Readonly<Record<string, readonly string[]>> = {
    extra: sets.extras ?? [],
    extras: sets.extras ?? [],
    dependency_groups: sets.groups ?? [],
  };
  const any = (): Truth => joined("or", true, all);
  const all = (): Truth => joined("and", false, one);
  /** `decides` is what one part alone makes of the whole. */
  const joined = (word: string, decides: boolean, part: () => Truth): Truth => {
    const parts = [part()];
    while (words.at(-1) === word) {
      words.pop();
      parts.push(part());
    }
    if (parts.includes(decides)) return decides;
    return parts.includes(undefined) ? undefined : !decides;
  };
  const one = (): Truth => {
    if (words.at(-1) === "(") {
      words.pop();
      const inner = any();
      return words.pop() === ")" ? inner : undefined;
    }
    const [left = "", operator = "", right = ""] = [words.pop(), words.pop(), words.pop()];
    const list = lists[left] ?? lists[right];
    if (list !== undefined) return inList(lists[left] === undefined ? left : right, operator, list);
    return compare(valueIn(left, environment), operator, valueIn(right, environment));
  };
  const found = any();
  return words.length === 0 ? found : undefined;
}

function inList(word: string, operator: string, list: readonly string[]): Truth {
  if (!/^["']/.test(word)) return undefined;
  const isThere = list.includes(normalizeName(word.slice(1, -1)));
  if (operator === "==" || operator === "in") return isThere;
  return operator === "!=" || operator === "not in" ? !isThere : undefined;
}

/** Dotted names and `python_implementation` are older spellings, which installers still read. */
function valueIn(word: string, environment: MarkerEnvironment): string | undefined {
  if (/^["']/.test(word)) return word.slice(1, -1);
  const name = word.replace(".", "_").replace(/^python_implementation$/, "platform_python_implementation");
  return environment[name];
}

function compare(left: string | undefined, operator: string, right: string | undefined): Truth {
  if (left === undefined || right === undefined) return undefined;
  if (operator === "in") return right.includes(left);
  if (operator === "not in") return !right.includes(left);
  if (/^\d/.test(left) && validRange(operator + right)) return satisfies(left, operator + right, { prereleases: true });
  if (!/^(?:===?|!=|[<>]=?)$/.test(operator)) return undefined;
  const order = left === right ? "=" : left < right ? "<" : ">";
  return operator === "!=" ? order !== "=" : operator.includes(order);
}
