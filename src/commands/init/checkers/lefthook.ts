import type { Deed } from "../deed.ts";
import { linesOf, withLines } from "../deed.ts";

/**
 * Lefthook has no list for all hooks: `exclude` of the hook `pre-commit` is one for all of its jobs, from lefthook 1.13.4 on.
 * It is written where the hook has none.
 */
export function planLefthook(file: string, text: string, launcher: string): Deed {
  const line = `exclude${file.endsWith("toml") ? " =" : ":"} [${JSON.stringify(launcher)}]`;
  const todo = (what: string): Deed => ({ file, verb: "todo", why: `its hooks would see the launcher: ${what}` });
  if (!/\.ya?ml$/.test(file)) return todo(`add \`${line}\` to the hook pre-commit`);
  const lines = linesOf(text);
  const at = lines.findIndex((one) => /^(["']?)pre-commit\1[ \t]*:[ \t]*(?:#.*)?$/.test(one));
  if (at < 0) {
    return /^\{|pre-commit/m.test(text)
      ? todo(`add \`${line}\` to the hook pre-commit`)
      : { file, verb: "keep", why: "it has no hook pre-commit" };
  }
  const below = lines.slice(at + 1);
  const end = below.findIndex((one) => /^[^\s#]/.test(one));
  const body = below.slice(0, end < 0 ? below.length : end);
  const first = body.find((one) => /^[ \t]+[^\s#]/.test(one));
  const indent = /^[ \t]*/.exec(first ?? "")?.[0] ?? "";
  if (indent === "") return todo(`add \`${line}\` to the hook pre-commit`);
  const own = body.findIndex((one) => one.startsWith(`${indent}exclude:`));
  if (own < 0) {
    return {
      file,
      verb: "change",
      why: `the hook pre-commit gets \`${line}\``,
      text: withLines(text, at + 1, [indent + line]),
    };
  }
  const rest = body.slice(own);
  const next = rest.findIndex(
    (one, index) => index > 0 && /\S/.test(one) && !one.startsWith(`${indent} `) && !one.startsWith(`${indent}-`),
  );
  const value = rest.slice(0, next < 0 ? rest.length : next).join("\n");
  const names: readonly string[] = value.match(/[^\s"'[\],]+/g) ?? [];
  if (names.includes(launcher)) return { file, verb: "keep", why: "leaves the launcher out" };
  return todo(`add ${JSON.stringify(launcher)} to the list \`exclude\` in its line ${at + own + 2}`);
}
