import { linesOf, withLines } from "../deed.ts";

/** A scalar of a block mapping, with all that is needed to say how it is written otherwise. */
export interface YamlScalar {
  readonly value: string;
  readonly style: "plain" | "single" | "double" | "block";
  /** Its first and last line, from 1. */
  readonly from: number;
  readonly to: number;
  /** What stands in front of the lines of a block. */
  readonly indent: string;
}

/** A key of the outermost mapping. `other`: it is there, and is no scalar, or in a form that is not read here. */
export type YamlSetting =
  | { readonly kind: "absent"; readonly put: (line: string) => string }
  | { readonly kind: "present"; readonly scalar: YamlScalar }
  | { readonly kind: "other"; readonly line: number };

const KEY = /^(?:[\w.-]+|"[^"]*"|'[^']*')[ \t]*:(?:[ \t]|$)/;
const BLOCK = /^[|>][-+\d]*[ \t]*(?:#.*)?$/;

/**
 * Reads one key of a block mapping by its lines: YAML indents whatever belongs to a key, so that the outermost keys are
 * those at the margin. Undefined: the text is no such mapping.
 */
export function yamlSetting(text: string, key: string): YamlSetting | undefined {
  const lines = linesOf(text.replace(/^\uFEFF/, ""));
  const first = lines.findIndex((line) => /^[^\s#]/.test(line) && !/^(?:---|%)/.test(line));
  if (first < 0 || !KEY.test(lines[first] as string)) return undefined;
  const at = lines.findIndex((line) => new RegExp(`^(["']?)${key}\\1[ \\t]*:(?:[ \\t]|$)`).test(line));
  if (at < 0) return { kind: "absent", put: (line) => withLines(text, first, [line]) };
  const scalar = scalarAt(lines, at);
  return scalar === undefined ? { kind: "other", line: at + 1 } : { kind: "present", scalar };
}

function scalarAt(lines: readonly string[], at: number): YamlScalar | undefined {
  const rest = (lines[at] as string).replace(/^[^:]*:[ \t]*/, "").trimEnd();
  const below = lines.slice(at + 1);
  const end = below.findIndex((line) => /^[^\s]/.test(line));
  const inner = below.slice(0, end < 0 ? below.length : end);
  while (inner.length > 0 && inner.at(-1)?.trim() === "") inner.pop();
  const place = { from: at + 1, to: at + 1 + inner.length, indent: /^[ \t]*/.exec(inner[0] ?? "")?.[0] ?? "" };
  if (BLOCK.test(rest)) {
    const body = inner.map((line) => line.slice(place.indent.length));
    const ended = /^.[^#]*-/.test(rest) ? "" : "\n";
    return { ...place, style: "block", value: body.join(rest.startsWith("|") ? "\n" : " ") + ended };
  }
  const quoted = /^(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)")[ \t]*(?:#.*)?$/.exec(rest);
  if (quoted?.[1] !== undefined) return { ...place, style: "single", value: quoted[1].replaceAll("''", "'") };
  if (quoted?.[2] !== undefined) return { ...place, style: "double", value: unescaped(quoted[2]) };
  if (/^["'&*!{[]/.test(rest) || (rest === "" && inner.length > 0)) return undefined;
  const words = [rest, ...inner].map((line) => line.replace(/(?:^|[ \t])#.*$/, "").trim());
  return { ...place, style: "plain", value: words.filter((word) => word !== "").join(" ") };
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0" };
  return text.replace(/\\(.)/gs, (_, letter: string) => names[letter] ?? letter);
}

/** A text as a value on one line, in the style that it has where that will do. */
export function yamlText(text: string, style: YamlScalar["style"]): string {
  if (style === "double") return `"${text.replace(/[\\"]/g, "\\$&")}"`;
  const isPlain =
    /^[\w^$(./\\][^#:]*$/.test(text) && text.trim() === text && !/^(?:null|true|false|~|[\d.]+)$/i.test(text);
  return style === "plain" && isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}
