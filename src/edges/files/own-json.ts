import * as v from "valibot";
import { readText } from "./read.ts";

/** A path as prime writes it down: absolute, and of bytes that a system takes. */
export const PATH = v.pipe(v.string(), v.regex(/^\/[^\0]*$/));
/** A text without a NUL. */
export const TEXT = v.pipe(v.string(), v.regex(/^[^\0]*$/));
export const TIME = v.pipe(v.number(), v.finite());

/**
 * What a file of prime's own holds. One that does not fit its schema counts as absent: who can write where it stands can
 * write anything, and so can a disk that fails. `undefined` for both.
 */
export function readOwnJson<T>(file: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  const text = readText(file);
  return text === undefined ? undefined : parseJson(text, schema);
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
