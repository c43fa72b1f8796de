import * as v from "valibot";
import { PrimeError } from "../../../errors.ts";
import { readText } from "../read.ts";

/** Characters; no argument and no variable is longer (execve(2), MAX_ARG_STRLEN). */
const LONGEST = 131_072;

/** A text without a NUL. */
export const TEXT = v.pipe(v.string(), v.maxLength(LONGEST), v.regex(/^[^\0]*$/));
/** A path as prime writes it down: absolute, and of bytes that a system takes. */
export const PATH = v.pipe(TEXT, v.regex(/^\//));
/** Milliseconds since the epoch that a `Date` can be (ECMA-262, 21.4.1.1), or that something took. */
export const TIME = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));

/**
 * What a file of prime's own holds. One that does not fit its schema counts as absent: who can write where it stands can
 * write anything, and so can a disk that fails. `undefined` for both.
 */
export function readOwnJson<T>(file: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  const text = readOwnText(file);
  return text === undefined ? undefined : parseJson(text, schema);
}

/** The same for what can be made anew: a file that may not be read is as good as lost. */
export function readMendable<T>(file: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  try {
    return readOwnJson(file, schema);
  } catch (error) {
    if (error instanceof PrimeError && error.id === "file-system") return undefined;
    throw error;
  }
}

/** The text of a file of prime's own; "" for what stands in its place and can't be read as one. */
export function readOwnText(file: string): string | undefined {
  try {
    return readText(file);
  } catch (error) {
    if (error instanceof PrimeError && error.id === "unfit-file") return "";
    throw error;
  }
}

/** Programs can print more before their answer. */
export function lastLineOf(text: string): string {
  const end = text.trimEnd();
  return end.slice(end.lastIndexOf("\n") + 1);
}

/** What a text says that was made by a program that could be another one, or go wrong; `undefined` where it does not fit. */
export function parseJson<T>(text: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
