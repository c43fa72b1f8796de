import { isTable, parseToml, type Table, valueAt } from "../../../toml.ts";
import { type Deed, linesOf, withLines } from "../deed.ts";

/** A key in a tool's configuration: not there, but with a place for it; or there with a value. */
export type Setting =
  | { readonly kind: "absent"; readonly put: (lines: readonly string[]) => string }
  | { readonly kind: "present"; readonly value: unknown; readonly line: number };

/** What a tool is to be told, in its own words. */
export interface Wish {
  readonly file: string;
  /** Where the key belongs, as the tool writes it; empty: to no table. */
  readonly table: string;
  /** Undefined: the tool's configuration is there, but in a form in which no place for the key can be told. */
  readonly setting: Setting | undefined;
  /** What a value means; undefined when that can't be told. */
  readonly leavesOut: (value: unknown) => boolean | undefined;
  /** The line for a configuration that has none. */
  readonly line: string;
  /** What people are to write in place of another value, or beside it. */
  readonly joined: (value: unknown) => string;
}

/** A setting that is free is written; another one is left to people, with the words that are right. */
export function deedOf({ file, table, setting, leavesOut, line, joined }: Wish): Deed {
  if (setting === undefined) return { file, verb: "todo", why: `add \`${line}\`${table && ` to [${table}]`}` };
  if (setting.kind === "absent") return { file, verb: "change", why: `gets \`${line}\``, text: setting.put([line]) };
  if (leavesOut(setting.value) === true) return { file, verb: "keep", why: "leaves the launcher out" };
  return {
    file,
    verb: "todo",
    why: `${setting.line > 0 ? `line ${setting.line}` : `[${table}]`} leaves out others, not the launcher: ${joined(setting.value)}`,
  };
}

/**
 * A key of a section, as configparser reads it: keys may be indented, and what is indented more than its key belongs to
 * the value. Undefined: there is no such section.
 */
export function iniSetting(text: string, section: string, key: string): Setting | undefined {
  const lines = linesOf(text);
  const start = lines.findIndex((line) => line.trim() === `[${section}]`) + 1;
  if (start === 0) return undefined;
  const end = lines.findIndex((line, at) => at >= start && line.startsWith("["));
  const body = lines.slice(start, end < 0 ? lines.length : end);
  const indent = /^[ \t]*/.exec(body.find((line) => /^[ \t]*[^\s#;]/.test(line)) ?? "")?.[0] ?? "";
  const wanted = new RegExp(`^[ \\t]{0,${indent.length}}${key}[ \\t]*[=:]`, "i");
  const own = body.findIndex((line) => wanted.test(line));
  if (own < 0)
    return {
      kind: "absent",
      put: (added) =>
        withLines(
          text,
          start,
          added.map((line) => indent + line),
        ),
    };
  const [first = "", ...rest] = body.slice(own);
  const more = rest.findIndex((line) => !new RegExp(`^[ \\t]{${indent.length + 1},}\\S`).test(line));
  const value = [first.replace(wanted, ""), ...rest.slice(0, more < 0 ? rest.length : more)];
  const said = value.map((line) => line.trim()).filter((line) => !/^[#;]/.test(line));
  return { kind: "present", value: said.join("\n").trim(), line: start + own + 1 };
}

/**
 * A key of a table of TOML. `null`: there is no such table. Undefined: it is there, but not by a header of its own, or
 * the text is torn.
 */
export async function tomlSetting(
  text: string,
  table: readonly string[],
  key: string,
): Promise<Setting | undefined | null> {
  const parsed = await parseToml(text, "").catch(() => undefined);
  if (parsed === undefined) return undefined;
  const found: unknown = table.length === 0 ? parsed : valueAt(parsed, table);
  if (!isTable(found)) return null;
  const lines = linesOf(text);
  const header = lines.findIndex((line) => headerOf(line) === table.join("."));
  if (Object.hasOwn(found, key)) {
    const before = header < 0 && table.length > 0 ? `${table.at(-1)}\\.` : `["']?`;
    const own = lines.findIndex(
      (line, at) => at > header && new RegExp(`^[ \\t]*${before}${key}["']?[ \\t]*=`).test(line),
    );
    return { kind: "present", value: (found as Table)[key], line: own + 1 };
  }
  if (table.length > 0)
    return header < 0 ? undefined : { kind: "absent", put: (added) => withLines(text, header + 1, added) };
  const first = lines.findIndex((line) => /^[ \t]*[^#\s]/.test(line));
  return { kind: "absent", put: (added) => withLines(text, Math.max(0, first), added) };
}

function headerOf(line: string): string | undefined {
  return /^[ \t]*\[[ \t]*([^[\]]+?)[ \t]*\][ \t]*(?:#.*)?$/
    .exec(line)?.[1]
    ?.replace(/["']|[ \t]*(?=\.)|(?<=\.)[ \t]*/g, "");
}
