import type { Config } from "../config.ts";
import type { Source, Sourced } from "../source.ts";
import type { ProtoprimerConfig } from "./config.ts";

/** What is known of a start beside its configuration. */
export interface DerivedFacts {
  /** `X.Y.Z`, absent parts 0. */
  readonly requiredVersion: string;
  /** Absolute; null where only a start can tell. */
  readonly selectedPython: string | null;
  readonly driver: string;
  readonly venvFolder: string;
}

/**
 * The five documents that protoprimer's own `eval` prints, key for key and in its form: JSON, 4 columns a level, ASCII
 * alone (Python's `json.dumps`).
 */
export function renderDocuments(config: ProtoprimerConfig, facts: DerivedFacts): string {
  const { primer, client, env } = config.leaps;
  const input = inputStates(config);
  const documents = {
    leap_input: input,
    leap_primer: primer.document,
    leap_client: client.document,
    leap_env: env.document,
    leap_derived: { ...input, ...derivedStates(config, facts) },
  };
  return Object.entries(documents)
    .map(([name, document]) => `${asPython({ [name]: document })}\n`)
    .join("");
}

function inputStates({ leaps }: ProtoprimerConfig) {
  return {
    state_proto_code_file_abs_path_inited: leaps.kernelFile,
    state_primer_conf_file_abs_path_inited: leaps.primer.file,
  };
}

function derivedStates(config: ProtoprimerConfig, facts: DerivedFacts) {
  const { leaps } = config;
  const basename = config.constraintsFile.value.split("/").at(-1);
  const file = leaps.env.file.split("/").at(-1);
  return {
    state_ref_root_dir_abs_path_inited: leaps.root,
    state_global_conf_dir_abs_path_inited: leaps.globalConfFolder,
    state_global_conf_file_abs_path_inited: leaps.client.file,
    state_selected_env_dir_rel_path_inited: leaps.selectedEnv,
    state_local_conf_symlink_abs_path_inited: leaps.localConfFolder,
    state_local_conf_file_abs_path_inited: `${leaps.localConfFolder}/${file}`,
    state_required_python_version_inited: facts.requiredVersion,
    state_selected_python_file_abs_path_inited: facts.selectedPython,
    state_local_venv_dir_abs_path_inited: facts.venvFolder,
    state_local_log_dir_abs_path_inited: config.logFolder.value,
    state_local_tmp_dir_abs_path_inited: config.tmpFolder.value,
    state_local_cache_dir_abs_path_inited: config.cacheFolder.value,
    state_venv_driver_inited: facts.driver,
    state_version_constraints_file_basename_inited: basename,
    state_project_descriptors_inited: asWritten(config),
  };
}

/** As the file has them, or the default. */
function asWritten({ leaps: { env, client }, projectDescriptors }: ProtoprimerConfig): unknown {
  const key = "project_descriptors";
  const leap = [env, client].find(({ values }) => key in values);
  if (leap !== undefined) return leap.document[key];
  return projectDescriptors.value.map(({ buildRoot, extras, group }) => ({
    build_root_dir_rel_path: buildRoot,
    install_extras: extras,
    install_group: group,
  }));
}

/** What only protoprimer's configuration says, as `eval --json` shows all values: each with its source. */
export function foreignValues({ protoprimer }: Config): Readonly<Record<string, Sourced<unknown>>> {
  if (protoprimer === null) return {};
  const { leaps, projectDescriptors, installSpecs, constraintsFile, logFolder, tmpFolder, cacheFolder } = protoprimer;
  const { primer, client } = leaps;
  const from = (leap: typeof primer | typeof client, key: string): Source =>
    key in leap.values ? { kind: "file", where: leap.file, key } : { kind: "default" };
  return {
    ref_root_dir: { value: leaps.root, source: from(primer, "ref_root_dir_rel_path") },
    global_conf_dir: { value: leaps.globalConfFolder, source: from(primer, "global_conf_dir_rel_path") },
    local_conf_symlink: {
      value: leaps.link?.path ?? null,
      source: from(client, "local_conf_symlink_rel_path"),
    },
    selected_env_dir: { value: leaps.selectedEnv, source: envSource(protoprimer) },
    local_log_dir: logFolder,
    local_tmp_dir: tmpFolder,
    local_cache_dir: cacheFolder,
    version_constraints_file: constraintsFile,
    project_descriptors: projectDescriptors,
    install_specs: installSpecs,
  };
}

function envSource({ leaps: { link, client } }: ProtoprimerConfig): Source {
  if (link?.isThere === true) return { kind: "file", where: link.path };
  return { kind: "file", where: client.file, key: "default_env_dir_rel_path" };
}

function asPython(value: unknown): string {
  return JSON.stringify(value, null, 4).replace(
    /[^\n -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
