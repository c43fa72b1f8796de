import type { Environment } from "../../edges/command.ts";
import { readText } from "../../edges/files/read.ts";
import { expandVariables } from "../../project/files/requirements.ts";
import type { Project } from "../../project/project.ts";
import { isTable, parseToml } from "../../toml.ts";

/** A user name and password for the addresses below a prefix. */
export interface Credential {
  /** User and password as they stand before the `@` of an address. */
  readonly user: string;
  /** Host and path, without the last `/simple` of an index. */
  readonly prefix: string;
}

const ADDRESS = /^((?:[a-z]+\+)?https?:\/\/)(?:([^@/?#]*)@)?(.*)$/is;

/** An address without user and password; `ssh://git@host` and the like stay as they are. */
export function withoutCredentials(url: string): string {
  return url.replace(ADDRESS, "$1$3");
}

/** An address with user and password: those of the longest known prefix, else the first of the same host. */
export function withCredentials(url: string, known: readonly Credential[]): string {
  const [, scheme, user, rest = ""] = ADDRESS.exec(url) ?? [];
  if (scheme === undefined || user !== undefined) return url;
  const within = known.filter(({ prefix }) => rest === prefix || rest.startsWith(`${prefix}/`));
  const [best] = within.sort((a, b) => b.prefix.length - a.prefix.length);
  const found = best ?? known.find(({ prefix }) => hostOf(prefix) === hostOf(rest));
  return found === undefined ? url : `${scheme}${found.user}@${rest}`;
}

/**
 * The credentials that the repo's files and the environment have for indexes and addresses. As long as uv resolves, it
 * finds them itself. A lock does not hold them, though, and those of a path dependency's own index are not looked for
 * again. `more`: other texts with addresses.
 */
export async function credentialsOf(
  { inputs }: Project,
  env: Environment,
  more: readonly string[] = [],
): Promise<Credential[]> {
  const files = inputs.flatMap(({ kind, path }) => (kind === "file" && /\.(?:toml|txt|in)$/.test(path) ? [path] : []));
  const texts = files.map((file) => ({ file, text: readText(file) ?? "" }));
  const written = [...more, ...texts.map(({ text }) => text)].flatMap((text) => writtenIn(text, env));
  if (!Object.keys(env).some((name) => /^UV_INDEX_\w+_(?:USERNAME|PASSWORD)$/.test(name))) return written;
  const named = await Promise.all(
    texts.map(({ file, text }) => (/\/(?:pyproject|uv)\.toml$/.test(file) ? namedIndexes(text, file, env) : [])),
  );
  return [...written, ...named.flat()];
}

function writtenIn(text: string, env: Environment): Credential[] {
  const found = text.matchAll(/\bhttps?:\/\/([^\s"'@/]+)@([^\s"'?#;,\])}>]+)/g);
  return [...found].map(([, user = "", rest = ""]) => ({
    user: expandVariables(user, env),
    prefix: prefixOf(expandVariables(rest, env)),
  }));
}

/** `UV_INDEX_<NAME>_USERNAME` and `_PASSWORD` belong to the index of that name. */
async function namedIndexes(text: string, file: string, env: Environment): Promise<Credential[]> {
  const document = await parseToml(text, file);
  const { tool } = document;
  const uv = file.endsWith("/uv.toml") ? document : isTable(tool) && isTable(tool.uv) ? tool.uv : {};
  return (Array.isArray(uv.index) ? uv.index : []).filter(isTable).flatMap(({ name, url }) => {
    const variable = `UV_INDEX_${String(name)
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, "_")}`;
    const [user, password] = [env[`${variable}_USERNAME`], env[`${variable}_PASSWORD`]];
    if (typeof name !== "string" || typeof url !== "string" || (user ?? password) === undefined) return [];
    const both = [user ?? "", ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(":");
    return [{ user: both, prefix: prefixOf(ADDRESS.exec(url)?.[3] ?? url) }];
  });
}

function prefixOf(address: string): string {
  return address.replace(/\/(?:\+?simple\/?)?$/, "");
}

function hostOf(address: string): string {
  return address.replace(/\/.*/s, "");
}
