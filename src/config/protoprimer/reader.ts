import * as path from "node:path";
import type { Environment } from "../../edges/command.ts";
import { PrimeError } from "../../errors.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { didYouMean } from "../../nearest.ts";
import { isTable, type Table } from "../../toml.ts";
import type { ConfigValues } from "../schema/schema.ts";
import type { Source, Sourced, VenvDriver } from "../source.ts";
import type { InstallSpec, Leap, Leaps, ProjectDescriptor, ProtoprimerConfig } from "./config.ts";
import { EXIT_PROTOPRIMER } from "./kernel.ts";
import { BASENAME_VARIABLE, type LeapsFrom, readLeaps } from "./leaps.ts";
import { possibleFolder, refuseConstraintsName, refuseVenvPlace } from "./places.ts";
import type { LeapName, SharedValues } from "./schema.ts";

/** protoprimer's files as one layer of the configuration. */
export interface ProtoprimerLayer {
  readonly config: ProtoprimerConfig;
  /** What it says of fields that prime has, too. */
  readonly values: ConfigValues;
  readonly sourceOf: (key: string) => Source;
  readonly warnings: readonly string[];
  /** Sentences for those who ask with `-v`: keys that nobody reads. */
  readonly notes: readonly string[];
}

/** Every variable that can change what protoprimer's configuration comes to. */
export const PROTOPRIMER_VARIABLES = [BASENAME_VARIABLE, "PROTOPRIMER_VENV_DRIVER"] as const;
const DRIVER_VARIABLE = PROTOPRIMER_VARIABLES[1];

/** Variables that protoprimer hands from one of its processes to the next, and to no command. */
export const PROTOPRIMER_OWN = [
  ...PROTOPRIMER_VARIABLES,
  "PROTOPRIMER_PROTO_CODE",
  "PROTOPRIMER_MAIN_FUNC",
  "PROTOPRIMER_STDERR_LOG_LEVEL",
  "PROTOPRIMER_PY_EXEC",
  "PROTOPRIMER_START_ID",
  "PROTOPRIMER_TRACE_EXECUTION",
  "PROTOPRIMER_MOCKED_RESTART",
] as const;

type SharedKey = keyof SharedValues;

/** Reads primer, client and env file; an absent or null field has its default. */
export async function readProtoprimer(from: LeapsFrom, files: InputCollector): Promise<ProtoprimerLayer> {
  const leaps = await readLeaps(from, files);
  const fields = new Fields(leaps);
  const { root } = leaps;
  const folder = (
    key: "local_log_dir_rel_path" | "local_tmp_dir_rel_path" | "local_cache_dir_rel_path",
    usual: string,
  ) => fields.map(key, usual, (value) => possibleFolder(path.resolve(root, value), key, fields.sourceOf(key)));
  const constraints = (name: string): string => {
    refuseConstraintsName(name, path.basename(leaps.primer.file), fields.sourceOf("version_constraints_file_basename"));
    return path.join(leaps.envFolder, name);
  };
  const venv = fields.map("local_venv_dir_rel_path", "venv", (value) => path.resolve(root, value));
  refuseVenvPlace(venv.value, leaps.link, venv.source);
  return {
    config: {
      leaps,
      projectDescriptors: fields.map("project_descriptors", [{ build_root_dir_rel_path: "." }], descriptorsOf),
      installSpecs: fields.map("install_specs", [], specsOf),
      constraintsFile: fields.map("version_constraints_file_basename", "constraints.txt", constraints),
      logFolder: folder("local_log_dir_rel_path", "log"),
      tmpFolder: folder("local_tmp_dir_rel_path", "tmp"),
      cacheFolder: folder("local_cache_dir_rel_path", "cache"),
    },
    values: valuesOf(fields, from.env),
    sourceOf: (key) =>
      key === "venv_driver" && from.env[DRIVER_VARIABLE] !== undefined
        ? { kind: "environment", where: DRIVER_VARIABLE }
        : fields.sourceOf(key as SharedKey),
    warnings: [...leaps.warnings, ...warningsOf(fields)],
    notes: await unknownKeys(leaps),
  };
}

/** prime's own cache, where the configuration says one: else a user's repos share what prime fetched. */
export function ownCache({ cacheFolder }: ProtoprimerConfig): string | undefined {
  return cacheFolder.source.kind === "file" ? path.join(cacheFolder.value, "prime") : undefined;
}

/** What the env file says of a field, be it null; else what the client file says. */
class Fields {
  readonly #leaps: Leaps;

  constructor(leaps: Leaps) {
    this.#leaps = leaps;
  }

  value<K extends SharedKey>(key: K): NonNullable<SharedValues[K]> | undefined {
    return (this.#leapOf(key)?.values as SharedValues | undefined)?.[key] ?? undefined;
  }

  sourceOf(key: SharedKey): Source {
    const leap = this.value(key) === undefined ? undefined : this.#leapOf(key);
    return leap === undefined ? { kind: "default" } : { kind: "file", where: leap.file, key };
  }

  map<K extends SharedKey, T>(
    key: K,
    usual: NonNullable<SharedValues[K]>,
    make: (value: NonNullable<SharedValues[K]>) => T,
  ): Sourced<T> {
    return { value: make(this.value(key) ?? usual), source: this.sourceOf(key) };
  }

  #leapOf(key: SharedKey): Leap<"client" | "env"> | undefined {
    const { env, client } = this.#leaps;
    return [env, client].find(({ values }) => key in values);
  }
}

function valuesOf(fields: Fields, env: Environment): ConfigValues {
  const version = fields.value("required_python_version");
  const selector = fields.value("python_selector_file_rel_path");
  const driver = driverOf(fields, env);
  return {
    ...(version === undefined ? {} : { required_python_version: version }),
    ...(selector === undefined ? {} : { python_selector_file_rel_path: selector }),
    ...(driver === undefined ? {} : { venv_driver: driver }),
    local_venv_dir_rel_path: fields.value("local_venv_dir_rel_path") ?? "venv",
  };
}

function driverOf(fields: Fields, env: Environment): VenvDriver | undefined {
  const forced = env[DRIVER_VARIABLE];
  if (forced === undefined) return fields.value("venv_driver");
  if (forced === "venv_uv" || forced === "venv_pip") return forced;
  throw new PrimeError(
    "config-value",
    `could not use ${DRIVER_VARIABLE} in the environment: it must be "venv_uv" or "venv_pip", found "${forced}"`,
    "correct the variable, or unset it to go by the configuration",
    { exitCode: EXIT_PROTOPRIMER },
  );
}

function descriptorsOf(values: NonNullable<SharedValues["project_descriptors"]>): ProjectDescriptor[] {
  return values.map(({ build_root_dir_rel_path: buildRoot, install_extras: extras, install_group: group }) => ({
    buildRoot,
    extras: extras ?? [],
    group: group ?? null,
  }));
}

function specsOf(values: NonNullable<SharedValues["install_specs"]>): InstallSpec[] {
  return values.flatMap((spec) =>
    Object.entries(spec).map(([group, { extra_command_args: args }]) => ({ group, args: args ?? [] })),
  );
}

/** What protoprimer takes as it is, though nobody can mean it. */
function warningsOf(fields: Fields): string[] {
  const specs = specsOf(fields.value("install_specs") ?? []).map(({ group }) => group);
  const twice = specs.filter((group, index) => specs.indexOf(group) !== index);
  const descriptors = fields.value("project_descriptors");
  const groups = new Set((descriptors ?? []).map(({ install_group: group }) => group));
  const where = fields.sourceOf("install_specs").where;
  return [
    ...twice.map((group) => `\`install_specs\` in ${where} names the group ${group} twice: the last one counts`),
    ...specs
      .filter((group) => !groups.has(group))
      .map((group) => `\`install_specs\` in ${where} names the group ${group}, which no project is in`),
    ...(descriptors?.length === 0
      ? [`\`project_descriptors\` in ${fields.sourceOf("project_descriptors").where} is empty: nothing is installed`]
      : []),
  ];
}

/** Keys that nobody reads; those that begin with `__` are comments. One file can be several leaps. */
async function unknownKeys({ primer, client, env }: Leaps): Promise<string[]> {
  const leaps = [primer, client, env].filter(({ isThere }) => isThere);
  if (leaps.length === 0) return [];
  const { DESCRIPTOR_KEYS, LEAP_SCHEMAS, SPEC_KEYS } = await import("./schema.ts");
  const known = new Map<string, Set<string>>();
  for (const { file, name } of leaps) {
    const keys = [...(known.get(file) ?? []), ...Object.keys(LEAP_SCHEMAS[name as LeapName].entries)];
    known.set(file, new Set(keys));
  }
  const unknown = (table: unknown, keys: Iterable<string>, place: string): string[] =>
    Object.keys(isTable(table) ? table : {})
      .filter((key) => !key.startsWith("__") && !new Set(keys).has(key))
      .map((key) => `${place}: \`${key}\` is no field of protoprimer's there and is ignored${didYouMean(key, keys)}`);
  const inList = (document: Table, key: string): unknown[] => (Array.isArray(document[key]) ? document[key] : []);
  const byFile = new Map(leaps.map((leap) => [leap.file, leap.document]));
  return [...byFile].flatMap(([file, document]) => [
    ...unknown(document, known.get(file) ?? [], file),
    ...inList(document, "project_descriptors").flatMap((one, index) =>
      unknown(one, DESCRIPTOR_KEYS, `${file}, project_descriptors[${index}]`),
    ),
    ...inList(document, "install_specs").flatMap((one, index) =>
      Object.values(isTable(one) ? one : {}).flatMap((spec) =>
        unknown(spec, SPEC_KEYS, `${file}, install_specs[${index}]`),
      ),
    ),
  ]);
}
