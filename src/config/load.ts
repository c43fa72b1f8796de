import * as path from "node:path";
import { isWritable } from "../edges/files.ts";
import type { Environment } from "../edges/process.ts";
import type { ConfigFlags, LoadedConfig, LockPolicy, Sourced } from "./config.ts";
import { DEFAULTS, type Key } from "./keys.ts";
import type { Layer } from "./layer.ts";
import { readPrimeConfig } from "./reader.ts";
import { inferRequiredPython } from "./required.ts";
import type { ConfigValues } from "./schema.ts";
import { validate } from "./validation.ts";
import { CONFIG_VARIABLES, readFlags, readVariables, strangeVariables } from "./variables.ts";
import { WatchedFiles } from "./watched.ts";

/**
 * The configuration in force: for each key the first of flags, `PRIME_<KEY>` variables and the repo's file that names
 * it, else what the repo and the machine suggest. `root` is absolute and physical. Throws `config-torn`,
 * `config-unknown-key` or `config-value`.
 */
export async function loadConfig(from: {
  readonly root: string;
  readonly env: Environment;
  readonly flags: ConfigFlags;
}): Promise<LoadedConfig> {
  const { root, env, flags } = from;
  const files = new WatchedFiles();
  const warnings = strangeVariables(env);
  const said: Said[] = [];
  for (const layer of [readFlags(flags), await readVariables(env), await readPrimeConfig(root, files)]) {
    if (layer !== undefined) said.push({ layer, values: await validate(layer) });
  }
  const pick = <K extends Key>(key: K) => first(said, key);
  const config = {
    root,
    requiredPythonVersion: pick("required_python_version") ?? (await inferRequiredPython(root, files, warnings)),
    pythonSelectorFileRelPath: normal(pick("python_selector_file_rel_path")) ?? NOT_SET,
    venvDriver: pick("venv_driver") ?? standard("venv_driver"),
    localVenvDirRelPath: normal(pick("local_venv_dir_rel_path")) ?? standard("local_venv_dir_rel_path"),
    installExtras: pick("install_extras") ?? NOT_SET,
    installGroups: pick("install_groups") ?? NOT_SET,
    installPackages: pick("install_packages") ?? NOT_SET,
    requirements: pick("requirements") ?? NOT_SET,
    lock: pick("lock") ?? suggestedLock(env, root, isWritable(root)),
    setup: pick("setup") ?? standard("setup"),
    env: pick("env") ?? standard("env"),
    freshness: pick("freshness") ?? standard("freshness"),
    uv: pick("uv") ?? NOT_SET,
    selectorLimit: pick("selector_limit_s") ?? standard("selector_limit_s"),
    probeLimit: pick("probe_limit_s") ?? standard("probe_limit_s"),
    lockPatience: pick("lock_patience_s") ?? standard("lock_patience_s"),
  };
  return { config, inputs: files.inputs, variables: CONFIG_VARIABLES, warnings };
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

const NOT_SET = { value: null, source: { kind: "default" } } as const;

function first<K extends Key>(said: readonly Said[], key: K): Sourced<Value<K>> | undefined {
  for (const { layer, values } of said) {
    const value = values[key];
    if (value !== undefined) return { value: value as Value<K>, source: layer.sourceOf(key) };
  }
  return undefined;
}

function standard<K extends keyof typeof DEFAULTS>(key: K): Sourced<(typeof DEFAULTS)[K]> {
  return { value: DEFAULTS[key], source: { kind: "default" } };
}

function normal(found: Sourced<string> | undefined): Sourced<string> | undefined {
  return found && { ...found, value: path.posix.normalize(found.value).replace(/\/$/, "") };
}
