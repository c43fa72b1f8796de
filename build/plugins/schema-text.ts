import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { rulesAsJson } from "../../src/config/schema/json-schema.ts";

/** Loads only those parts of prime.toml's schema that its rules don't give. */
export const schemaText: Plugin = {
  name: "schema-text",
  setup: (build) =>
    build.onLoad({ filter: /\/prime\.schema\.json$/ }, ({ path }) => ({
      contents: `export default ${JSON.stringify(withoutRules(JSON.parse(readFileSync(path, "utf8")), rulesAsJson()))};`,
      loader: "js",
    })),
};

/** What the rules lack of the whole; undefined when they are the same. */
export function withoutRules(whole: unknown, rules: unknown): unknown {
  if (!(whole instanceof Object && rules instanceof Object)) return whole === rules ? undefined : whole;
  const parts = Object.entries(whole).map(([key, part]) => [key, withoutRules(part, (rules as never)[key])]);
  const left = parts.filter(([, part]) => part !== undefined);
  return left.length === 0 && Object.keys(rules).every((key) => key in whole) ? undefined : Object.fromEntries(left);
}
