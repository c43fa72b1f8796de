import { bashScript } from "./bash.ts";
import type { CommandLine } from "./command-line.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

export const COMPLETED_SHELLS = ["bash", "zsh", "fish"] as const;
export type CompletedShell = (typeof COMPLETED_SHELLS)[number];

/**
 * The script that completes prime's commands and flags, and for `run` the names in the environment's folder, which is
 * `.venv/bin` beside the launcher that is being typed; behind such a name that command's own completion goes on. It
 * starts no process of prime's.
 */
export function completionScript(shell: CompletedShell, line: CommandLine): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](line);
}
