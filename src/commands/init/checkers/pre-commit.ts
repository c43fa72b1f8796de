import { isTable, tomlText } from "../../../toml.ts";
import type { Deed } from "../deed.ts";
import { finds, isVerbose, patternOf } from "./pattern.ts";
import { deedOf, tomlSetting } from "./setting.ts";
import { type YamlScalar, yamlSetting, yamlText } from "./yaml.ts";

/** What the hooks of pre-commit and prek are not to see: `exclude`, a pattern for all of them. */
export function planPreCommit(file: string, text: string, launcher: string): Deed {
  const pattern = patternOf(launcher);
  const line = `exclude: ${yamlText(pattern, "plain")}`;
  const exclude = yamlSetting(text, "exclude");
  if (exclude === undefined) return { file, verb: "todo", why: `add \`${line}\` to its outermost keys` };
  if (exclude.kind === "present" && finds(exclude.scalar.value, launcher) === true)
    return { file, verb: "keep", why: "its `exclude` leaves the launcher out" };
  const only = yamlSetting(text, "files");
  if (only?.kind === "present" && finds(only.scalar.value, launcher) === false)
    return { file, verb: "keep", why: "its `files` leaves the launcher out" };
  if (exclude.kind === "absent") {
    return { file, verb: "change", why: `gets \`${line}\`: no hook is meant for it`, text: exclude.put(line) };
  }
  const what =
    exclude.kind === "present"
      ? joined(exclude.scalar, pattern)
      : `make it match ${pattern} too (line ${exclude.line})`;
  return { file, verb: "todo", why: `its \`exclude\` does not leave the launcher out: ${what}` };
}

/** `|` binds weakest, so that an alternative behind any pattern is right, without more parentheses. */
function joined({ value, style, from, to, indent }: YamlScalar, pattern: string): string {
  if (value.trim() === "") return `write its line ${from} as \`exclude: ${yamlText(pattern, "plain")}\``;
  if (isVerbose(value) && style === "block") return `add the line \`${indent}|${pattern}\` behind its line ${to}`;
  const lines = from === to ? `line ${from}` : `lines ${from} to ${to}`;
  return `write its ${lines} as \`exclude: ${yamlText(`${value.trim()}|${pattern}`, style)}\``;
}

/** The same for prek's own form, where a list of globs can stand in place of a pattern. */
export async function planPrek(file: string, text: string, launcher: string): Promise<Deed> {
  const pattern = patternOf(launcher);
  const written = (value: string) =>
    `exclude = ${value.includes("'") || /\n/.test(value) ? tomlText(value) : `'${value}'`}`;
  return deedOf({
    file,
    table: "",
    setting: (await tomlSetting(text, [], "exclude")) ?? undefined,
    line: written(pattern),
    leavesOut: (value) =>
      typeof value === "string" ? finds(value, launcher) : isTable(value) && globsOf(value).includes(launcher),
    joined: (value) => {
      if (isTable(value)) return `write it as \`exclude = { glob = ${tomlText([...globsOf(value), launcher])} }\``;
      const before = String(value);
      if (isVerbose(before)) return `add a last line \`|${pattern}\` to it`;
      return `write it as \`${written(before === "" ? pattern : `${before}|${pattern}`)}\``;
    },
  });
}

function globsOf({ glob }: { readonly glob?: unknown }): unknown[] {
  return Array.isArray(glob) ? glob : [glob];
}
