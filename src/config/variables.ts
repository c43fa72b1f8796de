import type { Environment } from "../edges/command.ts";
import { SAFE_VARIABLE } from "../edges/files/trust.ts";
import { CACHE_VARIABLE } from "../edges/places.ts";
import { EXIT_FAILURE, passOn } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { parseToml } from "../toml.ts";
import type { Layer } from "./layer.ts";
import { KEYS, type Key, variableOf } from "./schema/keys.ts";
import { accepts } from "./schema/validation.ts";

const PREFIX = "PRIME_";

/** Variables of prime's that are not configuration: what the launcher sets for itself from stage to stage, and what a repo has no say in. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["PRIME_PROGRESS", "PRIME_HEAD", SAFE_VARIABLE, CACHE_VARIABLE],
  ...["PRIME_UPDATE", "PRIME_LAUNCHER", "PRIME_GENERATION", "PRIME_TRIAL", "PRIME_APP_TASK", "PRIME_RELAUNCHED"],
]);

/** Every variable that can change the configuration. */
export const CONFIG_VARIABLES: readonly string[] = [...KEYS.map(variableOf), "CI"];

/** What `PRIME_<KEY>` variables say. An empty one counts as not set. */
export async function readVariables(env: Environment): Promise<Layer> {
  const values: Record<string, unknown> = {};
  for (const key of KEYS) {
    const text = env[variableOf(key)]?.trim();
    if (text) values[key] = await meaningOf(key, text);
  }
  return {
    values,
    sourceOf: (key) => ({ kind: "environment", where: variableOf(key as Key) }),
    placeOf: ([key]) => `${variableOf(key as Key)} in the environment`,
    exitCode: EXIT_FAILURE,
    isFile: false,
  };
}

/** Variables by which users of uv choose what is installed. */
const CHOICE_OF_UV =
  /^UV_(?:PYTHON(?:_PREFERENCE)?|(?:NO_)?MANAGED_PYTHON|NO_(?:DEV|GROUP|DEFAULT_GROUPS|EDITABLE|SOURCES|BUILD|BINARY)(?:_PACKAGE|_ISOLATION)?|PRERELEASE|RESOLUTION|(?:FORK|INDEX)_STRATEGY|(?:BUILD_)?CONSTRAINT|OVERRIDE|EXCLUDE|TORCH_BACKEND|FROZEN|LOCKED|PROJECT_ENVIRONMENT)$/;

/** A sentence for each variable that one expects to count and that does not; other tools may use prime's prefix too. */
export function strangeVariables(env: Environment): string[] {
  const known = CONFIG_VARIABLES.filter((name) => name.startsWith(PREFIX));
  const isOwn = (name: string) => name.startsWith(PREFIX) && !known.includes(name) && !RESERVED.has(name);
  const strange = Object.keys(env).filter(
    (name) => env[name] !== undefined && (isOwn(name) || CHOICE_OF_UV.test(name)),
  );
  const own = (name: string) => name.slice(PREFIX.length);
  return strange.sort().map((name) => {
    const meant = didYouMean(own(name), known.map(own)).replace("`", `\`${PREFIX}`);
    return `${name} in the environment is not a setting of prime's and is ignored${meant}`;
  });
}

/**
 * The value that a variable's text stands for: TOML when that gives what the key wants, else the text as it is. So
 * `3.10` stays a version where a number would lose its zero, and `check` needs no quotes.
 */
async function meaningOf(key: Key, text: string): Promise<unknown> {
  const asToml = await tomlValue(text);
  if (asToml === undefined || (await accepts(key, asToml))) return asToml ?? text;
  return (await accepts(key, text)) ? text : asToml;
}

async function tomlValue(text: string): Promise<unknown> {
  try {
    const { value, ...rest } = await parseToml(`value = ${text}`, "a variable");
    return Object.keys(rest).length === 0 ? value : undefined;
  } catch (error) {
    passOn(error);
    return undefined;
  }
}
