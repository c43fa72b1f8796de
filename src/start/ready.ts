import type { Freshness } from "../config/config.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import type { Trial } from "../environment/state.ts";
import type { Project } from "../project/project.ts";
import type { Interpreter } from "../python/interpreter.ts";
import type { Activation } from "../shells/activation.ts";

/** An environment in which a command can be run. */
export interface Ready {
  readonly kind: "ready";
  readonly activation: Activation;
  readonly readyLine: string;
  /** protoprimer's kernel, absolute, where the repo is configured for protoprimer. */
  readonly kernel: string | undefined;
  readonly freshness: Freshness;
  /** The trial that this environment is on. */
  readonly trial: Trial | undefined;
  /** What this start built, if it built. */
  readonly built: Built | undefined;
}

export interface Built {
  readonly manifest: Manifest;
  readonly project: Project;
  /** The selected python, and why it was selected. */
  readonly selected: Interpreter;
  readonly how: string;
  /** The environment of the last start with these flags. */
  readonly before: Manifest | undefined;
}
