import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { isFile, isWritable } from "../edges/files/read.ts";
import { type Trust, trustOf } from "../edges/files/trust.ts";
import { PrimeError, usageError } from "../errors.ts";
import { InputCollector } from "../inputs/collector.ts";
import type { Config, ConfigFlags, LoadedConfig, LockPolicy, Repo } from "./config.ts";
import { exclusionIn, interpreterOf, oneStartOf, readFlags } from "./flags.ts";
import type { Layer } from "./layer.ts";
import { readPrimeLock } from "./lock/read.ts";
import { readPrimeConfig } from "./prime-file.ts";
import {
  EXIT_PROTOPRIMER,
  findKernel,
  hasUsualKernel,
  type Kernel,
  kernelBeside,
  kernelIn,
  mayHaveKernel,
} from "./protoprimer/kernel.ts";
import type { LeapsFrom } from "./protoprimer/leaps.ts";
import { PROTOPRIMER_VARIABLES, type ProtoprimerLayer, readProtoprimer } from "./protoprimer/reader.ts";
import { inferRequiredPython, pinnedVersion } from "./required.ts";
import { DEFAULTS, KEYS, type Key, variableOf } from "./schema/keys.ts";
import type { ConfigValues } from "./schema/schema.ts";
import { validate } from "./schema/validation.ts";
import type { Sourced } from "./source.ts";
import { CONFIG_VARIABLES, readVariables, strangeVariables } from "./variables.ts";

/**
 * The configuration in force: for each key the first of flags, `PRIME_<KEY>` variables and the repo's file that names
 * it, else what the repo and the machine suggest. The repo's file is prime's own, and only without one protoprimer's.
 * Throws `config-torn`, `config-unknown-key`, `config-value` and what protoprimer's reader throws.
 */
export async function loadConfig(from: {
  readonly repo: Repo;
  readonly env: Environment;
  readonly flags: ConfigFlags;
}): Promise<LoadedConfig> {
  const { repo, env, flags } = from;
  const files = new InputCollector();
  const said = await readOwn(repo.folder, env, flags, files);
  const kernel = kernelFor(repo.folder, said, files);
  const proto = kernel === undefined ? undefined : await readTheirs({ ...repo, kernel, env }, said, files);
  if (proto !== undefined) refuseChoices(proto, said, flags);
  const root = proto?.config.leaps.root ?? repo.folder;
  const trust = trustOf(env);
  const warnings = [...strangeVariables(env), ...(proto?.warnings ?? [])];
  const required = () =>
    proto === undefined ? inferRequiredPython(root, files, warnings, trust) : pinned(proto, files, warnings, trust);
  const config = {
    root,
    ...valuesOf(said),
    required_python_version: interpreterOf(flags) ?? first(said, "required_python_version") ?? (await required()),
    lock: first(said, "lock") ?? (proto === undefined ? suggestedLock(env, root, isWritable(root)) : UPDATE),
    primeLock: await readPrimeLock(root, files),
    oneStart: oneStartOf(flags),
    kernelFile: (proto === undefined ? kernelBeside(repo.folder, files) : kernelOf(proto, files)) ?? null,
    protoprimer: proto?.config ?? null,
  };
  const variables = proto === undefined ? CONFIG_VARIABLES : [...CONFIG_VARIABLES, ...PROTOPRIMER_VARIABLES];
  const notes = proto?.notes ?? [];
  warnings.push(...files.deadLinks(root));
  return { config, inputs: files.list(), variables, warnings, notes, from: describeOrigin(repo.folder, said, kernel) };
}

/**
 * The kernel by which protoprimer's configuration is in force, if it is; told without reading a file in most repos. What
 * a start does takes place in its ref root then, and its failures have protoprimer's status.
 */
export async function findForeignKernel(folder: string, env: Environment): Promise<Kernel | undefined> {
  if (env[variableOf("proto_code_dir_rel_path")] === undefined && !mayHaveKernel(folder)) return undefined;
  const files = new InputCollector();
  return kernelFor(folder, await readOwn(folder, env, {}, files), files);
}

/** What flags, variables and prime's own file say, in this order. */
async function readOwn(folder: string, env: Environment, flags: ConfigFlags, files: InputCollector): Promise<Said[]> {
  const said: Said[] = [];
  for (const layer of [readFlags(flags), await readVariables(env), await readPrimeConfig(folder, files)]) {
    if (layer !== undefined) said.push({ layer, values: await validate(layer) });
  }
  return said;
}

/** A file of prime's own stands alone, unless all that it says is where the kernel is. */
function kernelFor(folder: string, said: readonly Said[], files: InputCollector): Kernel | undefined {
  const file = said.find(({ layer }) => layer.isFile);
  const named = first(said, "proto_code_dir_rel_path");
  if (named === undefined) return file === undefined ? findKernel(folder, files) : undefined;
  const other = Object.keys(file?.values ?? {}).find((key) => key !== "proto_code_dir_rel_path");
  if (file !== undefined && other !== undefined) {
    throw new PrimeError(
      "config-beside",
      `could not use ${file.layer.placeOf([other])}: \`${other}\` stands beside \`proto_code_dir_rel_path\`, by which protoprimer's configuration counts`,
      "keep one of the two; a variable, PRIME_<KEY>, can still say more for one machine",
    );
  }
  return kernelIn(folder, named.value, named.source.where ?? "");
}

/** Choices among extras and groups are said by protoprimer's project descriptors. */
function refuseChoices(proto: ProtoprimerLayer, said: readonly Said[], flags: ConfigFlags): void {
  const keys = KEYS.filter((key) => /^install_|^requirements$/.test(key));
  const places = keys.flatMap((key) => {
    const chosen = said.find(({ layer, values }) => values[key] !== undefined && layer.exitCode !== EXIT_PROTOPRIMER);
    return chosen === undefined ? [] : [chosen.layer.placeOf([key])];
  });
  const [place = exclusionIn(flags)] = places;
  if (place === undefined) return;
  throw usageError(
    "protoprimer-choice",
    `could not use ${place}: protoprimer's configuration says what is installed here`,
    `change \`project_descriptors\` in ${proto.config.leaps.client.file}`,
  );
}

/** Adds protoprimer's files as the last layer. */
async function readTheirs(from: LeapsFrom, said: Said[], files: InputCollector): Promise<ProtoprimerLayer> {
  const proto = await readProtoprimer(from, files);
  const { values, sourceOf } = proto;
  said.push({ layer: { values, sourceOf, placeOf: () => "", exitCode: EXIT_PROTOPRIMER, isFile: true }, values });
  return proto;
}

/** A repo can have the configuration alone. */
function kernelOf({ config: { leaps } }: ProtoprimerLayer, files: InputCollector): string | undefined {
  const there = isFile(leaps.kernelFile);
  files.note(there ? "present" : "no-file", leaps.kernelFile);
  return there ? leaps.kernelFile : undefined;
}

function pinned(
  { config: { leaps } }: ProtoprimerLayer,
  files: InputCollector,
  warnings: string[],
  trust: Trust,
): Sourced<string> {
  const passedOver: string[] = [];
  const found = pinnedVersion(leaps.root, files, passedOver, trust);
  warnings.push(...passedOver);
  if (found !== undefined) return found;
  const why = [...leaps.warnings, ...passedOver].map((one) => `\n  ${one}`).join("");
  throw new PrimeError(
    "required-python-missing",
    `could not tell the required python: neither \`required_python_version\` in ${leaps.client.file} nor a .python-version from ${leaps.root} upwards says it${why}`,
    'add one of them, e.g. `"required_python_version": "3.12"`',
    { exitCode: EXIT_PROTOPRIMER },
  );
}

function describeOrigin(folder: string, said: readonly Said[], kernel: Kernel | undefined): string {
  if (kernel !== undefined) return `protoprimer's, by the kernel's folder ${kernel.folder} (${kernel.how})`;
  const file = said.find(({ layer }) => layer.isFile)?.layer;
  if (file === undefined) return "none: by what the repo suggests";
  const beside = hasUsualKernel(folder) ? "; protoprimer's beside it is not read" : "";
  return `prime's own, ${file.placeOf([]).replace(/:\d+$/, "")}${beside}`;
}

/** In CI, and where nothing can be written, a lock that does not fit is somebody's mistake and not ours to mend. */
export function suggestedLock(env: Environment, root: string, rootIsWritable: boolean): Sourced<LockPolicy> {
  if (!/^(?:0|false|)$/i.test(env.CI ?? "")) {
    return { value: "check", source: { kind: "inferred", where: "CI", reason: "CI is set" } };
  }
  if (!rootIsWritable) {
    return { value: "check", source: { kind: "inferred", where: root, reason: "root cannot be written" } };
  }
  return { value: "update", source: { kind: "default" } };
}

interface Said {
  readonly layer: Layer;
  readonly values: ConfigValues;
}

type Value<K extends Key> = NonNullable<ConfigValues[K]>;

const UPDATE = { value: "update", source: { kind: "default" } } as const;

function first<K extends Key>(said: readonly Said[], key: K): Sourced<Value<K>> | undefined {
  for (const { layer, values } of said) {
    const value = values[key];
    if (value === undefined) continue;
    const normal = key.endsWith("_rel_path") ? path.posix.normalize(value as string).replace(/\/$/, "") : value;
    return { value: normal as Value<K>, source: layer.sourceOf(key) };
  }
  return undefined;
}

/** By key what is said of it, or what holds where nothing is; paths are normal. */
function valuesOf(said: readonly Said[]): Pick<Config, Key> {
  const standard: Partial<Record<Key, unknown>> = DEFAULTS;
  const values = KEYS.map((key) => [
    key,
    first(said, key) ?? { value: standard[key] ?? null, source: { kind: "default" } },
  ]);
  return Object.fromEntries(values);
}
