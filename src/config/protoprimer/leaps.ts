import * as path from "node:path";
import type { Environment } from "../../edges/command.ts";
import { isFolder, realPath } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { refuseLeftByGit } from "../../left-by-git.ts";
import { isTable, quotedToml, type Table } from "../../toml.ts";
import type { Leap, Leaps } from "./config.ts";
import { EXIT_PROTOPRIMER, KERNEL_FILE, type Kernel } from "./kernel.ts";
import type { LeapName, LeapValues } from "./schema.ts";
import { type EnvChoice, lookAtLink, type Named, selectEnv } from "./selected-env.ts";

/** The variable that names the primer file before all others. */
export const BASENAME_VARIABLE = "PROTOPRIMER_CONF_BASENAME";

export interface LeapsFrom {
  readonly kernel: Kernel;
  /** Absolute path of the launcher: its name is the first that the primer file can have. */
  readonly launcher: string;
  readonly env: Environment;
  readonly choice: EnvChoice;
}

/** Reads the files one after the other, since each says where the next one is. */
export async function readLeaps(from: LeapsFrom, files: InputCollector): Promise<Leaps> {
  const { kernel, choice } = from;
  const { primer, warnings } = await readPrimer(from, files);
  const basename = path.basename(primer.file);
  const root = refRootOf(kernel, primer);
  const globalConfFolder = path.resolve(root, primer.values.global_conf_dir_rel_path ?? "gconf");
  const client = await readLeap("client", path.join(globalConfFolder, basename), files);
  for (const leap of [primer, client]) if (!leap.isThere) warnings.push(missing(leap.file));

  const fallback = named(client, "default_env_dir_rel_path");
  const selected = selectEnv(root, choice, fallback);
  const linkName = named(client, "local_conf_symlink_rel_path");
  const link =
    selected === undefined || linkName === undefined
      ? null
      : lookAtLink(root, selected, linkName, { ...choice, fallback });
  if (link !== null) files.link(link.path, link.target);
  else if (choice.env !== undefined) {
    warnings.push(`--env ${choice.env} changes nothing: ${client.file} has no \`local_conf_symlink_rel_path\``);
  }
  const envFolder = link === null ? root : link.target;
  const env = await readLeap("env", path.join(envFolder, basename), files);
  return {
    kernelFile: path.join(kernel.folder, KERNEL_FILE),
    primer,
    root,
    globalConfFolder,
    client,
    selectedEnv: link?.text ?? selected ?? null,
    link,
    localConfFolder: link?.path ?? root,
    envFolder,
    env,
    warnings,
  };
}

async function readPrimer({ kernel, launcher, env }: LeapsFrom, files: InputCollector) {
  const stem = path.basename(launcher).replace(/(.)\.[^.]*$/, "$1");
  const forced = env[BASENAME_VARIABLE];
  if (forced?.includes("/") || forced === "." || forced === "..") {
    const message = `could not use ${BASENAME_VARIABLE} in the environment: it must be the name of a file in ${kernel.folder}, found "${forced}"`;
    throw new PrimeError("config-value", message, "correct the variable, or unset it", { exitCode: EXIT_PROTOPRIMER });
  }
  const names = [
    ...new Set([...(forced === undefined ? [] : [forced]), `${stem}.json`, "proto_kernel.json", STANDARD]),
  ];
  const there = names.filter((name) => name !== "" && files.text(path.resolve(kernel.folder, name)) !== undefined);
  const primer = await readLeap("primer", path.resolve(kernel.folder, there[0] ?? STANDARD), files);
  const [taken, other] = there;
  const warnings =
    taken === undefined || other === undefined || taken === forced
      ? []
      : [
          `${kernel.folder} holds ${taken} and ${other}: ./${path.basename(launcher)} reads ${taken}, other scripts need not`,
        ];
  return { primer, warnings };
}

const STANDARD = "protoprimer.json";

function refRootOf(kernel: Kernel, primer: Leap<"primer">): string {
  const relative = primer.values.ref_root_dir_rel_path;
  const folder = path.resolve(kernel.folder, relative ?? ".");
  const root = isFolder(folder) ? realPath(folder) : undefined;
  if (root !== undefined) return root;
  throw new PrimeError(
    "config-value",
    `could not use ${primer.file}: \`ref_root_dir_rel_path\` must be the path of a folder, and ${folder} is none`,
    "correct the path, which starts at the primer file's folder",
    { exitCode: EXIT_PROTOPRIMER },
  );
}

async function readLeap<TName extends LeapName>(
  name: TName,
  file: string,
  files: InputCollector,
): Promise<Leap<TName>> {
  const text = files.text(file);
  const document = text === undefined ? {} : parse(text, file);
  const values = text === undefined ? ({} as LeapValues<TName>) : await valuesOf(name, file, text, document);
  return { name, file, isThere: text !== undefined, document, values };
}

async function valuesOf<TName extends LeapName>(
  name: TName,
  file: string,
  text: string,
  document: Table,
): Promise<LeapValues<TName>> {
  const { LEAP_SCHEMAS } = await import("./schema.ts");
  const { check } = await import("../schema/validation.ts");
  const place = { placeOf: ([key]: readonly string[]) => fileAndLine(file, text, key), exitCode: EXIT_PROTOPRIMER };
  return check(LEAP_SCHEMAS[name], document, place) as Promise<LeapValues<TName>>;
}

function parse(text: string, file: string): Table {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    refuseLeftByGit(text, file);
    const reason = (error as SyntaxError).message;
    const at = Number(/at position (\d+)/.exec(reason)?.[1] ?? Number.NaN);
    const line = Number.isNaN(at) ? "" : `:${text.slice(0, at).split("\n").length}`;
    const message = `could not read ${file}${line} as JSON: ${reason.replace(/ in JSON at position.*|, (?:\.\.\.)?".*$/s, "")}`;
    throw new PrimeError("config-torn", message, `mend ${file}`, { exitCode: EXIT_PROTOPRIMER, cause: error });
  }
  if (isTable(value)) return value;
  throw new PrimeError(
    "config-value",
    `could not use ${file}: it must hold one object in braces, found ${quotedToml(value)}`,
    'write the fields between braces, e.g. {"global_conf_dir_rel_path": "gconf"}',
    { exitCode: EXIT_PROTOPRIMER },
  );
}

/** The file, with the line of a key where it can be found. */
function fileAndLine(file: string, text: string, key: string | undefined): string {
  const lines = text.split("\n");
  const index = key === undefined ? -1 : lines.findIndex((line) => line.includes(`${JSON.stringify(key)}`));
  return index === -1 ? file : `${file}:${index + 1}`;
}

function named(
  client: Leap<"client">,
  key: "default_env_dir_rel_path" | "local_conf_symlink_rel_path",
): Named | undefined {
  const value = client.values[key];
  return value === undefined || value === null ? undefined : { value, place: client.file };
}

function missing(file: string): string {
  return `${file} does not exist: its fields have their defaults`;
}
