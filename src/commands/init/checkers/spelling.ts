import { globMatcher } from "../../../inputs/glob.ts";
import { tomlText } from "../../../toml.ts";
import type { Deed } from "../deed.ts";
import { deedOf, iniSetting, type Setting, tomlSetting } from "./setting.ts";

/** Local names of the program are short, and some are taken for misspelled words: no text can help that. */
const CODESPELL = { ini: "codespell", table: ["tool", "codespell"] };
const TYPOS = { key: "extend-exclude", pyproject: ["tool", "typos", "files"], own: ["files"] };

/**
 * codespell's `skip`: patterns, held against the name of a file or folder, its path, and its path behind `./`.
 * `isOnlyOne`: nothing else in the repo is named as the launcher is.
 */
export async function planCodespell(
  file: string,
  text: string,
  launcher: string,
  isOnlyOne: boolean,
): Promise<Deed | undefined> {
  const isToml = file.endsWith(".toml");
  const setting = isToml ? await tomlSetting(text, CODESPELL.table, "skip") : iniSetting(text, CODESPELL.ini, "skip");
  if (setting === null || (!isToml && setting === undefined)) return undefined;
  const wanted = launcher.includes("/") ? `./${launcher},${launcher}` : isOnlyOne ? launcher : `./${launcher}`;
  const line = (value: string) => (isToml ? `skip = ${tomlText(value)}` : `skip = ${value}`);
  return deedOf({
    file,
    table: isToml ? CODESPELL.table.join(".") : CODESPELL.ini,
    setting,
    line: line(wanted),
    leavesOut: (value) => globsIn(value).some((glob) => [launcher, `./${launcher}`].some(matcher(glob))),
    joined: (value) => `write it as \`${line([...globsIn(value), wanted].join(","))}\``,
  });
}

function globsIn(value: unknown): string[] {
  const parts = Array.isArray(value) ? value.map(String) : String(value).split(/[,\n]/);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function matcher(glob: string): (text: string) => boolean {
  return globMatcher(glob, { crossing: true });
}

/** typos' list of patterns, in the form of a .gitignore: a leading `/` holds them to this place. */
export async function planTypos(file: string, text: string, launcher: string): Promise<Deed | undefined> {
  const isShared = file.endsWith("pyproject.toml");
  if (isShared && (await tomlSetting(text, TYPOS.pyproject.slice(0, 2), TYPOS.key)) === null) return undefined;
  const table = isShared ? TYPOS.pyproject : TYPOS.own;
  const found = await tomlSetting(text, table, TYPOS.key);
  const line = `${TYPOS.key} = ["/${launcher}"]`;
  const name = table.join(".");
  return deedOf({
    file,
    table: name,
    setting: found === null ? newTable(text, name) : found,
    line,
    leavesOut: (value) =>
      listOf(value).some((glob) => [`/${launcher}`, launcher].some((name) => matcher(String(glob))(name))),
    joined: (value) => `write it as \`${TYPOS.key} = ${tomlText([...listOf(value), `/${launcher}`])}\``,
  });
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function newTable(text: string, name: string): Setting {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text === "" ? "" : text.endsWith("\n") ? end : end + end;
  return { kind: "absent", put: (lines) => text + before + [`[${name}]`, ...lines].map((one) => one + end).join("") };
}

/** cspell reads in the launcher itself that it is to leave it out. */
export function planCspell(file: string): Deed {
  return { file, verb: "keep", why: "needs nothing: the launcher says `cspell:disable`" };
}
