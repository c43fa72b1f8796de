import type { Config } from "../config.ts";

/** Each key as users write it, and the field of `Config` that it becomes; in the order in which people see them. */
export const FIELDS = {
  required_python_version: "requiredPythonVersion",
  python_selector_file_rel_path: "pythonSelectorFileRelPath",
  venv_driver: "venvDriver",
  local_venv_dir_rel_path: "localVenvDirRelPath",
  install_extras: "installExtras",
  install_groups: "installGroups",
  install_packages: "installPackages",
  requirements: "requirements",
  lock: "lock",
  setup: "setup",
  env: "env",
  tasks: "tasks",
  freshness: "freshness",
  uv: "uv",
  upgrade: "upgrade",
  selector_limit_s: "selectorLimit",
  probe_limit_s: "probeLimit",
  lock_patience_s: "lockPatience",
  proto_code_dir_rel_path: "protoCodeDirRelPath",
} as const satisfies Readonly<Record<string, Exclude<keyof Config, "root" | "protoprimer">>>;

export type Key = keyof typeof FIELDS;

export const KEYS = Object.keys(FIELDS) as readonly Key[];

/** What holds when nobody says anything, where that does not depend on the repo or the machine. */
export const DEFAULTS = {
  venv_driver: "venv_uv",
  local_venv_dir_rel_path: ".venv",
  setup: [],
  env: {},
  tasks: {},
  upgrade: {},
  freshness: "mtime",
  selector_limit_s: 30,
  probe_limit_s: 10,
  lock_patience_s: 30,
} as const;

/** The environment variable that sets a key. */
export function variableOf(key: Key): string {
  return `PRIME_${key.toUpperCase()}`;
}
