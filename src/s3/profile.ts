import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { readText } from "../edges/files/read.ts";
import { findPlaces } from "../edges/places.ts";

/** What the files of the AWS tools say of one profile, by key; those of a nested one behind its name and a dot. */
export interface Profile {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The profile of AWS_PROFILE, else the one named `default`; what the file of credentials says goes before the other one. */
export function readProfile(env: Environment): Profile {
  const name = env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE ?? "default";
  const { home } = findPlaces(env);
  const at = (given: string | undefined, standard: string) =>
    (given ?? path.join(home, ".aws", standard)).replace(/^~(?=\/)/, home);
  const files = [at(env.AWS_CONFIG_FILE, "config"), at(env.AWS_SHARED_CREDENTIALS_FILE, "credentials")];
  return { name, values: Object.assign({}, ...files.map((file) => section(file, name))) as Record<string, string> };
}

/** Lines `key = value` of a file, below a heading where one is asked for. */
export function section(file: string, heading?: string): Record<string, string> {
  const values: Record<string, string> = {};
  let isMeant = heading === undefined;
  let outer = "";
  for (const line of (path.isAbsolute(file) ? (readText(file) ?? "") : "").split(/\r?\n/)) {
    const [, name] = /^\s*\[\s*(?:profile\s+)?(.*?)\s*\]/.exec(line) ?? [];
    if (name !== undefined) isMeant = name.replace(/^["'](.*)["']$/, "$1") === heading;
    const [, indent, key = "", value = ""] = /^(\s*)([^\s#;=[][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (!isMeant || indent === undefined) continue;
    if (indent === "") outer = key;
    values[indent === "" || outer === key ? key : `${outer}.${key}`] = value;
  }
  return values;
}
