import type { Table } from "../../toml.ts";
import type { Sourced } from "../source.ts";
import type { LeapName, LeapValues } from "./schema.ts";
import type { EnvLink } from "./selected-env.ts";

/** One local project, installed editable. */
export interface ProjectDescriptor {
  /** As written, relative to the ref root. */
  readonly buildRoot: string;
  readonly extras: readonly string[];
  readonly group: string | null;
}

/** What one group is installed with. */
export interface InstallSpec {
  readonly group: string;
  readonly args: readonly string[];
}

/** What only protoprimer's configuration says; all paths are absolute. */
export interface ProtoprimerConfig {
  readonly leaps: Leaps;
  readonly projectDescriptors: Sourced<readonly ProjectDescriptor[]>;
  readonly installSpecs: Sourced<readonly InstallSpec[]>;
  readonly constraintsFile: Sourced<string>;
  readonly logFolder: Sourced<string>;
  readonly tmpFolder: Sourced<string>;
  /** `cache` unless the configuration says otherwise; see `ownCache`. */
  readonly cacheFolder: Sourced<string>;
}

/** One of protoprimer's files. */
export interface Leap<TName extends LeapName> {
  readonly name: TName;
  /** Absolute; it need not be there. */
  readonly file: string;
  readonly isThere: boolean;
  /** All that it holds, unknown keys included. */
  readonly document: Table;
  readonly values: LeapValues<TName>;
}

/** protoprimer's configuration as its files say it, from one to the next; all paths are absolute. */
export interface Leaps {
  readonly kernelFile: string;
  readonly primer: Leap<"primer">;
  /** The ref root, physical. */
  readonly root: string;
  readonly globalConfFolder: string;
  readonly client: Leap<"client">;
  /** Relative to the ref root; null: the repo knows no envs. */
  readonly selectedEnv: string | null;
  readonly link: EnvLink | null;
  /** Where the env file and the constraints stand: the link, or the ref root where there is none. */
  readonly localConfFolder: string;
  /** The same, whether the link was made yet or not. */
  readonly envFolder: string;
  readonly env: Leap<"env">;
  /** A sentence for each thing that protoprimer goes on with and that is likely a mistake. */
  readonly warnings: readonly string[];
}
