import { valid } from "@renovatebot/pep440";
import * as v from "valibot";
import { TEXT } from "../../edges/files/own/own-json.ts";

/** A time as metadata have it (TUF specification, 4.2.1). */
export const MOMENT = v.pipe(TEXT, v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
export const SHA256 = v.pipe(TEXT, v.regex(/^[0-9a-f]{64}$/));
/** The name of a channel, an app or a platform, which is part of a path. */
export const NAME = v.pipe(
  TEXT,
  v.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, "64 letters, digits, `.`, `_` and `-` at most"),
);
const WANTED = "a version";
/** A version (PEP 440), without characters that a path can't have. */
export const VERSION = v.pipe(
  TEXT,
  v.regex(/^[0-9A-Za-z.!+_-]{1,64}$/, WANTED),
  v.check((text) => valid(text) !== null, WANTED),
);
/** A file directly in its folder, and no hidden one. */
export const FILE_NAME = v.pipe(TEXT, v.regex(/^[^./][^/]*$/));
/** A text that people wrote for people. */
export const WORDS = v.pipe(TEXT, v.maxLength(4096, "4096 characters at most"));

/** A time (milliseconds since the epoch) as metadata have it, without fractions of a second. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/**
 * Milliseconds: clocks of machines and maintainers may differ by a day. A clock that is further behind would let
 * nothing expire.
 */
const AHEAD_MS = 86_400_000;

/** Whether a moment of the metadata is in the future of a clock (milliseconds since the epoch) that may be a day behind. */
export function isAhead(moment: string, now: number): boolean {
  return Date.parse(moment) > now + AHEAD_MS;
}
