import remarks from "../../../prime.schema.json" with { type: "json" };
import { APP_SCHEMA } from "./app-schema.ts";
import { CONFIG_SCHEMA } from "./schema.ts";

type Json = Record<string, unknown>;
/** A schema, or what a pipe has behind it, with what is asked of its kind. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has fields of its own
type Part = any;

/** By kind of valibot's, what it says in words of JSON Schema; nothing of what these can't say. */
const WORDS: Readonly<Record<string, (part: Part) => Json>> = {
  array: ({ item }) => ({ type: "array", items: wordsOf(item) }),
  boolean: () => ({ type: "boolean" }),
  exact_optional: ({ wrapped }) => wordsOf(wrapped),
  gt_value: ({ requirement }) => ({ exclusiveMinimum: requirement }),
  integer: () => ({ type: "integer" }),
  literal: ({ literal }) => ({ const: literal }),
  max_value: ({ requirement }) => ({ maximum: requirement }),
  min_entries: ({ requirement }) => ({ minProperties: requirement }),
  min_length: ({ requirement }) => ({ minItems: requirement }),
  min_value: ({ requirement }) => ({ minimum: requirement }),
  number: () => ({ type: "number" }),
  picklist: ({ options }) => ({ enum: options, type: "string" }),
  record: ({ key, value }) => ({ type: "object", propertyNames: wordsOf(key), additionalProperties: wordsOf(value) }),
  regex: ({ requirement }) => ({ pattern: requirement.source }),
  strict_object: ({ entries }) => ({
    type: "object",
    properties: Object.fromEntries(Object.entries(entries).map(([key, one]) => [key, wordsOf(one)])),
    required: Object.keys(entries).filter((key) => entries[key].type !== "exact_optional"),
    additionalProperties: false,
  }),
  string: () => ({ type: "string" }),
  union: ({ options }) => ({ anyOf: options.map(wordsOf) }),
};

function wordsOf(part: Part): Json {
  return part.pipe === undefined ? (WORDS[part.type]?.(part) ?? {}) : Object.assign({}, ...part.pipe.map(wordsOf));
}

/** What the rules of prime.toml say by themselves. */
export function rulesAsJson(): Json {
  const rules = wordsOf(CONFIG_SCHEMA);
  (rules.properties as Json).app = wordsOf(APP_SCHEMA);
  return rules;
}

/** The text of prime.schema.json, of which the launcher holds only what `rulesAsJson` has left: build/plugins/schema-text.ts. */
export function schemaText(left: object = remarks): string {
  const rules = rulesAsJson();
  add(rules, left);
  return JSON.stringify(rules);
}

function add(to: Json, more: object): void {
  for (const [key, value] of Object.entries(more)) {
    if (to[key] instanceof Object) add(to[key] as Json, value);
    else to[key] = value;
  }
}
