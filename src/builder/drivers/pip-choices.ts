import * as path from "node:path";
import type { Environment } from "../../edges/command.ts";
import { writeAtomic } from "../../edges/files/change.ts";
import { isFolder, MOST, readText } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { NeededSource } from "../../project/files/uv/sources.ts";
import type { UserSettings } from "../../project/files/uv/user-settings.ts";
import { pipSetting } from "../../project/files/uv/uv-settings.ts";
import { holds, markerEnvironment } from "../../project/markers.ts";
import { normalizeName } from "../../project/packages.ts";
import { isTable, parseToml, type Table, valueAt } from "../../toml.ts";
import { credentialsOf, withCredentials } from "../resolve/credentials.ts";
import type { BuildTarget } from "./target.ts";

/** What a repo's settings for uv say of where packages come from and how they are built, in pip's terms. */
export interface PipChoices {
  readonly args: readonly string[];
  /** What to install in place of an index's package of that name: requirements, and folders behind `--editable`. */
  readonly wanted: readonly string[];
  readonly env: Environment;
}

/** Settings of uv's that change what is installed and have no equal in pip. */
const UNKNOWN_TO_PIP = [
  ...["override-dependencies", "exclude-dependencies", "build-constraint-dependencies", "dependency-metadata"],
  ...["resolution", "prerelease-package", "exclude-newer", "exclude-newer-package", "torch-backend"],
  ...["extra-build-dependencies", "extra-build-variables", "config-settings-package", "no-build-isolation-package"],
  "require-build-hashes",
];

/** Turns the settings into pip's. Throws `unknown-to-pip` for one that pip can't be told. */
export async function pipChoices({ project, base, work }: BuildTarget, env: Environment): Promise<PipChoices> {
  const { file = "", table } = project.uvSettings;
  const said = (key: string): unknown => pipSetting(project.uvSettings, key);
  const unknown = UNKNOWN_TO_PIP.find((key) => said(key) !== undefined);
  if (unknown !== undefined) throw refusal(`${file} sets \`${unknown}\``);
  const indexes = indexesFor(table, said, file);
  const main = indexes.main ?? mainOfUser(project.userSettings, env);
  const known = await credentialsOf(project, env);
  const url = (one: string): string => withCredentials(one, known);
  const here = markerEnvironment(base);
  const passedOver = new Set(texts(said("no-sources-package")).map(normalizeName));
  const applying = project.sources.filter(
    ({ name, marker }) =>
      said("no-sources") !== true && !passedOver.has(name) && (marker === undefined || holds(marker, here) !== false),
  );
  const wanted = new Map<string, readonly string[]>();
  for (const source of applying) {
    const words = await wantedOf(source, main, project.virtualSources);
    wanted.set(words.join(" "), words);
  }
  return {
    wanted: [...wanted.values()].flat(),
    args: [
      ...constraintsOf(table, work),
      ...(said("prerelease") === "allow" ? ["--pre"] : []),
      ...(said("no-deps") === true ? ["--no-deps"] : []),
      ...(said("require-hashes") === true ? ["--require-hashes"] : []),
      ...namesFor("--no-binary", said("no-binary"), said("no-binary-package")),
      ...namesFor("--only-binary", said("no-build"), said("no-build-package"), said("only-binary")),
      ...(said("no-build-isolation") === true ? ["--no-build-isolation"] : []),
      ...configSettings(said("config-settings")),
      ...indexes.links.flatMap((link) => ["--find-links", link]),
      ...(said("no-index") === true ? ["--no-index"] : []),
    ],
    env: {
      ...(main === undefined || env.PIP_INDEX_URL !== undefined ? {} : { PIP_INDEX_URL: url(main) }),
      ...(indexes.more.length === 0
        ? {}
        : { PIP_EXTRA_INDEX_URL: [env.PIP_EXTRA_INDEX_URL ?? "", ...indexes.more.map(url)].join(" ").trim() }),
    },
  };
}

/**
 * The indexes that the settings name. More than one is refused: pip takes the best version of all indexes, and uv the
 * first index that knows the name.
 */
function indexesFor(table: Table, said: (key: string) => unknown, file: string) {
  const listed = (Array.isArray(table.index) ? table.index : []).filter(isTable);
  const general = listed.filter((one) => one.explicit !== true && typeof one.url === "string");
  const urlOf = (one: Table) => String(one.url);
  const place = (link: string) => (/^[a-z][a-z0-9+.-]*:/i.test(link) ? link : path.resolve(path.dirname(file), link));
  const flat = general.filter((one) => one.format === "flat").map(urlOf);
  const more = [
    ...general.filter((one) => one.format !== "flat" && one.default !== true).map(urlOf),
    ...texts(said("extra-index-url")),
  ];
  if (more.length > 0 && said("index-strategy") !== "unsafe-best-match") {
    throw refusal(`${file} names more than one index (${more[0]}), and pip can't ask one after the other`);
  }
  const main = general.find((one) => one.default === true && one.format !== "flat");
  const own = said("index-url");
  return {
    main: main === undefined ? (typeof own === "string" ? own : undefined) : urlOf(main),
    more,
    links: [...flat, ...texts(said("find-links"))].map(place),
  };
}

/**
 * The default index that the user names to uv, which pip does not look at. Several are refused, as those of a repo are.
 */
function mainOfUser({ files }: UserSettings, env: Environment): string | undefined {
  const named = (env.UV_DEFAULT_INDEX || env.UV_INDEX_URL)?.replace(/^[\w-]+=/, "");
  const more = ["UV_INDEX", "UV_EXTRA_INDEX_URL"].find((name) => env[name]);
  if (more !== undefined)
    throw refusal(`the variable ${more} names another index, and pip can't ask one after the other`);
  const all = files.map(
    ({ file = "", table }) => indexesFor(table, (key) => pipSetting({ file, table }, key), file).main,
  );
  return named || all.find((one) => one !== undefined);
}

async function wantedOf(
  source: NeededSource,
  main: string | undefined,
  virtualSources: readonly string[],
): Promise<string[]> {
  const { name, place, editable, workspace, url, git, reference, subdirectory, index, file } = source;
  if (place !== undefined && virtualSources.includes(place))
    throw refusal(`${file} takes \`${name}\` from ${place}, which is no package, and pip would install it`);
  if (place !== undefined) return isFolder(place) && (workspace || editable) ? ["--editable", place] : [place];
  if (workspace) throw refusal(`${file} takes \`${name}\` from the workspace, and no member has that name`);
  const part = subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`;
  if (git !== undefined) return [`${name} @ git+${git}${reference === undefined ? "" : `@${reference}`}${part}`];
  if (url !== undefined) return [`${name} @ ${url}${part}`];
  if (index === undefined || (main !== undefined && (await addressOf(file, index)) === main)) return [];
  throw refusal(`${file} takes \`${name}\` from the index \`${index}\`, and pip would ask any other for it as well`);
}

/** The address of the index that a pyproject.toml calls so. */
async function addressOf(file: string, name: string): Promise<unknown> {
  const listed = valueAt(await parseToml(readText(file, MOST.written) ?? "", file), ["tool", "uv", "index"]);
  return (Array.isArray(listed) ? listed : []).find((one) => isTable(one) && one.name === name)?.url;
}

function constraintsOf(table: Table, work: string): string[] {
  const lines = texts(table["constraint-dependencies"]);
  if (lines.length === 0) return [];
  const file = path.join(work, "uv-constraints.txt");
  writeAtomic(file, `${lines.join("\n")}\n`);
  return ["--constraint", file];
}

/** Options for a setting of uv's that is either true, for all packages, or a list of names. */
function namesFor(option: string, ...values: readonly unknown[]): string[] {
  return values.flatMap((value) => (value === true ? [":all:"] : texts(value))).flatMap((name) => [option, name]);
}

function configSettings(table: unknown): string[] {
  const entries = isTable(table) ? Object.entries(table) : [];
  return entries.flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => ["--config-settings", `${key}=${String(one)}`]),
  );
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : []).filter((one): one is string => typeof one === "string");
}

function refusal(why: string): PrimeError {
  return new PrimeError(
    "unknown-to-pip",
    `could not install by the driver venv_pip: ${why}`,
    "use the driver `venv_uv` (`venv_driver`), which does as it says, or take it out there",
  );
}
