import type { Input } from "../inputs/input.ts";
import type { PrimeLock } from "./lock/prime-lock.ts";
import type { UpgradeValues } from "./policy/schema.ts";
import type { ProtoprimerConfig } from "./protoprimer/config.ts";
import type { EnvChoice } from "./protoprimer/selected-env.ts";
import type { Sourced, VenvDriver } from "./source.ts";
import type { Tasks } from "./tasks.ts";

export type LockPolicy = "update" | "check" | "frozen";
export type Freshness = "mtime" | "strict";

/** uv in place of the launcher's own pin: sha256 of the wheel by platform tag family, e.g. `linux-x86_64-gnu`. */
export interface UvPin {
  readonly version: string;
  readonly sha256: Readonly<Record<string, string>>;
  /** sha256 of the executables in these wheels, where they are known. */
  readonly programs?: readonly string[];
}

/** The whole configuration in force. `null` means "not set: as the repo suggests". */
export interface Config {
  /** Absolute physical path of the root. */
  readonly root: string;
  /** A version request as written: `3`, `3.12`, `3.12.1`, a PEP 440 range, `cpython-3.12.1`, `pypy3.10`; null: any. */
  readonly required_python_version: Sourced<string | null>;
  /** Relative to root; protoprimer's may be absolute. */
  readonly python_selector_file_rel_path: Sourced<string | null>;
  readonly venv_driver: Sourced<VenvDriver>;
  /** Relative to root; protoprimer's may be absolute. */
  readonly local_venv_dir_rel_path: Sourced<string>;
  readonly install_extras: Sourced<readonly string[] | "all" | null>;
  readonly install_groups: Sourced<readonly string[] | "all" | null>;
  readonly install_packages: Sourced<readonly string[] | "all" | null>;
  /** Relative to root, in order. */
  readonly requirements: Sourced<readonly string[] | null>;
  readonly lock: Sourced<LockPolicy>;
  readonly setup: Sourced<readonly string[]>;
  readonly env: Sourced<Readonly<Record<string, string>>>;
  readonly tasks: Sourced<Tasks>;
  readonly freshness: Sourced<Freshness>;
  readonly uv: Sourced<UvPin | null>;
  /** As the repo says it: what is in force beside the machine's policy is told by `loadPolicy`. */
  readonly upgrade: Sourced<UpgradeValues>;
  /** Seconds that a selector may take. */
  readonly selector_limit_s: Sourced<number>;
  /** Seconds that a probed interpreter may take to answer. */
  readonly probe_limit_s: Sourced<number>;
  /** Seconds without a sign of life after which a holder of the build lock is no longer waited for. */
  readonly lock_patience_s: Sourced<number>;
  /** The folder of protoprimer's kernel, relative to the launcher's folder; null: in a usual place, or none. */
  readonly proto_code_dir_rel_path: Sourced<string | null>;
  /** What `prime.lock` in root says; nothing where there is none. */
  readonly primeLock: PrimeLock;
  /** What flags alone say. */
  readonly oneStart: OneStart;
  /** protoprimer's kernel, absolute, whose entry scripts start by it; also where its configuration is not in force. */
  readonly kernelFile: string | null;
  /** What only protoprimer's configuration says; null where that is not the one in force. */
  readonly protoprimer: ProtoprimerConfig | null;
}

/** Where a start looks for the configuration; absolute, physical paths. */
export interface Repo {
  /** The launcher's, or the one that `--root` names; the root too, unless protoprimer's configuration moves it. */
  readonly folder: string;
  readonly launcher: string;
  /** How it chooses among the envs of protoprimer's configuration. */
  readonly choice: EnvChoice;
}

/** A configuration and what it was made from. */
export interface LoadedConfig {
  readonly config: Config;
  /** Every file that was read and every place where another one would have changed the outcome. */
  readonly inputs: readonly Input[];
  /** Names of the environment variables that can change the outcome (`PRIME_*`, `CI`). */
  readonly variables: readonly string[];
  /** What was passed over and why, a sentence each: unknown `PRIME_` variables, a `.python-version` that pins nothing. */
  readonly warnings: readonly string[];
  /** The same for those who ask with `-v`. */
  readonly notes: readonly string[];
  /** Which configuration is in force and why, in a few words. */
  readonly from: string;
}

/** What can be said for one start alone; the names of groups and extras mean what they mean to uv. */
export interface OneStart {
  readonly withoutGroups: readonly string[];
  readonly withoutExtras: readonly string[];
  /** Nothing for developers: not the group `dev`, nor what is taken in its place by its name. */
  readonly withoutDev: boolean;
  /** These groups and nothing else, not even the project; null: as ever. */
  readonly onlyGroups: readonly string[] | null;
  /** Requirements (PEP 508) that are installed beside what the repo asks for. */
  readonly additions: readonly string[];
}

/** What the flags of one start say; absent means "not given". */
export interface ConfigFlags extends Partial<OneStart> {
  readonly extras?: readonly string[] | "all";
  readonly groups?: readonly string[] | "all";
  readonly packages?: readonly string[];
  /** A version, a range, or the path of an interpreter (absolute). */
  readonly python?: string;
}
