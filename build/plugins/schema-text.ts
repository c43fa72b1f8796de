import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Shorter parts take no less room by a name. */
const SHORTEST = 40;

/** Loads prime.toml's schema, in which the same parts stand at many places, as a value that writes each of them once. */
export const schemaText: Plugin = {
  name: "schema-text",
  setup: (build) =>
    build.onLoad({ filter: /\/prime\.schema\.json$/ }, ({ path }) => ({
      contents: moduleOf(JSON.parse(readFileSync(path, "utf8"))),
      loader: "js",
    })),
};

/** A module whose default is the value: parts that it has more than once are constants. */
export function moduleOf(value: unknown): string {
  const counts = new Map<string, number>();
  countParts(value, counts);
  const constants = new Map<string, string>();
  const written = (part: unknown): string => {
    const json = JSON.stringify(part);
    const code = part instanceof Object ? around(part, written) : json;
    if ((counts.get(json) ?? 0) < 2 || json.length < SHORTEST) return code;
    if (!constants.has(json)) constants.set(json, code);
    return `part${[...constants.keys()].indexOf(json)}`;
  };
  const whole = written(value);
  const lines = [...constants.values()].map((code, number) => `const part${number} = ${code};`);
  return [...lines, `export default ${whole};`].join("\n");
}

function countParts(value: unknown, counts: Map<string, number>): void {
  const json = JSON.stringify(value);
  const count = (counts.get(json) ?? 0) + 1;
  counts.set(json, count);
  if (count === 1 && value instanceof Object) for (const part of Object.values(value)) countParts(part, counts);
}

function around(value: object, written: (part: unknown) => string): string {
  if (Array.isArray(value)) return `[${value.map(written).join()}]`;
  return `{${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}:${written(part)}`)
    .join()}}`;
}
