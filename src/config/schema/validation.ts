import type { BaseIssue, BaseSchema, InferOutput } from "valibot";
import { PrimeError } from "../../errors.ts";
import { didYouMean } from "../../nearest.ts";
import { quoted } from "../../quoted.ts";
import { isTable, quotedToml } from "../../toml.ts";
import type { Layer } from "../layer.ts";
import { KEYS } from "./keys.ts";
import type { ConfigValues } from "./schema.ts";

/** Checks a layer's keys and values; throws `config-unknown-key` or `config-value` for the first one that is wrong. */
export async function validate(layer: Layer): Promise<ConfigValues> {
  if (Object.keys(layer.values).length === 0) return {};
  const { CONFIG_SCHEMA, TASK_SCHEMA, UV_SCHEMA } = await import("./schema.ts");
  refuseUnknownKeys(layer, [], layer.values, [...KEYS, "app"]);
  refuseUnknownKeys(layer, ["uv"], layer.values.uv, Object.keys(UV_SCHEMA.entries));
  await refuseUnknownRules(layer, ["upgrade"], layer.values.upgrade);
  for (const [name, task] of Object.entries(isTable(layer.values.tasks) ? layer.values.tasks : {})) {
    refuseUnknownKeys(layer, ["tasks", name], task, Object.keys(TASK_SCHEMA.entries));
  }
  return check(CONFIG_SCHEMA, layer.values, layer);
}

/** Checks values by any schema whose messages say what was expected; throws `config-value` for the first that is wrong. */
export async function check<TSchema extends BaseSchema<unknown, unknown, BaseIssue<unknown>>>(
  schema: TSchema,
  values: unknown,
  place: Place,
): Promise<InferOutput<TSchema>> {
  const { safeParse } = await import("./schema.ts");
  const result = safeParse(schema, values, { abortEarly: true });
  if (!result.success) throw refusal(place, mostExact(result.issues[0]));
  return result.output;
}

/** Of a value that fits no way of saying it, what is wrong within it, where that can be told. */
function mostExact(issue: BaseIssue<unknown>): BaseIssue<unknown> {
  const within = issue.issues?.find(({ path }) => path !== undefined && path.length > 0);
  return within === undefined
    ? issue
    : { ...within, path: [...(issue.path ?? []), ...(within.path ?? [])] as IssuePath };
}

type IssuePath = NonNullable<BaseIssue<unknown>["path"]>;
/** `hint`: what to do about a value that is wrong, where it is not to go by the default. */
export type Place = Pick<Layer, "placeOf" | "exitCode"> & { readonly hint?: string };

/** Whether a value is one that the key can have. */
export async function accepts(key: keyof ConfigValues, value: unknown): Promise<boolean> {
  const { CONFIG_SCHEMA, is } = await import("./schema.ts");
  return is(CONFIG_SCHEMA.entries[key].wrapped, value);
}

/** The same for a policy, whose tables stand in lists, too; `keys` leads to it. */
export async function refuseUnknownRules(place: Place, keys: readonly string[], policy: unknown): Promise<void> {
  if (!isTable(policy)) return;
  const { TRIAL_SCHEMA, UPGRADE_SCHEMA, VERIFY_SCHEMA, WINDOW_SCHEMA } = await import("./schema.ts");
  refuseUnknownKeys(place, keys, policy, Object.keys(UPGRADE_SCHEMA.entries));
  refuseUnknownKeys(place, [...keys, "trial"], policy.trial, Object.keys(TRIAL_SCHEMA.entries));
  for (const [key, { entries }] of Object.entries({ windows: WINDOW_SCHEMA, verify: VERIFY_SCHEMA })) {
    const list: unknown = policy[key];
    for (const [index, one] of (Array.isArray(list) ? list : []).entries())
      refuseUnknownKeys(place, [...keys, key, String(index)], one, Object.keys(entries));
  }
}

/** Throws `config-unknown-key` for the first key of a table that is none of the known ones. */
export function refuseUnknownKeys(
  layer: Place,
  keys: readonly string[],
  value: unknown,
  known: readonly string[],
): void {
  if (!isTable(value)) return;
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw unknownKey(layer, [...keys, unknown], known);
}

function unknownKey(place: Place, chain: readonly string[], known: readonly string[]): PrimeError {
  const message = `could not use ${place.placeOf(chain)}: unknown key \`${dotted(chain)}\``;
  return new PrimeError(
    "config-unknown-key",
    message + didYouMean(chain.at(-1) ?? "", known),
    `correct or remove it${known.length === 0 ? "" : `; the keys here are ${known.join(", ")}`}`,
    { exitCode: place.exitCode },
  );
}

function refusal(place: Place, issue: BaseIssue<unknown>): PrimeError {
  const last = issue.path?.at(-1);
  const isMissing = (issue.type === "strict_object" || issue.type === "object") && last?.origin === "key";
  const isName = last?.origin === "key" && !isMissing;
  const chain = (issue.path ?? []).map((item) => String(item.key));
  if (isMissing && issue.expected === "never") return unknownKey(place, chain, []);
  const set = isMissing ? chain.slice(0, -1) : chain;
  const found = isMissing ? `but \`${chain.at(-1)}\` is missing` : `found ${foundText(issue.input)}`;
  const subject = isName ? `the name in \`${dotted(chain)}\`` : set.length === 0 ? "it" : `\`${dotted(set)}\``;
  const message = `could not use ${place.placeOf(set)}: ${subject} must be ${issue.message}${isName ? "" : `, ${found}`}`;
  return new PrimeError(
    "config-value",
    message,
    place.hint ?? (isMissing ? "add it" : "correct the value, or remove it to go by the default"),
    { exitCode: place.exitCode },
  );
}

function dotted(chain: readonly string[]): string {
  return chain
    .map(quoted)
    .reduce((text, key) => (text === "" ? key : /^\d+$/.test(key) ? `${text}[${key}]` : `${text}.${key}`), "");
}

function foundText(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return `the truth value ${value}`;
  return quotedToml(value);
}
