import { now } from "../edges/clock.ts";
import { isOwnText } from "../edges/files/change.ts";
import {
  exists,
  type FileFacts,
  facts,
  isFile,
  isSameFile,
  isThere,
  listFolder,
  realPath,
  sha256,
  sha256IfAny,
} from "../edges/files/read.ts";
import type { Input } from "./input.ts";

/**
 * Milliseconds within which two changes can get the very same time from a kernel: the slowest clock ticks a hundred
 * times a second.
 */
export const TICK_MS = 12;

/** An input as it was when it was looked at. */
export interface Observed {
  readonly input: Input;
  /** Facts of what the path leads to; absent when there is nothing, and for kinds that have no time. */
  readonly facts?: FileFacts;
  /** See `contentsOf`; absent when there is nothing, or when the contents cannot be vouched for. */
  readonly contents?: string;
}

/** All inputs that were observed. `stamps`: the folder for the stamps of a plan that compares with them, absolute. */
export interface Observation {
  readonly stamps: string;
  readonly observed: readonly Observed[];
}

export interface Observer {
  /**
   * When this start began to read inputs, in milliseconds since the epoch. A file that was changed later may have been
   * read before the change, so that its contents are not vouched for, unless they are what this very start wrote.
   */
  readonly since?: number;
  /** Tells the contents of an input with these facts, if a record proves them: then it is not read again. */
  readonly known?: ((input: Input, is: FileFacts) => string | undefined) | undefined;
}

/**
 * Takes the facts of inputs, then their contents: in this order, so that the next start sees an edit that comes in
 * between. Call it before anything is made from the inputs, and again, with the observation so far, for inputs that
 * prime itself wrote or that came up later. An input that is named again is observed anew.
 */
export function observe(inputs: readonly Input[], before: Observation, observer: Observer): Observation {
  const observed = [...before.observed];
  const numbers = new Map(observed.map((one, number) => [keyOf(one.input), number]));
  const added = new Map<number, Input>();
  for (const input of inputs.flatMap(withLinkPinned)) {
    const number = numbers.get(keyOf(input)) ?? numbers.size;
    numbers.set(keyOf(input), number);
    added.set(number, input);
  }
  for (const [number, input] of added) observed[number] = observeOne(input, observer);
  return { stamps: before.stamps, observed };
}

/**
 * Reads files ahead of an observation; gives the `known` for that. A file that is edited later has other facts then.
 */
export function readAhead(inputs: readonly Input[]): NonNullable<Observer["known"]> {
  const since = now();
  const files = inputs.filter(({ kind }) => kind === "file").map((input) => observeOne(input, { since }));
  const read = new Map(
    files.map(({ input, facts: is, contents }) => [input.path, { is: JSON.stringify(is), contents }]),
  );
  return ({ kind, path }, is) => {
    const one = kind === "file" ? read.get(path) : undefined;
    return one?.is === JSON.stringify(is) ? one.contents : undefined;
  };
}

export function isStamped(input: Input): boolean {
  return input.kind === "file" || input.kind === "listing";
}

/**
 * What counts of an input, as a text that is equal exactly when the input is: the sha256 of a file's bytes or of a
 * folder's names; `yes` or `no` for kinds that only ask whether something is there. `undefined`: it is missing.
 */
export function contentsOf(input: Input): string | undefined {
  switch (input.kind) {
    case "file":
      return sha256IfAny(input.path);
    case "listing": {
      const names = listFolder(input.path);
      return names === undefined ? undefined : sha256(names.join("\0"));
    }
    case "absent":
      return exists(input.path) ? "no" : "yes";
    case "dead":
      return isThere(input.path) ? "no" : "yes";
    case "no-file":
      return isFile(input.path) ? "no" : "yes";
    case "present":
      return realPath(input.path) === undefined ? "no" : "yes";
    case "same":
      return isSameFile(input.path, input.target) ? "yes" : "no";
  }
}

/** Whether an input may have changed since a time, in milliseconds since the epoch. */
export function isChangedSince(inputs: readonly Input[], since: number): boolean {
  return inputs.some((input) => {
    if (!isStamped(input)) return contentsOf(input) === "no";
    const is = facts(input.path);
    return is === undefined || !isOlder(is, since);
  });
}

/**
 * Whether a file was changed before a time, and not within the tick before it: then no change after that time can have
 * the same mtime.
 */
function isOlder({ mtimeNs, ctimeNs }: FileFacts, since: number): boolean {
  const [modified, changed] = [mtimeNs, ctimeNs].map((timeNs) => Number(BigInt(timeNs) / 1_000_000n)) as [
    number,
    number,
  ];
  return changed < since && (modified > since || modified + TICK_MS < since);
}

/**
 * The input, and for a link also what it points to: files of one checkout share mtimes, so that the mtime does not tell
 * two of them apart.
 */
function withLinkPinned(input: Input): Input[] {
  if (!isStamped(input)) return [input];
  const target = realPath(input.path);
  return target === undefined || target === input.path ? [input] : [input, { kind: "same", path: input.path, target }];
}

/** The identity of an input: two with the same key are one. */
export function keyOf(input: Input): string {
  return `${input.kind} ${input.path}`;
}

function observeOne(input: Input, { since, known }: Observer): Observed {
  if (!isStamped(input)) return { input, ...optional("contents", contentsOf(input)) };
  const found = facts(input.path);
  if (found === undefined) return { input };
  const isKept = since === undefined || isOlder(found, since);
  const contents = (isKept ? known?.(input, found) : undefined) ?? contentsOf(input);
  const isVouchedFor = isKept || isOwnText(input.path, contents);
  return { input, facts: found, ...optional("contents", isVouchedFor ? contents : undefined) };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [k in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [k in K]?: V };
}
