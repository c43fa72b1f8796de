/** Where a value came from, for `eval`, `status` and messages. */
export interface Source {
  readonly kind: "flag" | "environment" | "file" | "inferred" | "default";
  /** Absolute path of the file, the flag (`--group`) or the variable (`PRIME_LOCK`). */
  readonly where?: string;
  /** The key in that file, e.g. `tool.prime.lock` or `project.requires-python`. */
  readonly key?: string;
  /** For `inferred`: why, in a few words (`CI is set`). */
  readonly reason?: string;
}

export interface Sourced<T> {
  readonly value: T;
  readonly source: Source;
}

export type VenvDriver = "venv_uv" | "venv_pip";
