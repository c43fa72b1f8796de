import type { Config, LoadedConfig } from "../config/config.ts";
import type { Folders } from "../environment/folders.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import type { SearchOptions } from "../python/search/search.ts";
import type { VersionRequest } from "../python/version.ts";

/** What the repo asks for, and what was built for it so far. */
export interface Survey {
  readonly loaded: LoadedConfig;
  readonly config: Config;
  readonly folders: Folders;
  readonly request: VersionRequest;
  /** The request as written, "" for any. */
  readonly requestText: string;
  /** Finished generations of this root, the youngest first. */
  readonly generations: readonly Manifest[];
  /** How interpreters are looked for and asked. */
  readonly search: SearchOptions;
}
