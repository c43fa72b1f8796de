import { MOST, readText } from "../../edges/files/read.ts";
import { parseIni } from "../../ini.ts";
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
