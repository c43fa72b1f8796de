import type { Command } from "commander";
import type { RepoAppWords } from "../apps/follow.ts";
import type { Context } from "../context.ts";
import type { Answer } from "../launch/answer.ts";

/** What one start is asked to do. */
export interface Request {
  /** False for what works whatever this repo is and its configuration says: help, the version, init. */
  readonly needsRepo: boolean;
  /** What protoprimer has a command for must be asked for the env that is selected; all else takes that one. */
  readonly mustAgree: boolean;
  /** Ends with 3, not as prime's own failures do, when a rule of the policy's refuses hosts or networks. */
  readonly byPolicy: boolean;
  /** Runs nothing of the repo's, and so not the launcher that stands there when another one was started. */
  readonly runsNothing: boolean;
  /** Words of an app that the repo declares: they are followed in its place. */
  readonly app?: RepoAppWords;
  readonly follow: (context: Context) => Promise<Answer> | Answer;
}

/** The headings under which `--help` lists the commands, in this order. */
export const GROUPS = ["Run", "Look", "Change", "Repair", "For maintainers"] as const;

/** What the declaration of a command may use. */
export interface CommandLine {
  readonly program: Command;
  /** All arguments, flags included. */
  readonly args: readonly string[];
  /** Declares the flags that choose another environment for one start; they may stand in front of any command, whose help then need not list them. */
  readonly addChoices: (command: Command, options: { readonly hidden: boolean }) => void;
  /** Called with what the arguments ask for; the work itself is loaded only when it is followed. */
  readonly take: (follow: Request["follow"], options?: Partial<Omit<Request, "follow">>) => void;
}

/** A command, as `--help` lists it and the arguments name it: it stands beside what the command does. */
export interface Declaration {
  readonly group: (typeof GROUPS)[number];
  /** It goes by the flags that choose an environment; in front of any other command they are refused, and not ignored. */
  readonly takesChoices?: true;
  readonly declare: (line: CommandLine) => void;
}

/** A command that shows something, for people or as JSON. */
export function looking(program: Command, name: string, description: string, look: (json: boolean) => void): Command {
  return program
    .command(name)
    .description(description)
    .option("--json", "as JSON")
    .action(({ json = false }: { json?: boolean }) => look(json));
}
