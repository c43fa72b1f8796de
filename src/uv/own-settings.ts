import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { InputCollector } from "../inputs/collector.ts";
import { readUserSettings } from "../project/files/uv/user-settings.ts";
import { readUvSettings, type UvSettings } from "../project/files/uv/uv-settings.ts";
import { isTable, type Table } from "../toml.ts";

/** All files that uv takes settings from for a root, the nearest first. */
export async function settingsOfUv(root: string, env: Environment): Promise<UvSettings[]> {
  const { files } = await readUserSettings(env);
  if (env.UV_CONFIG_FILE || env.UV_NO_CONFIG) return [...files];
  return [await readUvSettings(root, new InputCollector(), { above: true }), ...files];
}

/** Proxies that uv's settings name, which outrank the variables; by the names of these. */
export function proxiesIn(all: readonly UvSettings[]): Environment {
  const named = (key: string, name: string): Environment => {
    const value = all.map(({ table }) => table[key]).find((one) => one !== undefined);
    return value === undefined ? {} : { [name]: [value].flat().join(",") };
  };
  return {
    ...named("http-proxy", "http_proxy"),
    ...named("https-proxy", "https_proxy"),
    ...named("no-proxy", "no_proxy"),
  };
}

const PROXIES = ["http-proxy", "https-proxy", "no-proxy"];
/** What uv takes from pyproject.toml alone, wherever its settings come from. */
const OF_PROJECT =
  /^(?:sources|workspace|dev-dependencies|default-groups|dependency-groups|managed|package|build-backend)$/;
const PLACES = /^(?:url|index-url|extra-index-url|find-links)$/;

/** The same settings as one uv.toml that stands elsewhere, without their proxies. */
export function mergedWithoutProxies(all: readonly UvSettings[]): Table {
  const merged = all.map(({ file, table }) => placed(table, path.dirname(file ?? "/"))).reduceRight(merge, {});
  return Object.fromEntries(Object.entries(merged).filter(([key]) => !PROXIES.includes(key) && !OF_PROJECT.test(key)));
}

/** As uv does: of single values the nearest counts, lists are joined with the nearest first. */
function merge(far: Table, near: Table): Table {
  const both = Object.entries(near).map(([key, value]) => {
    const other = far[key];
    if (Array.isArray(value) && Array.isArray(other)) return [key, [...value, ...other]];
    return [key, isTable(value) && isTable(other) ? merge(other, value) : value];
  });
  return { ...far, ...Object.fromEntries(both) };
}

/** With paths that were relative to the file's folder. */
function placed(table: Table, folder: string): Table {
  const place = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(place);
    if (isTable(value)) return placed(value, folder);
    return typeof value === "string" && !/^[a-z][a-z+.-]*:/i.test(value) ? path.resolve(folder, value) : value;
  };
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    return isTable(value) ? placed(value, folder) : value;
  };
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [key, PLACES.test(key) ? place(value) : inner(value)]),
  );
}
