import { type Command, Option } from "commander";
import type { ConfigFlags } from "../config/config.ts";

/** A flag that chooses another environment for one start, in the order given. */
export interface Choice {
  readonly name: "group" | "extra" | "package";
  readonly value: string;
}

/** What may stand in front of any command. */
export interface GlobalFlags {
  readonly choices: readonly Choice[];
  /** -1 quiet, 0, and one more for each `-v`. */
  readonly verbosity: number;
  /** As given; the launcher's own folder when absent. */
  readonly root: string | undefined;
  /** The env of protoprimer's configuration, as given. */
  readonly env: string | undefined;
}

/** What protoprimer has as well: flags may stand behind these as in front of them. */
const AS_PROTOPRIMER = new Set(["boot", "reboot", "eval"]);

/** Declares the flags that every command takes; call it when all commands are declared. */
export function addFlags(program: Command): void {
  program
    .option("-c, --command <string>", "run a string in your shell, in the environment")
    .option("--root <dir>", "the repo to work on, in place of the launcher's own folder");
  addChoices(program, program);
  for (const option of everywhere()) program.addOption(option);
  for (const command of program.commands) {
    if (AS_PROTOPRIMER.has(command.name())) for (const option of everywhere()) command.addOption(option.hideHelp());
  }
}

function everywhere(): Option[] {
  const count = (_: string, before: number | undefined) => (before ?? 0) + 1;
  return [
    new Option("-q, --quiet", "say nothing but warnings and errors"),
    new Option("-v, --verbose", "tell more; repeat for more").argParser(count),
    new Option("-e, --env <dir>", "the env of protoprimer's configuration to work in"),
  ];
}

/** The flags that choose an environment, in the order given; `program` keeps them whichever command they stand at. */
export function addChoices(program: Command, command: Command): void {
  for (const name of ["group", "extra", "package"] as const) {
    command.addOption(
      new Option(
        `--${name} <name>`,
        `install this ${name === "package" ? "workspace member" : name} for this start; repeatable`,
      ).argParser((value: string, before: Choice[] | undefined) => {
        program.setOptionValue("choices", [...(program.getOptionValue("choices") ?? []), { name, value }]);
        return [...(before ?? []), { name, value }];
      }),
    );
  }
}

interface Given {
  readonly quiet?: boolean;
  readonly verbose?: number;
  readonly env?: string;
  readonly root?: string;
  readonly choices?: readonly Choice[];
}

/** The flags as they were given to the program and to its command. */
export function flagsOf(program: Command): GlobalFlags {
  const all = [program, ...program.commands].map((command) => command.opts() as Given);
  const { root, choices } = all[0] as Given;
  const verbose = all.reduce((sum, given) => sum + (given.verbose ?? 0), 0);
  const isQuiet = all.some(({ quiet }) => quiet === true);
  const env = all
    .flatMap((given) => given.env ?? [])
    .at(-1)
    ?.replace(/^=/, ""); // `-e=DIR`, as protoprimer takes it
  return { choices: choices ?? [], verbosity: isQuiet ? -1 : verbose, root, env };
}

/** The choices as the configuration takes them. */
export function configFlags(choices: readonly Choice[]): ConfigFlags {
  const named = (name: Choice["name"]) => choices.filter((choice) => choice.name === name).map(({ value }) => value);
  const [extras, groups, packages] = [named("extra"), named("group"), named("package")];
  return {
    ...(extras.length > 0 ? { extras } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(packages.length > 0 ? { packages } : {}),
  };
}
