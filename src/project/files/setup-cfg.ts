import { MOST, readText } from "../../edges/files/read.ts";
import { refuseLeftByGit } from "../../left-by-git.ts";
import { normalizeName } from "../packages.ts";

/** What setup.cfg declares (setuptools' "Declarative config"). */
export interface SetupCfg {
  readonly name: string | undefined;
  /** Whether it describes a distribution at all; most only configure tools. */
  readonly declaresProject: boolean;
  readonly extras: Readonly<Record<string, readonly string[]>>;
  /** Files that its `file:` directives read requirements from, relative to its folder. */
  readonly requirementFiles: readonly string[];
}

/** undefined: there is none. */
export function readSetupCfg(file: string): SetupCfg | undefined {
  const text = readText(file, MOST.written);
  if (text === undefined) return undefined;
  refuseLeftByGit(text, file);
  const sections = parseIni(text);
  const options = sections.get("options");
  const declared = sections.get("options.extras_require") ?? new Map<string, string>();
  const extras: Record<string, readonly string[]> = {};
  for (const [name, value] of declared)
    extras[normalizeName(name)] = filesOf(value).length > 0 ? [] : items(value, "\n");
  const name = sections.get("metadata")?.get("name");
  return {
    name,
    declaresProject: name !== undefined || options !== undefined,
    extras,
    requirementFiles: [options?.get("install_requires") ?? "", ...declared.values()].flatMap(filesOf),
  };
}

/**
 * The sections of an INI text as Python's `configparser` reads them for setuptools: `=` or `:`, values that go on over
 * deeper indented lines, whole-line comments by `#` or `;`, none at a line's end.
 */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string[]>>();
  let section: Map<string, string[]> | undefined;
  let key: string | undefined;
  let keyIndent = 0;
  for (const line of text.split(/\r?\n/)) {
    const content = line.trim();
    const indent = line.length - line.trimStart().length;
    if (content === "" || /^[#;]/.test(content)) continue;
    if (section !== undefined && key !== undefined && indent > keyIndent) {
      section.get(key)?.push(content);
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(content)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string[]>();
      sections.set(header, section);
      key = undefined;
      continue;
    }
    const end = content.search(/[=:]|$/);
    key = end === 0 ? undefined : content.slice(0, end).trimEnd();
    keyIndent = indent;
    if (key !== undefined) section?.set(key, [content.slice(end + 1).trimStart()]);
  }
  return new Map([...sections].map(([name, entries]) => [name, joined(entries)]));
}

function joined(entries: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  return new Map([...entries].map(([key, lines]) => [key, lines.join("\n").trim()]));
}

function filesOf(value: string): string[] {
  const listed = /^\s*file:(.*)$/s.exec(value)?.[1];
  return listed === undefined ? [] : items(listed, /[\n,]/);
}

function items(value: string, separator: string | RegExp): string[] {
  return value
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
