import { Argument, Command, CommanderError, Help } from "commander";
import { app } from "../commands/app/declared.ts";
import { channel } from "../commands/channel/declared.ts";
import { type CommandLine, type Declaration, GROUPS, type Request } from "../commands/declaration.ts";
import { OWN, takePrepare, takeScript, takeShellCommand } from "../commands/declared.ts";
import { doctor } from "../commands/doctor/declared.ts";
import { adopt, gc, history, rollback } from "../commands/environments/declared.ts";
import { init } from "../commands/init/declared.ts";
import { pin, pins, unpin } from "../commands/pins/declared.ts";
import { python } from "../commands/python/declared.ts";
import { selfUpdate } from "../commands/self-update/declared.ts";
import { upgrade } from "../commands/upgrade/declared.ts";
import { COMMANDS as NAMES } from "../config/schema/command-names.ts";
import { plain } from "../edges/terminal/text.ts";
import { EXIT_NOT_FOUND, PrimeError, usageError } from "../errors.ts";
import { DONE } from "../launch/answer.ts";
import { didYouMean } from "../nearest.ts";
import { describeCommandLine } from "./completion/command-line.ts";
import { COMPLETED_SHELLS, type CompletedShell, completionScript } from "./completion/script.ts";
import { addChoices, addFlags, flagsOf, type GlobalFlags, refuseIdle } from "./flags.ts";

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

/** In the order of `--help`, and of their names. */
const COMMANDS: readonly Declaration[] = [
  ...[OWN.run, OWN.shell, OWN.env, OWN.boot],
  ...[OWN.tasks, OWN.status, OWN.why, history, pins, OWN.evaluate, OWN.verify],
  ...[OWN.uv, upgrade, pin, unpin, python, init, selfUpdate],
  ...[doctor, rollback, adopt, OWN.reboot, gc],
  ...[OWN.seal, app, channel, { group: "For maintainers", declare: declareCompletion } as const],
];

const indexOfCommand = (name: string): number => [...NAMES].indexOf(name);

/** Reads the arguments. Wrong usage is a PrimeError with exit code 2 that names the nearest option or command. */
export function parseArguments(args: readonly string[], facts: CliFacts): Parsed {
  const taken: Request[] = [];
  let printed = "";
  const program = new Command("prime");
  const line: CommandLine = {
    program,
    args,
    addChoices: (command, { hidden }) => addChoices(program, command, hidden),
    take: (follow, options = {}) => {
      taken.push({ needsRepo: true, mustAgree: false, byPolicy: false, runsNothing: false, ...options, follow });
    },
  };
  declareAll(line, facts);
  let complaint = "";
  program.configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: (text) => {
      complaint += text;
    },
  });
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    for (const below of command.commands) below.copyInheritedSettings(command);
  }
  try {
    program.parse(args as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) {
      const [, flag = ""] = /unknown option '(-.)'/.exec(complaint) ?? [];
      const { path, command, strange } = reached(program, args, complaint);
      throw usageError(
        "usage",
        strange ?? inOurWords(complaint, command),
        meantBy(args, path.length) ??
          (program.options.some(({ short }) => short === flag)
            ? `${flag} stands in front of the command: ./prime ${flag} …`
            : `see ./prime ${[...path, "--help"].join(" ")}`),
      );
    }
    takeText(line, plain(printed));
  }
  const flags = flagsOf(program);
  const [name = ""] = program.args;
  if (NAMES.has(name) && !COMMANDS[indexOfCommand(name)]?.takesChoices) refuseIdle(flags.choices, name);
  return { flags, request: taken.at(-1) as Request };
}

/** The command that the words lead to, and what is wrong with how they go on below a command of commands. */
function reached(program: Command, args: readonly string[], complaint: string) {
  const path: string[] = [];
  const words = args.filter((one) => !one.startsWith("-"));
  let at = program;
  for (const word of words) {
    const below = at.commands.find((command) => command.name() === word);
    if (below === undefined) break;
    path.push(word);
    at = below;
  }
  const names =
    at === program || at.commands.length === 0 ? [] : new Help().visibleCommands(at).map((one) => one.name());
  const [next] = words.slice(path.length);
  const isBare = next === undefined && complaint.startsWith("Usage:"); // commander gives its whole help
  if (names.length === 0 || (next === undefined && !isBare)) return { path, command: at, strange: undefined };
  const why = next === undefined ? `a word is missing: ${names.join(", ")}` : "there is no such command";
  const done = `could not do \`./prime ${words.slice(0, path.length + 1).join(" ")}\`: ${why}`;
  return { path, command: at, strange: next === undefined ? done : done + didYouMean(next, names) };
}

/** Words that are commands here, and meant something else; so many of them lead to a command. */
function meantBy(args: readonly string[], reachedWords: number): string | undefined {
  const [word, ...more] = args.filter((one) => !one.startsWith("-"));
  if (word === "python" && reachedWords === 1) return "to start Python: ./prime run python …";
  return word === "upgrade" && more.length > 0
    ? `to name packages: ./prime upgrade --packages ${more.join(" ")}`
    : undefined;
}

/** commander's complaint, with the nearest name as prime says it everywhere: what commander would propose stands on a line of its own. */
function inOurWords(complaint: string, command: Command): string {
  const [said = ""] = complaint.replace(/^error: /, "").split("\n");
  const flag = /^unknown option '(--.+)'$/.exec(said)?.[1];
  const known = new Help().visibleOptions(command).flatMap(({ long }) => long ?? []);
  return flag === undefined ? said : said + didYouMean(flag, known);
}

/** Declares all commands, or the one that the first word names: its help and what is wrong with its words need no other. */
function declareAll(line: CommandLine, { version, isFile }: CliFacts): void {
  const { program, args } = line;
  program
    .description("Makes the environment that this repo requires, and runs commands in it.")
    .usage("[flags] [command | PATH/SCRIPT [arguments]]")
    .version(version, "--version", "print prime's version")
    .exitOverride()
    .enablePositionalOptions()
    .passThroughOptions()
    .argument("[script...]")
    .addHelpText("after", EXAMPLES)
    .action((words: string[]) => scriptOrShell(line, words, isFile));
  const named = indexOfCommand(args[0] ?? "");
  const isAlone = named >= 0 && named < COMMANDS.length - 1; // completion tells of all
  for (const { group, declare } of isAlone ? COMMANDS.slice(named, named + 1) : COMMANDS) {
    const runsNothing = group === "Look";
    declare({ ...line, take: (follow, options) => line.take(follow, { runsNothing, ...options }) });
  }
  program.helpCommand(true);
  addFlags(program);
  program.configureHelp({
    formatHelp: (command, helper) => {
      const text = new Help().formatHelp(command, helper);
      return command === program ? inGroups(text, COMMANDS) : text;
    },
  });
}

/** Lists the commands of a help text, which stand in the order of `declared`, under a heading for each group. */
function inGroups(help: string, declared: readonly Declaration[]): string {
  const [before = "", list = ""] = help.split("Commands:\n");
  const items = list.trimEnd().split(/\n(?= {2}\S)/);
  const lists = GROUPS.map((group) => [group, items.filter((_, index) => declared[index]?.group === group)] as const);
  return before + lists.map(([group, own]) => `${group}:\n${own.join("\n")}\n`).join("\n");
}

function declareCompletion(line: CommandLine): Command {
  return line.program
    .command("completion")
    .description("print the completion script for a shell")
    .addArgument(new Argument("<shell>").choices(COMPLETED_SHELLS))
    .action((shell: CompletedShell) => takeText(line, completionScript(shell, describeCommandLine(line.program))));
}

/** Text that was asked for: help, the version. */
function takeText({ take }: CommandLine, text: string): void {
  const print: Request["follow"] = (context) => {
    context.print.code(text);
    return DONE;
  };
  take(print, { needsRepo: false });
}

function scriptOrShell(line: CommandLine, words: readonly string[], isFile: (word: string) => boolean): void {
  const { program, args } = line;
  const [first] = words;
  if (program.opts().command !== undefined) takeShellCommand(line, words);
  else if (first === undefined) takePrepare(line);
  else if (first.includes("/") && isFile(first)) takeScript(line, args.length - words.length);
  else if (!first.includes("/")) takeTask(line, words);
  else takeMissingFile(line, first);
}

/** A word that is no command may be a task of the repo's. */
function takeTask({ program, args, take }: CommandLine, words: readonly string[]): void {
  const [name = ""] = words;
  const shift = args.length - words.length + 1;
  take(async (context) => {
    const { runTask, taskNames } = await import("../commands/tasks/task.ts");
    const answer = await runTask(context, { name, shift });
    if (answer !== undefined) return answer;
    const known = [...program.commands.map((command) => command.name()), ...(await taskNames(context))];
    throw await (await import("../commands/unknown/unknown-command.ts")).unknownCommand(context, words, known);
  });
}

function takeMissingFile({ take }: CommandLine, word: string): void {
  take(
    async ({ cwd }) => {
      const { whyNotRun } = await import("../commands/unknown/what-is-here.ts");
      throw new PrimeError(
        "command-not-found",
        `could not run ${word}: ${whyNotRun(cwd, word)}`,
        "check the path, which starts at the current folder; ./prime --help lists the commands",
        { exitCode: EXIT_NOT_FOUND },
      );
    },
    { needsRepo: false },
  );
}
