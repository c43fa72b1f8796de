import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Choice, GlobalFlags, Request } from "../commands/request.ts";
import { KEPT_DAYS, KEPT_GENERATIONS } from "../environment/collect.ts";
import { EXIT_NOT_FOUND, EXIT_USAGE, PrimeError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { SHELLS, type ShellName } from "../shells/exports.ts";
import { COMPLETED_SHELLS, type CompletedShell, completionScript, describeCommandLine } from "./completion.ts";

export interface Parsed {
  readonly flags: GlobalFlags;
  readonly request: Request;
}

export interface CliFacts {
  readonly version: string;
  /** Whether a word with a slash is a file, as the user stands. */
  readonly isFile: (word: string) => boolean;
}

const EXAMPLES = `
Examples:
  ./prime                          make the environment ready
  ./prime run pytest -x tests      run a command in it
  ./prime tools/report.py --all    run a script by its python
  ./prime --group docs run mkdocs serve
  ./prime uv add httpx             change the project; the environment follows`;

/** Reads the arguments. Wrong usage is a PrimeError with exit code 2 that names the nearest option or command. */
export function parseArguments(args: readonly string[], facts: CliFacts): Parsed {
  let request: Request | undefined;
  let printed = "";
  const take = (found: Request): void => {
    request = found;
  };
  const program = createProgram(args, facts, take);
  let complaint = "";
  program.configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: (text) => {
      complaint += text;
    },
  });
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    program.parse(args as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) {
      throw new PrimeError("usage", inOurWords(complaint), {
        exitCode: EXIT_USAGE,
        hint: "see ./prime --help",
      });
    }
    request = { kind: "text", text: printed };
  }
  return { flags: flagsOf(program), request: request ?? { kind: "prepare" } };
}

/** commander's complaint on one line, with the nearest name as prime says it everywhere. */
function inOurWords(complaint: string): string {
  const nearest = /\n\(Did you mean (.+)\?\)/;
  return complaint
    .trim()
    .replace(/^error: /, "")
    .replace(nearest, "; did you mean `$1`?");
}

function createProgram(
  args: readonly string[],
  { version, isFile }: CliFacts,
  take: (request: Request) => void,
): Command {
  const program = new Command("prime");
  program
    .description("Makes the environment that this repo requires, and runs commands in it.")
    .usage("[flags] [command | PATH/SCRIPT [arguments]]")
    .version(version, "--version", "print prime's version")
    .exitOverride()
    .enablePositionalOptions()
    .passThroughOptions()
    .argument("[script...]")
    .option("-c, --command <string>", "run a string in your shell, in the environment")
    .option("--root <dir>", "the repo to work on, in place of the launcher's own folder")
    .addHelpText("after", EXAMPLES)
    .action((words: string[]) => take(scriptOrShell(program, args, words, isFile)));
  addChoices(program, program);
  for (const option of everywhere()) program.addOption(option);
  const passing = (name: string, description: string): Command =>
    program.command(name).description(description).passThroughOptions().allowUnknownOption();
  passing("run", "run a command in the environment")
    .usage("[--] CMD [ARG...]")
    .argument("<cmd...>")
    .action((words: string[]) => take({ kind: "run", command: words[0] as string, shift: args.length - words.length }));
  passing("uv", "run the pinned uv on this repo; the environment follows")
    .usage("ARG...")
    .helpOption(false)
    .argument("[args...]")
    .action((words: string[]) => take({ kind: "uv", args: words }));
  program
    .command("shell")
    .description("open your shell with the environment active")
    .action(() => take({ kind: "shell" }));
  program
    .command("env")
    .description("print what to set, for direnv, CI and editors")
    .addOption(new Option("--shell <name>", "in the language of this shell or service").choices(SHELLS))
    .action(({ shell }: { shell?: ShellName }) => take({ kind: "env", shell }));
  program
    .command("why")
    .description("tell why the last start was cold, and what was done")
    .action(() => take({ kind: "why" }));
  for (const [name, description] of [
    ["status", "show launcher, pythons, uv, environment, inputs and where each comes from"],
    ["history", "show what changed from one environment to the next, and why"],
    ["eval", "show the whole configuration in force, and where each value comes from"],
    ["verify", "check what is committed, for CI: launcher, git, configuration, lock"],
  ] as const) {
    program
      .command(name)
      .description(description)
      .option("--json", "as JSON")
      .action(({ json }: { json?: boolean }) => take({ kind: name, json: json === true }));
  }
  program
    .command("init [dir]")
    .description("put this launcher into another repo")
    .option("--dry-run", "only say what would be done")
    .option("--force", "replace a file named prime that is no launcher of prime's")
    .option("--script <file>", "put a header into a script that starts it by ./prime")
    .addOption(
      new Option("--from <tool>", "take over this tool's configuration, and tell what it says").choices([
        "protoprimer",
      ]),
    )
    .option("--to-toml", "with --from: write it as prime's own, prime.toml")
    .action((folder: string | undefined, given: GivenToInit, command: Command) => {
      const { dryRun = false, force = false, toToml = false, script, from } = given;
      const wrong = from === undefined ? toToml && "--to-toml" : script !== undefined && "--script";
      if (wrong)
        command.error(`error: option '${wrong}' ${from === undefined ? "wants --from" : "stands without --from"}`);
      take({ kind: "init", folder: folder ?? ".", dryRun, force, script, from, toToml });
    });
  program
    .command("rollback [id]")
    .description("show the previous environment, or the one named, until an input changes")
    .option("--cancel", "go forward again to what the inputs ask for")
    .action((id: string | undefined, { cancel = false }: { cancel?: boolean }, command: Command) => {
      if (cancel && id !== undefined) command.error("error: an id and --cancel exclude each other");
      take({ kind: "rollback", id, cancel });
    });
  program
    .command("doctor [dir]")
    .description("examine the environment of this repo, or any other one; says what is wrong and what mends it")
    .option("--fix", "mend what can be mended without losing anything")
    .option("--all", "examine every environment below the folder")
    .option("--json", "as JSON")
    .action((folder: string | undefined, given: { fix?: boolean; all?: boolean; json?: boolean }, command: Command) => {
      const { fix = false, all = false, json = false } = given;
      if (fix && folder !== undefined) command.error("error: a folder and --fix exclude each other");
      if (all && folder === undefined) command.error("error: --all wants a folder: doctor --all DIR");
      take({ kind: "doctor", folder, all, fix, json });
    });
  program
    .command("adopt [id]")
    .description("make what was changed by hand, in the environment shown or the one named, a new environment")
    .action((id: string | undefined) => take({ kind: "adopt", id }));
  program
    .command("gc")
    .description("remove old environments and what killed starts left behind")
    .option("--keep <n>", "keep this many of the youngest in any case", wholeNumber, KEPT_GENERATIONS)
    .option("--older <days>", "remove only what was last shown so many days ago", wholeNumber, KEPT_DAYS)
    .option("--dry-run", "only say what would be done")
    .action(({ keep, older, dryRun }: { keep: number; older: number; dryRun?: boolean }) =>
      take({ kind: "gc", keep, olderDays: older, dryRun: dryRun === true }),
    );
  program
    .command("reboot")
    .description("build the environment anew, aside")
    .action(() => take({ kind: "reboot" }));
  addChoices(
    program
      .command("seal")
      .description("make this start work for every user of an image, without Node")
      .action(() => take({ kind: "seal" })),
    program,
  );
  program
    .command("boot")
    .description("make the environment ready, as ./prime alone does")
    .addOption(new Option("-c, --command <string>").hideHelp())
    .action(({ command }: { command?: string }) =>
      take(command === undefined ? { kind: "prepare" } : shellCommand(program, args, [])),
    );
  for (const command of program.commands) {
    if (AS_PROTOPRIMER.has(command.name())) for (const option of everywhere()) command.addOption(option.hideHelp());
  }
  program
    .command("completion")
    .description("print the completion script for a shell")
    .addArgument(new Argument("<shell>").choices(COMPLETED_SHELLS))
    .action((shell: CompletedShell) =>
      take({ kind: "text", text: completionScript(shell, describeCommandLine(program)) }),
    );
  program.helpCommand(false);
  return program;
}

/** What protoprimer has as well: flags may stand behind these as in front of them. */
const AS_PROTOPRIMER = new Set(["boot", "reboot", "eval"]);

function everywhere(): Option[] {
  const count = (_: string, before: number | undefined) => (before ?? 0) + 1;
  return [
    new Option("-q, --quiet", "say nothing but warnings and errors"),
    new Option("-v, --verbose", "tell more; repeat for more").argParser(count),
    new Option("-e, --env <dir>", "the env of protoprimer's configuration to work in"),
  ];
}

/** `-c` in whatever spelling stands in front of what is the string's. */
function shellCommand(program: Command, args: readonly string[], operands: readonly string[]): Request {
  const shift = args.findIndex((word) => /^(?:-c|--command(?:=|$))/.test(word));
  return shift < 0
    ? (program.error("error: option '-c' stands alone, not with other letters: -c STR") as never)
    : { kind: "shell-command", shift, operands };
}

/** The flags that choose an environment, in the order given; `program` keeps them whichever command they stand at. */
function addChoices(command: Command, program: Command): void {
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

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
  return Number(text);
}

function scriptOrShell(
  program: Command,
  args: readonly string[],
  words: readonly string[],
  isFile: (word: string) => boolean,
): Request {
  if (program.opts().command !== undefined) return shellCommand(program, args, words);
  const [first] = words;
  if (first === undefined) return { kind: "prepare" };
  if (!first.includes("/")) {
    const names = program.commands.map((command) => command.name());
    return program.error(`error: unknown command '${first}'${didYouMean(first, names)}`) as never;
  }
  if (isFile(first)) return { kind: "script", shift: args.length - words.length };
  throw new PrimeError("command-not-found", `could not run ${first}: there is no such file`, {
    exitCode: EXIT_NOT_FOUND,
    hint: "check the path, which starts at the folder that you stand in; ./prime --help lists the commands",
  });
}

function flagsOf(program: Command): GlobalFlags {
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

type GivenToInit = Partial<Omit<Extract<Request, { kind: "init" }>, "kind" | "folder">>;

interface Given {
  readonly quiet?: boolean;
  readonly verbose?: number;
  readonly env?: string;
  readonly root?: string;
  readonly choices?: readonly Choice[];
}
