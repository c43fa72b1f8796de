import * as path from "node:path";
import { nameOfRequirement } from "../../config/app.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Environment } from "../../edges/command.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { makerMark } from "../../edges/files/own/maker-mark.ts";
import { normalizeName } from "../../project/packages.ts";
import type { Fetched } from "../../sources/fetched.ts";
import { filesInFolder } from "../../sources/local-folder.ts";
import { writeIndex } from "../../sources/local-index.ts";
import { packageOf, type SourceFile } from "../../sources/source-file.ts";
import { renderToml, type Table } from "../../toml.ts";
import type { App } from "../app.ts";
import { refuseHost, rulesOf } from "../policy.ts";
import { writeRules } from "../rules-file.ts";
import { type Required, readRequired } from "./required.ts";

/** What an app wants, as a project that uv resolves. */
export interface Wanted {
  /** Its root, absolute. */
  readonly root: string;
  /** The user's own indexes have a say. */
  readonly asksUser: boolean;
}

/** In the wanted project: uv's settings where those of the user have no say. */
export const SETTINGS = "settings.toml";

/** The package that the app is, normalized. */
export function mainPackage({ config }: App): string {
  return normalizeName(nameOfRequirement(config.packages[0] as string));
}

/** What the running app asked for counts as if its configuration named it, whose word goes first. */
function withRequired({ packages, bound }: App["config"], required: readonly Required[]) {
  const own = required.flatMap(({ packages: texts, sources }) =>
    sources.length === 0 ? [] : texts.map((text) => ({ name: nameOfRequirement(text), sources })),
  );
  return {
    packages: [...packages, ...required.flatMap((one) => one.packages)],
    bound: [...new Map([...own, ...bound].map((one) => [normalizeName(one.name), one])).values()],
  };
}

/** Writes that project down, and an index for each source that is none. `pin`: the version that the app is held at. */
export async function writeWanted(
  app: App,
  pin: string | null,
  policy: Policy,
  { env, fetched, warn }: { readonly env: Environment; readonly fetched: Fetched; warn(what: string): void },
): Promise<Wanted> {
  const required = readRequired(app);
  const config = { ...app.config, ...withRequired(app.config, required) };
  const rules = rulesOf(app, policy);
  const filesOf = async (source: string): Promise<readonly SourceFile[]> => {
    if (source.startsWith("/")) return filesInFolder(source);
    const line = { env, rules, warn };
    return source.startsWith("s3:")
      ? (await import("../../sources/s3-prefix.ts")).filesInBucket(source, line)
      : (await import("../../sources/http-folder.ts")).filesAt(source, line);
  };
  const root = path.join(app.home, "wanted");
  const work = path.join(root, `indexes.${makerMark()}`);
  makeFolder(work);
  const indexes: Table[] = [];
  const indexOf = async (source: string, more: Table, files?: readonly SourceFile[]): Promise<string> => {
    const name = `source-${indexes.length}`;
    refuseHost(rules, source.replace(/^index\+/, ""));
    const url = source.startsWith("index+")
      ? source.slice("index+".length)
      : writeIndex(path.join(work, name), await fetched.offered(files ?? (await filesOf(source))));
    indexes.push({ name, url, ...more });
    return name;
  };
  for (const source of config.sources) if (source !== "index") await indexOf(source, {});
  const asksUser = config.sources.includes("index");
  if (!asksUser) indexes.push({ ...indexes.pop(), default: true });
  const sources: Record<string, Table> = {};
  for (const { name, sources: own } of config.bound) {
    const [first = ""] = own;
    const files = first.startsWith("index+") ? undefined : await firstWith(normalizeName(name), own, filesOf);
    sources[name] = { index: await indexOf(first, { explicit: true }, files) };
  }
  const dependencies = [
    ...config.packages,
    ...config.bound.map(({ name }) => name),
    ...(pin === null ? [] : [`${mainPackage(app)} == ${pin}`]),
  ];
  const project = { name: "prime-app-wanted", version: "0", dependencies };
  const text = await renderToml({ project, tool: { uv: { index: indexes, sources } } });
  writeAtomic(path.join(root, "pyproject.toml"), text, 0o600); // an address may have a password
  writeAtomic(path.join(root, SETTINGS), await renderToml({ index: indexes }), 0o600);
  await writeRules(app, root, config.python);
  return { root, asksUser };
}

/** What the first of these places has of a package. */
async function firstWith(
  name: string,
  places: readonly string[],
  filesOf: (place: string) => Promise<readonly SourceFile[]>,
): Promise<readonly SourceFile[]> {
  for (const place of places) {
    const files = (await filesOf(place)).filter((file) => packageOf(file.name) === name);
    if (files.length > 0) return files;
  }
  return [];
}
