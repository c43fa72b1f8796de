import * as path from "node:path";
import { tomlText } from "../toml.ts";
import type { Config } from "./config.ts";
import { FIELDS, KEYS } from "./keys.ts";
import { foreignValues } from "./protoprimer/documents.ts";
import type { Source } from "./source.ts";

/** Beyond this many columns a long value no longer moves the sources of all the others. */
const WIDEST_VALUE = 32;

/** The whole configuration for people: TOML that could stand in `prime.toml`, each line with where its value is from. */
export function renderEval(config: Config): string {
  const rows = KEYS.map((key) => {
    const { value, source } = config[FIELDS[key]];
    const isSet = value !== null;
    return {
      key: isSet ? key : `# ${key}`,
      value: isSet ? tomlText(value) : "(not set)",
      from: sourceText(source, config.root),
    };
  });
  const keyWidth = Math.max(...rows.map((row) => row.key.length));
  const valueWidth = Math.max(...rows.map((row) => row.value.length).filter((width) => width <= WIDEST_VALUE));
  const lines = rows.map((row) => `${row.key.padEnd(keyWidth)} = ${row.value.padEnd(valueWidth)}  # ${row.from}`);
  return `${lines.join("\n")}\n`;
}

/** The same as data: `{key: {value, source}}`, `null` for what is not set. */
export function evalJson(config: Config): Readonly<Record<string, unknown>> {
  return { ...Object.fromEntries(KEYS.map((key) => [key, config[FIELDS[key]]])), ...foreignValues(config) };
}

/** Where a value came from, in a few words for people; paths inside root are shown relative to it. */
export function sourceText(source: Source, root: string): string {
  if (source.kind === "default") return "default";
  if (source.reason !== undefined) return source.reason;
  const where = source.kind === "file" ? shown(source.where ?? "", root) : (source.where ?? "");
  return source.key === undefined ? where : `${where}, ${source.key}`;
}

function shown(file: string, root: string): string {
  const relative = path.relative(root, file);
  const name = relative.startsWith("../") ? file : relative;
  return /\p{Cc}/u.test(name) ? tomlText(name) : name;
}
