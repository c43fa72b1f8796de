import type { Command, Option } from "commander";
import type { RecordedKind } from "../../plan/names.ts";

/** What stands for a value: nothing at all, one of a few words, a command, a path, what the last start recorded, or what nobody can foresee. */
export type Value = "none" | "command" | "path" | "text" | { readonly recorded: RecordedKind } | readonly string[];

/** By the placeholder of a value. */
const RECORDED: Readonly<Record<string, RecordedKind>> = { group: "group", extra: "extra", id: "generation" };

export interface Flag {
  /** `-q` and `--quiet`, as typed. */
  readonly names: readonly string[];
  readonly description: string;
  readonly value: Value;
}

export interface Subcommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly value: Value;
}

/** The command line as data, read from its one definition. */
export interface CommandLine {
  readonly flags: readonly Flag[];
  readonly commands: readonly Subcommand[];
}

/** What can be completed is told by choices and by the names that the definition gives: `cmd`, `dir`, `file`, `args`. */
export function describeCommandLine(program: Command): CommandLine {
  return {
    flags: flagsOf(program),
    commands: program.commands.map((command) => {
      const [argument] = command.registeredArguments;
      const below = command.commands.map((one) => one.name());
      const own = argument === undefined ? "none" : (argument.argChoices ?? kindOf(argument.name()));
      const value = below.length > 0 ? below : own;
      return {
        name: command.name(),
        description: command.description(),
        flags: flagsOf(command),
        value,
      };
    }),
  };
}

function flagsOf(command: Command): Flag[] {
  const help = command.createHelp();
  return help.visibleOptions(command).map((option: Option) => ({
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    value:
      option.required || option.optional
        ? (option.argChoices ?? kindOf(/[<[]([\w-]+)/.exec(option.flags)?.[1]))
        : "none",
  }));
}

function kindOf(name: string | undefined): Value {
  if (name === "cmd") return "command";
  const recorded = RECORDED[name ?? ""];
  if (recorded !== undefined) return { recorded };
  return name === "dir" || name === "file" || name === "args" ? "path" : "text";
}

export function isRecorded(value: Value): value is { readonly recorded: RecordedKind } {
  return typeof value === "object" && "recorded" in value;
}

export const takesValue = (flag: Flag): boolean => flag.value !== "none";
export const flagNames = (flags: readonly Flag[]): string[] => flags.flatMap(({ names }) => names);
