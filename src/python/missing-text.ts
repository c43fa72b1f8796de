import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { readText } from "../edges/files/read.ts";
import { tolerate } from "../errors.ts";

/** Where a distributor's words may stand; those of the machine's administrator come first. */
const FOLDERS = ["/etc/prime", "/usr/share/prime"];

/**
 * What a distributor has to say to users whose interpreter is missing: `python-missing.ini` has a section `python-missing` with
 * `Error` and, for languages, `Error-xx_YY` and `Error-xx`, as PEP 668 has it for EXTERNALLY-MANAGED. A file that can't be read
 * or understood says nothing.
 */
export function missingText(env: Environment, folders: readonly string[] = FOLDERS): string | undefined {
  for (const folder of folders) {
    const entries = readSection(path.join(folder, "python-missing.ini"), "python-missing");
    for (const key of [...languagesOf(env).map((language) => `error-${language.toLowerCase()}`), "error"]) {
      const text = entries?.get(key)?.trim();
      if (text) return text;
    }
  }
  return undefined;
}

/** `de_AT.UTF-8@euro` → `de_AT`, `de`; none for C and POSIX (locale(7): the first variable that is set and not empty counts). */
function languagesOf({ LC_ALL, LC_MESSAGES, LANG }: Environment): string[] {
  const locale = (LC_ALL || LC_MESSAGES || LANG || "C").replace(/[.@].*$/, "");
  if (locale === "C" || locale === "POSIX") return [];
  return locale.includes("_") ? [locale, locale.replace(/_.*$/, "")] : [locale];
}

/** Keys in lower case, and their values; indented lines go on with the value before (Python's configparser, no interpolation). */
function readSection(file: string, section: string): Map<string, string> | undefined {
  const entries = new Map<string, string>();
  let isInside = false;
  let last: string | undefined;
  for (const line of (tolerate(() => readText(file)) ?? "").split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, key, value] = /^([^\s=:[][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) isInside = name === section;
    else if (isInside && key !== undefined) {
      last = key.toLowerCase();
      entries.set(last, value ?? "");
      continue;
    } else if (isInside && last !== undefined && /^(?:\s|$)/.test(line)) {
      entries.set(last, `${entries.get(last)}\n${line.trim()}`);
      continue;
    }
    last = undefined;
  }
  return entries.size === 0 ? undefined : entries;
}
