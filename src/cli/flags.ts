import * as path from "node:path";
import { type Command, Option } from "commander";
import type { ConfigFlags } from "../config/config.ts";
import { usageError } from "../errors.ts";

/** What chooses another environment for one start. Those without a placeholder take no value. */
const CHOICES = {
  group: { value: "<group>", about: "install this group for this start; repeatable" },
  "all-groups": { about: "install all groups for this start" },
  "no-group": { value: "<group>", about: "leave this group out for this start; repeatable" },
  "only-group": { value: "<group>", about: "install this group and not the project for this start; repeatable" },
  extra: { value: "<extra>", about: "install this extra for this start; repeatable" },
  "all-extras": { about: "install all extras for this start" },
  "no-extra": { value: "<extra>", about: "leave this extra out for this start; repeatable" },
  "no-dev": { about: "leave out for this start what only developers need: the group dev, or what stands in for it" },
  package: { value: "<name>", about: "install this workspace member for this start; repeatable" },
  with: { value: "<requirement>", about: "install this, too, for this start; repeatable" },
  python: { value: "<request>", about: "take this Python for this start: 3.12, or the path of one" },
  "any-command": { about: "run a command that is not the environment's, whichever it is" },
} as const satisfies Readonly<Record<string, { readonly value?: string; readonly about: string }>>;

type ChoiceName = keyof typeof CHOICES;

/** A flag that chooses another environment for one start. */
export interface Choice {
  readonly name: ChoiceName;
  /** Of a flag that takes one. */
  readonly value: string | undefined;
}

/** Refuses a choice in front of a command of prime's that would ignore it. */
export function refuseIdle([first]: readonly Choice[], name: string): void {
  if (first === undefined) return;
  const why = `--${first.name} chooses an environment for one start, and ${name} uses none`;
  throw usageError("usage", `could not do \`./prime ${name}\`: ${why}`, `leave --${first.name} out`);
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
export function addChoices(program: Command, command: Command, hidden = false): void {
  for (const [name, choice] of Object.entries(CHOICES) as [ChoiceName, { value?: string; about: string }][]) {
    const flags = choice.value === undefined ? `--${name}` : `--${name} ${choice.value}`;
    command.addOption(new Option(flags, choice.about).hideHelp(hidden));
    command.on(`option:${name}`, (value: string | null) => {
      program.setOptionValue("choices", [
        ...(program.getOptionValue("choices") ?? []),
        { name, value: value ?? undefined },
      ]);
    });
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

/** The choices as the configuration takes them; paths are named from `cwd`. Throws what uv calls a conflict of arguments. */
export function configFlags(choices: readonly Choice[], cwd: string): ConfigFlags {
  refuseTogether(choices);
  const named = (name: ChoiceName) => {
    const given = choices.filter((choice) => choice.name === name);
    return given.length === 0 ? undefined : given.flatMap(({ value }) => value ?? []);
  };
  const python = named("python")?.at(-1);
  const flags: { [name in keyof ConfigFlags]: ConfigFlags[name] | undefined } = {
    extras: named("all-extras") === undefined ? named("extra") : "all",
    groups: named("all-groups") === undefined ? named("group") : "all",
    packages: named("package"),
    python: python?.includes("/") ? path.resolve(cwd, python) : python,
    withoutGroups: named("no-group"),
    withoutExtras: named("no-extra"),
    withoutDev: named("no-dev") && true,
    onlyGroups: named("only-group"),
    additions: named("with")?.flatMap(requirementsIn),
  };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/** As uv: a comma parts requirements, unless it stands between extras or in front of a comparison. */
function requirementsIn(text: string): string[] {
  return text.split(/,(?![^[]*\])(?!\s*[<>=!~])/).map((part) => part.trim());
}

const NOT_TOGETHER = [
  ["only-group", "group"],
  ["only-group", "all-groups"],
  ["only-group", "extra"],
  ["only-group", "all-extras"],
  ["all-extras", "extra"],
] as const satisfies readonly (readonly [ChoiceName, ChoiceName])[];

function refuseTogether(choices: readonly Choice[]): void {
  const given = new Set<ChoiceName>(choices.map(({ name }) => name));
  const pair = NOT_TOGETHER.find(([one, other]) => given.has(one) && given.has(other));
  if (pair === undefined) return;
  throw usageError(
    "usage",
    `could not use --${pair[0]} beside --${pair[1]}: they say two different things`,
    `leave one of them out`,
  );
}
