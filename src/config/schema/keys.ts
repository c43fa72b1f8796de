import type { Config } from "../config.ts";

/** Each key as users write it, in the order in which people see them. */
export const KEYS = [
  "required_python_version",
  "python_selector_file_rel_path",
  "venv_driver",
  "local_venv_dir_rel_path",
  "install_extras",
  "install_groups",
  "install_packages",
  "requirements",
  "lock",
  "setup",
  "env",
  "tasks",
  "freshness",
  "uv",
  "upgrade",
  "selector_limit_s",
  "probe_limit_s",
  "lock_patience_s",
  "proto_code_dir_rel_path",
] as const satisfies readonly (keyof Config)[];

export type Key = (typeof KEYS)[number];

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
