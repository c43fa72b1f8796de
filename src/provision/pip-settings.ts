import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { readText } from "../edges/files/read.ts";
import { readUserSettings } from "../project/files/uv/user-settings.ts";
import { isTable } from "../toml.ts";

/** The proxy of pip's own settings, for where no variable names one. */
export function pipsProxy(env: Environment): Environment {
  const told = env.PIP_PROXY || saidTo(env, "proxy");
  return told === undefined || env.all_proxy || env.ALL_PROXY ? {} : { all_proxy: told };
}

/** The indexes of pip's own settings as uv's variables, for where uv's name none. */
export async function pipsIndexes(env: Environment): Promise<Environment> {
  if (
    Object.keys(env).some((name) =>
      /^UV_(?:DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX)$/.test(name),
    )
  )
    return {};
  const names = /^(?:index|index-url|extra-index-url|no-index|find-links)$/;
  const { files } = await readUserSettings(env);
  const named = files.flatMap(({ table }) => [table, isTable(table.pip) ? table.pip : {}]);
  if (named.some((table) => Object.keys(table).some((key) => names.test(key)))) return {};
  const main = env.PIP_INDEX_URL || saidTo(env, "index-url");
  const more = env.PIP_EXTRA_INDEX_URL || saidTo(env, "extra-index-url");
  return {
    ...(main === undefined ? {} : { UV_DEFAULT_INDEX: main }),
    ...(more === undefined ? {} : { UV_INDEX: more.trim().replace(/\s+/g, " ") }),
  };
}

/** The value of a key, whose further lines are indented. */
function saidTo(env: Environment, key: string): string | undefined {
  const line = new RegExp(`^${key}\\s*[=:][^\\S\\n]*(.*(?:\\n[^\\S\\n]+\\S.*)*)`, "m");
  return pipTexts(env)
    .map((text) => line.exec(text)?.[1]?.trim())
    .find(Boolean);
}

/** pip's manual, "Configuration". */
export function pipTexts({ PIP_CONFIG_FILE, XDG_CONFIG_HOME, XDG_CONFIG_DIRS, HOME = "/" }: Environment): string[] {
  const folders = [XDG_CONFIG_HOME || `${HOME}/.config`, ...(XDG_CONFIG_DIRS || "/etc/xdg").split(":")];
  const files = [...folders.map((folder) => `${folder}/pip/pip.conf`), `${HOME}/.pip/pip.conf`, "/etc/pip.conf"];
  return [...files, PIP_CONFIG_FILE ?? ""].filter(path.isAbsolute).flatMap((file) => readText(file) ?? []);
}
