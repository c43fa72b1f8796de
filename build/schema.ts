/*
 * Writes what is generated from the configuration's schema: prime.schema.json, prime-pythons.schema.json, and the tables of keys
 * in docs/configuration.md and docs/apps.md between their markers. With --check it writes nothing and fails when one of them is
 * not what the schema gives.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import { getDescription, getMetadata } from "valibot";
import { APP_SCHEMA } from "../src/config/schema/app-schema.ts";
import { DEFAULTS, KEYS, type Key } from "../src/config/schema/keys.ts";
import { BUILD_LIST_SCHEMA, CONFIG_SCHEMA } from "../src/config/schema/schema.ts";
import { tomlText } from "../src/toml.ts";
import { APP_KEYS } from "./app-keys.ts";
import { RULES } from "./rules.ts";

/** The JSON schema of prime.toml, for editors. Rules that JSON Schema cannot say are left to prime itself. */
export function schemaText(): string {
  // `output`: of "a table, and then these entries" the second half is the one that says something.
  const { $schema, ...schema } = toJsonSchema(CONFIG_SCHEMA, { errorMode: "ignore", typeMode: "output" });
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    if (typeof property !== "object") throw new Error(`the schema of ${key} says nothing`);
    const { standard: _, ...rest } = (key === "upgrade" ? withRules(property) : property) as typeof property & {
      standard?: string;
    };
    return [key, key in DEFAULTS ? { ...rest, default: DEFAULTS[key as keyof typeof DEFAULTS] } : rest];
  });
  const described = {
    $schema,
    title: "prime.toml",
    description: "Configuration of prime; the same keys stand in [tool.prime] of pyproject.toml.",
    ...schema,
    properties: { ...Object.fromEntries(properties), app: appSchema() },
  };
  return `${JSON.stringify(described, null, 2)}\n`;
}

function appSchema(): object {
  const { $schema: _, ...schema } = toJsonSchema(APP_SCHEMA, { errorMode: "ignore", typeMode: "input" });
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    return [key, { description: APP_KEYS[key as keyof typeof APP_KEYS][0], ...(property as object) }];
  });
  return {
    description: "The app that `./prime app run` starts: see docs/apps.md.",
    ...schema,
    properties: Object.fromEntries(properties),
  };
}

/** The JSON schema of the short form of a list of interpreters. */
export function listSchemaText(): string {
  const schema = toJsonSchema(BUILD_LIST_SCHEMA, { errorMode: "ignore", typeMode: "input" });
  const described = {
    title: "interpreters for prime",
    description: "What `manifest` in [upgrade] may lead to.",
    ...schema,
  };
  return `${JSON.stringify(described, null, 2)}\n`;
}

function withRules(property: { properties?: Readonly<Record<string, unknown>> | undefined }): object {
  const rules = Object.entries(property.properties ?? {}).map(([key, one]) => {
    return [key, { description: RULES[key as keyof typeof RULES][0], ...(one as object) }];
  });
  return { ...property, properties: Object.fromEntries(rules) };
}

/** The table of a policy's keys, in Markdown. */
function ruleTable(): string {
  const rows = Object.entries(RULES).map(([key, cells]) => `| \`${key}\` | ${cells.join(" | ")} |`);
  return ["| key | meaning | default | with a machine's policy |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** The table of keys, in Markdown. */
export function keyTable(): string {
  const rows = KEYS.map(
    (key) => `| \`${key}\` | ${getDescription(CONFIG_SCHEMA.entries[key].wrapped)} | ${standardOf(key)} |`,
  );
  return ["| key | meaning | default |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The page about apps with the table of keys renewed. */
export function withAppTable(paper: string): string {
  const rows = Object.entries(APP_KEYS).map(([key, cells]) => `| \`${key}\` | ${cells.join(" | ")} |`);
  return between(paper, "app", ["| key | meaning | default |", "| --- | --- | --- |", ...rows].join("\n"));
}

/** The page with the two tables between their markers renewed. */
export function withTables(paper: string): string {
  return between(between(paper, "keys", keyTable()), "rules", ruleTable());
}

function between(paper: string, name: string, table: string): string {
  const [first, last] = [`<!-- ${name}: written by build/schema.ts -->`, `<!-- ${name}: end -->`];
  const [start, end] = [paper.indexOf(first), paper.indexOf(last)];
  if (start === -1 || end < start) throw new Error(`a paper lacks the markers ${first} and ${last}`);
  return `${paper.slice(0, start)}${first}\n\n${table}\n\n${paper.slice(end)}`;
}

function standardOf(key: Key): string {
  const { standard } = getMetadata(CONFIG_SCHEMA.entries[key].wrapped) as { standard?: string };
  if (standard !== undefined) return standard;
  const value: unknown = DEFAULTS[key as keyof typeof DEFAULTS];
  const isEmpty = typeof value === "object" && Object.keys(value ?? {}).length === 0;
  return isEmpty ? "none" : `\`${tomlText(value)}\``;
}

function main(args: readonly string[]): void {
  const check = args.includes("--check");
  const files: readonly [string, (old: string) => string][] = [
    ["prime.schema.json", schemaText],
    ["prime-pythons.schema.json", listSchemaText],
    ["docs/configuration.md", withTables],
    ["docs/apps.md", withAppTable],
  ];
  for (const [name, renew] of files) {
    const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
    const old = existsSync(file) ? readFileSync(file, "utf8") : "";
    const fresh = renew(old);
    if (fresh === old) continue;
    if (check) throw new Error(`${name} is not what the schema of the configuration gives: run build/schema.ts`);
    writeFileSync(file, fresh);
    console.log(`wrote ${name}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
