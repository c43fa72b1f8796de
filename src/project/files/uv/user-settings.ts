import * as path from "node:path";
import type { Environment } from "../../../edges/command.ts";
import { isFile } from "../../../edges/files/read.ts";
import { InputCollector } from "../../../inputs/collector.ts";
import type { Input } from "../../../inputs/input.ts";
import { INDEX_VARIABLES } from "../../../plan/index-variables.ts";
import { remembered } from "../../../secrets.ts";
import type { UvSettings } from "./uv-settings.ts";

/** What uv is told by the user and by the machine; what the repo says comes first. */
export interface UserSettings {
  /** The files that there are, the nearest first. */
  readonly files: readonly UvSettings[];
  /** Variables that say where packages come from, as they are `remembered`; null: not set. */
  readonly variables: Readonly<Record<string, string | null>>;
  readonly inputs: readonly Input[];
}

export const NO_USER_SETTINGS: UserSettings = { files: [], variables: {}, inputs: [] };

/**
 * As uv finds them ("Configuration files"): a file that UV_CONFIG_FILE names, alone; else its own below XDG_CONFIG_HOME or
 * ~/.config, then the machine's. What can't be read is uv's to complain of.
 */
export async function readUserSettings(env: Environment): Promise<UserSettings> {
  const inputs = new InputCollector();
  const files: UvSettings[] = [];
  for (const file of placesOf(env)) {
    const table = await inputs.toml(file).catch(() => undefined);
    if (table !== undefined) files.push({ file, table });
  }
  const variables = Object.fromEntries(INDEX_VARIABLES.map((name) => [name, remembered(name, env[name] || undefined)]));
  return { files, variables, inputs: inputs.list() };
}

function placesOf(env: Environment): string[] {
  if (env.UV_CONFIG_FILE) return [path.resolve(env.UV_CONFIG_FILE)];
  if (/^(?:1|true|t|yes|y|on)$/i.test(env.UV_NO_CONFIG ?? "")) return [];
  const own = env.XDG_CONFIG_HOME ?? (env.HOME && path.join(env.HOME, ".config"));
  const shared = [...(env.XDG_CONFIG_DIRS || "/etc/xdg").split(":"), "/etc"].filter(path.isAbsolute);
  const machine = shared.map((folder) => path.join(folder, "uv/uv.toml")).find(isFile);
  return [own && path.join(own, "uv/uv.toml"), machine].filter((file) => file !== undefined);
}

/** Whether a file is one of these, by its place: it is none of the repo's. */
export function isUserSettings(file: string, root: string): boolean {
  return file.endsWith("/uv/uv.toml") && !file.startsWith(`${root}/`);
}
