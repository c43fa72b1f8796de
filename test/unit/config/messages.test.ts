import { expect, test } from "vitest";
import { LEAP_SCHEMAS } from "../../../src/config/protoprimer/schema.ts";
import { APP_FILE_SCHEMA, REQUIRED_SCHEMA } from "../../../src/config/schema/app-schema.ts";
import {
  BUILD_LIST_SCHEMA,
  CONFIG_SCHEMA,
  PRIME_LOCK_SCHEMA,
  UPGRADE_SCHEMA,
} from "../../../src/config/schema/schema.ts";

interface Part {
  readonly type?: string;
  readonly kind?: string;
  readonly message?: unknown;
  readonly [key: string]: unknown;
}

/** What wraps another rule says nothing itself. */
const WRAPS = /^(?:exact_optional|optional|nullable|nullish)$/;
/** What can't be broken, or is told of by what is around it: keys are texts, a file and what stands behind another rule are tables by then. */
const UNBROKEN =
  /\.key(?:\.pipe\.0)?: string$|\.pipe\.[1-9]: record$|\.options\.\d: literal$|^(?:primer|client|env): object$/;

function silent(value: unknown, at: string): string[] {
  if (!(value instanceof Object)) return [];
  const { type = "", kind, message } = value as Part;
  const isSilent = /^(?:schema|validation)$/.test(kind ?? "") && !WRAPS.test(type) && typeof message !== "string";
  const within = Object.entries(value).flatMap(([key, part]) => {
    return /^(?:message|requirement|~.*)$/.test(key) ? [] : silent(part, `${at}.${key}`);
  });
  return [...(isSilent ? [`${at}: ${type}`] : []), ...within];
}

// The launcher leaves out what valibot would say by itself: build/plugins/settled/valibot.ts.
test("each rule that people are told of has words of its own", () => {
  const schemas = { APP_FILE_SCHEMA, REQUIRED_SCHEMA, BUILD_LIST_SCHEMA, CONFIG_SCHEMA, PRIME_LOCK_SCHEMA };
  const found = Object.entries({ ...schemas, UPGRADE_SCHEMA, ...LEAP_SCHEMAS }).flatMap(([name, one]) => {
    return silent(one, name);
  });
  expect(found.filter((place) => !UNBROKEN.test(place))).toEqual([]);
});
