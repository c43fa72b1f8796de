import { PrimeError } from "./errors.ts";
import { refuseLeftByGit } from "./left-by-git.ts";
import { quoted } from "./quoted.ts";

export type Table = Readonly<Record<string, unknown>>;

/** A table as smol-toml makes it: neither a list nor a date. */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Nobody writes so; what goes through a table part by part would end at the stack's end. */
const MOST_DEEP = 100;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** Reads TOML 1.0; `file` is only for the message. Throws `merge-conflict`, or `config-torn` with line, column and the line itself. */
export async function parseToml(text: string, file: string): Promise<Table> {
  const { parse, TomlError } = await import("./toml-parser.ts");
  try {
    const table = parse(text, { integersAsBigInt: "asNeeded" });
    if (isDeeper(table, MOST_DEEP)) {
      throw new PrimeError(
        "config-torn",
        `could not read ${file}: its tables are nested more than ${MOST_DEEP} deep`,
        `mend ${file}`,
      );
    }
    return table;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    refuseLeftByGit(text, file);
    const reason = error.message.split("\n", 1)[0]?.replace("Invalid TOML document: ", "");
    const line = text.split(/\r?\n/)[error.line - 1] ?? "";
    const message = `could not read ${file}:${error.line}:${error.column} as TOML: ${reason}\n  ${quoted(line)}`;
    throw new PrimeError("config-torn", message, `mend that line of ${file}`, { cause: error });
  }
}

/** A table as TOML text. */
export async function renderToml(table: Table): Promise<string> {
  const { stringify } = await import("./toml-parser.ts");
  return stringify(table);
}

/** The value that a chain of keys leads to; `undefined` when a part of the chain is missing or no table. */
export function valueAt(table: Table, keys: readonly string[]): unknown {
  let value: unknown = table;
  for (const key of keys) {
    if (!isTable(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

const PART = String.raw`(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;
const CHAIN = String.raw`${PART}(?:\s*\.\s*${PART})*`;
const HEADER = new RegExp(String.raw`^\s*\[\[?\s*(${CHAIN})\s*\]`);
const ASSIGNMENT = new RegExp(String.raw`^\s*(${CHAIN})\s*=`);

/**
 * The number of the line, from 1, on which a chain of keys is set, or else the longest beginning of it that is found
 * (an inline table is known by its first line). A search in the text: only for messages.
 */
export function lineOf(text: string, keys: readonly string[]): number | undefined {
  let header: readonly string[] = [];
  let found: { readonly line: number; readonly length: number } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const opened = HEADER.exec(line)?.[1];
    const assigned = ASSIGNMENT.exec(line)?.[1];
    if (opened === undefined && assigned === undefined) continue;
    if (opened !== undefined) header = parts(opened);
    const chain = opened === undefined ? [...header, ...parts(assigned ?? "")] : header;
    const shared = sharedLength(chain, keys);
    const leads = shared === Math.min(chain.length, keys.length);
    if (leads && shared > (found?.length ?? 0)) found = { line: index + 1, length: shared };
  }
  return found?.line;
}

function parts(chain: string): string[] {
  return (chain.match(new RegExp(PART, "g")) ?? []).map((part) => part.replace(/^(["'])(.*)\1$/, "$2"));
}

function sharedLength(one: readonly string[], other: readonly string[]): number {
  const differing = one.findIndex((part, index) => part !== other[index]);
  return differing === -1 ? one.length : differing;
}

/** A value as one writes it on the right of `=`, on one line. */
export function tomlText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
  if (typeof value === "number" && !Number.isFinite(value))
    return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(tomlText).join(", ")}]`;
  if (!isTable(value)) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${tomlKey(key)} = ${tomlText(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** A value as a message quotes it. */
export function quotedToml(value: unknown): string {
  return isDeeper(value, 10) ? "a value nested more than 10 deep" : quoted(tomlText(value));
}

/** For `JSON.stringify`, which has no word for the integers of TOML. */
export function textOfNumber(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function tomlKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : tomlText(key);
}
