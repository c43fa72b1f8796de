import type { ShellName } from "../shells/exports.ts";

/** A flag that chooses another environment for one start, in the order given. */
export interface Choice {
  readonly name: "group" | "extra" | "package";
  readonly value: string;
}

export interface GlobalFlags {
  readonly choices: readonly Choice[];
  /** -1 quiet, 0, and one more for each `-v`. */
  readonly verbosity: number;
  /** As given; the launcher's own folder when absent. */
  readonly root: string | undefined;
  /** The env of protoprimer's configuration, as given. */
  readonly env: string | undefined;
}

/** What one start is asked to do. `shift`: how many arguments stand in front of the user's own. */
export type Request =
  | { readonly kind: "prepare" | "reboot" | "seal" | "why" }
  | { readonly kind: "run"; readonly command: string; readonly shift: number }
  | { readonly kind: "script"; readonly shift: number }
  /** `operands` are the words behind the string that are no flags of prime's. */
  | { readonly kind: "shell-command"; readonly shift: number; readonly operands: readonly string[] }
  | { readonly kind: "uv"; readonly args: readonly string[] }
  | { readonly kind: "shell" }
  | { readonly kind: "env"; readonly shell: ShellName | undefined }
  | { readonly kind: "rollback"; readonly id: string | undefined; readonly cancel: boolean }
  | {
      readonly kind: "doctor";
      /** An environment, or with `all` a folder of them; undefined for the root's own. */
      readonly folder: string | undefined;
      readonly all: boolean;
      readonly fix: boolean;
      readonly json: boolean;
    }
  | { readonly kind: "adopt"; readonly id: string | undefined }
  | { readonly kind: "gc"; readonly keep: number; readonly olderDays: number; readonly dryRun: boolean }
  | { readonly kind: "status" | "eval" | "history" | "verify"; readonly json: boolean }
  | {
      readonly kind: "init";
      readonly folder: string;
      readonly dryRun: boolean;
      readonly force: boolean;
      readonly script: string | undefined;
      /** Whose configuration is taken over. */
      readonly from: "protoprimer" | undefined;
      readonly toToml: boolean;
    }
  /** Text that was asked for: help, the version. */
  | { readonly kind: "text"; readonly text: string };
