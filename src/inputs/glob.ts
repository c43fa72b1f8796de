import * as path from "node:path";
import { exists, isFile, isFolder, isRealFolder } from "../edges/files/read.ts";
import type { InputCollector } from "./collector.ts";

/** Folders that `**` does not enter: tools make them, and no pattern means them. */
const MADE_BY_TOOLS = new Set([".git", ".hg", ".prime", ".tox", ".nox", ".venv", "__pycache__", "node_modules"]);

/**
 * What a pattern matches below `folder`, absolute and sorted. Every folder that a wildcard looked into is noted as a
 * listing, and what the pattern names and is not there as absent, so that a new match is seen. `*` follows symbolic
 * links, `**` does not.
 */
export function expandGlob(
  folder: string,
  pattern: string,
  want: "files" | "folders",
  inputs: InputCollector,
): string[] {
  const wanted = want === "files" ? isFile : isFolder;
  const found = new Set<string>();
  const walked = new Set<string>();
  const walk = (at: string, segments: readonly string[]): void => {
    const [segment, ...rest] = segments;
    const step = `${segments.join("/")} ${at}`;
    if (walked.has(step)) return;
    walked.add(step);
    if (segment === undefined) {
      if (wanted(at)) found.add(at);
    } else if (segment === "**") {
      walk(at, rest.length === 0 && want === "files" ? ["*"] : rest);
      for (const name of subfolders(at, inputs)) walk(path.join(at, name), segments);
    } else if (isPattern(segment)) {
      const matches = globMatcher(segment);
      for (const name of inputs.names(at)) if (matches(name)) descend(path.join(at, name), rest);
    } else {
      descend(path.join(at, segment), rest);
    }
  };
  const descend = (at: string, rest: readonly string[]): void => {
    if (!exists(at)) inputs.presence(at);
    else if (rest.length === 0 || isFolder(at)) walk(at, rest);
  };
  walk(
    path.resolve(folder),
    pattern
      .slice(0, LONGEST_PATTERN)
      .split("/")
      .filter((segment) => segment !== "" && segment !== "."),
  );
  return [...found].sort();
}

export function isPattern(text: string): boolean {
  return /[*?[{]/.test(text);
}

/** Characters: no path is longer (PATH_MAX), and each of them is compared with each character of a text. */
const LONGEST_PATTERN = 4096;

type Takes = (character: string) => boolean;

/**
 * A state of the automaton (NFA) of a pattern. `takes`: leave it with such a character; without it, at once. `to`: the
 * next states.
 */
interface NfaState {
  readonly takes: Takes | undefined;
  readonly to: number[];
}

/**
 * Tells whether a whole text matches a pattern of `*`, `?`, `[…]`, `[!…]` and `{a,b}`. With `crossing`, `*` also takes
 * a `/`, as uv does where it compares a member's whole path with an `exclude` pattern. All ways through the pattern are
 * followed at once, so that no pattern takes longer than its length for a character.
 */
export function globMatcher(pattern: string, options: { crossing?: boolean } = {}): (text: string) => boolean {
  if (pattern.length > LONGEST_PATTERN) return () => false;
  const { places, end } = nfaOf(pattern, options.crossing === true ? () => true : (one) => one !== "/");
  return (text) => {
    let here = reachedFrom([0], places);
    for (const character of text) {
      const taking = [...here].filter((place) => places[place]?.takes?.(character));
      here = reachedFrom(
        taking.flatMap((place) => places[place]?.to ?? []),
        places,
      );
    }
    return here.has(end);
  };
}

function nfaOf(pattern: string, any: Takes): { readonly places: readonly NfaState[]; readonly end: number } {
  const places: NfaState[] = [];
  const add = (takes?: Takes): number => places.push({ takes, to: [] }) - 1;
  const lead = (from: number, to: number): void => void places[from]?.to.push(to);
  const choices: { readonly start: number; readonly end: number }[] = [];
  let at = add();
  for (const [token] of pattern.matchAll(/\*+|\[!?[^\]]+\]|./gsu)) {
    const choice = choices.at(-1);
    if (token.startsWith("*")) {
      const many = add(token === "*" ? any : () => true);
      lead(at, many);
      lead(many, at);
    } else if (token === "{") {
      choices.push({ start: at, end: add() });
      lead(at, add());
      at = places.length - 1;
    } else if (choice !== undefined && (token === "," || token === "}")) {
      lead(at, choice.end);
      if (token === "}") choices.pop();
      at = token === "}" ? choice.end : add();
      if (token === ",") lead(choice.start, at);
    } else {
      const one = add(token === "?" ? any : token.length > 2 ? classOf(token) : (character) => character === token);
      lead(at, one);
      at = add();
      lead(one, at);
    }
  }
  for (const { end } of choices.reverse()) {
    lead(at, end);
    at = end;
  }
  return { places, end: at };
}

/** `[a-z_]`, `[!a]`; a range from its end to its beginning holds nothing. */
function classOf(token: string): Takes {
  const [, not = "", listed = ""] = /^\[([!^]?)(.+)\]$/su.exec(token) ?? [];
  const parts = [...listed.matchAll(/(.)-(.)|./gsu)];
  const isIn: Takes = (one) =>
    parts.some(([part, from, to]) =>
      from === undefined || to === undefined ? one === part : from <= one && one <= to,
    );
  return not === "" ? isIn : (one) => !isIn(one);
}

function reachedFrom(start: readonly number[], places: readonly NfaState[]): Set<number> {
  const reached = new Set<number>();
  const waiting = [...start];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    const is = places[place];
    if (is?.takes === undefined) waiting.push(...(is?.to ?? []));
  }
  return reached;
}

function subfolders(folder: string, inputs: InputCollector): string[] {
  return inputs.names(folder).filter((name) => {
    const below = path.join(folder, name);
    return !MADE_BY_TOOLS.has(name) && isRealFolder(below) && !exists(path.join(below, "pyvenv.cfg"));
  });
}
