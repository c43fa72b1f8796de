import { type Command, Option } from "commander";
import { SHELLS, type ShellName } from "../shells/exports.ts";
import { type CommandLine, type Declaration, looking } from "./declaration.ts";

const run: Declaration = {
  group: "Run",
  takesChoices: true,
  declare: ({ program, args, addChoices, take }) => {
    const command = passing(program, "run", "run a command in the environment")
      .usage("[flags] [--] CMD [ARG...]")
      .argument("<cmd...>")
      .action((words: string[]) => {
        const request = { command: words[0] as string, shift: args.length - words.length };
        if (request.command.startsWith("-") && args[request.shift - 1] !== "--")
          program.error(`error: '${request.command}' stands behind \`run\`${FLAGS_IN_FRONT}`);
        take(async (context) => (await import("./run/run.ts")).runCommand(context, request));
      });
    addChoices(command, { hidden: true });
  },
};

const shell: Declaration = {
  group: "Run",
  takesChoices: true,
  declare: ({ program, take }) =>
    program
      .command("shell")
      .description("open your shell with the environment active")
      .action(() => take(async (context) => (await import("./run/shell.ts")).openShell(context))),
};

const env: Declaration = {
  group: "Run",
  takesChoices: true,
  declare: ({ program, take }) =>
    program
      .command("env")
      .description("print what to set, for direnv, CI and editors")
      .addOption(new Option("--shell <name>", "in the language of this shell or service").choices(SHELLS))
      .action(({ shell: language }: { shell?: ShellName }) =>
        take(async (context) => (await import("./run/env.ts")).printEnvironment(context, language)),
      ),
};

const boot: Declaration = {
  group: "Run",
  takesChoices: true,
  declare: (line) =>
    line.program
      .command("boot")
      .description("make the environment ready, as ./prime alone does")
      .addOption(new Option("-c, --command <string>").hideHelp())
      .action(({ command }: { command?: string }) =>
        command === undefined ? takePrepare(line) : takeShellCommand(line, []),
      ),
};

const tasks: Declaration = {
  group: "Look",
  declare: ({ program, take }) =>
    looking(program, "tasks", "list what one word starts here: [tasks] of prime.toml, and other tools' tasks", (json) =>
      take(async (context) => (await import("./tasks/tasks.ts")).showTasks(context, json)),
    ),
};

const status: Declaration = {
  group: "Look",
  takesChoices: true,
  declare: ({ program, take }) =>
    looking(program, "status", "show launcher, pythons, uv, environment, inputs and where each comes from", (json) =>
      take(async (context) => (await import("./status.ts")).showStatus(context, json)),
    ),
};

const why: Declaration = {
  group: "Look",
  declare: ({ program, take }) =>
    looking(program, "why", "tell why the last start was cold, and what was done", (json) =>
      take(async (context) => (await import("./why.ts")).tellWhy(context, json)),
    ),
};

const evaluate: Declaration = {
  group: "Look",
  takesChoices: true,
  declare: ({ program, take }) =>
    looking(program, "eval", "show the whole configuration in force, and where each value comes from", (json) =>
      take(async (context) => (await import("./run/eval.ts")).evaluate(context, json), { mustAgree: true }),
    ),
};

const verify: Declaration = {
  group: "Look",
  declare: ({ program, take }) =>
    program
      .command("verify")
      .description("check what is committed, for CI: launcher, git, configuration, lock")
      .option("--build", "build projects that tell what they require only then")
      .option("--json", "as JSON")
      .action(({ build = false, json = false }: { build?: boolean; json?: boolean }) =>
        take(async (context) => (await import("./verify.ts")).verify(context, { json, builds: build }), {
          runsNothing: !build,
        }),
      ),
};

const uv: Declaration = {
  group: "Change",
  takesChoices: true,
  declare: ({ program, take }) =>
    passing(program, "uv", "run the pinned uv on this repo; the environment follows")
      .usage("ARG...")
      .helpOption(false)
      .argument("[args...]")
      .action((words: string[]) => take(async (context) => (await import("./run/uv.ts")).runUv(context, words))),
};

const reboot: Declaration = {
  group: "Repair",
  takesChoices: true,
  declare: ({ program, take }) =>
    program
      .command("reboot")
      .description("build the environment anew, aside")
      .action(() =>
        take(
          async (context) =>
            (await import("./run/prepare.ts")).prepare(context, { anew: true, reason: "asked for by the user" }),
          { mustAgree: true },
        ),
      ),
};

const seal: Declaration = {
  group: "For maintainers",
  takesChoices: true,
  declare: ({ program, addChoices, take }) => {
    const command = program
      .command("seal")
      .description("make this start work for every user of an image, without Node")
      .action(() => take(async (context) => (await import("./seal.ts")).seal(context)));
    addChoices(command, { hidden: false });
  },
};

export const OWN = { run, shell, env, boot, tasks, status, why, evaluate, verify, uv, reboot, seal };

const FLAGS_IN_FRONT = ", where the command is named; flags of prime's stand in front: ./prime -v run CMD …";

/** What `./prime` alone asks for. */
export function takePrepare({ take }: CommandLine): void {
  take(async (context) => (await import("./run/prepare.ts")).prepare(context, { anew: false }), { mustAgree: true });
}

/** `shift`: how many arguments stand in front of the script. */
export function takeScript({ take }: CommandLine, shift: number): void {
  take(async (context) => (await import("./run/run.ts")).runScript(context, shift));
}

/** `-c` in whatever spelling stands in front of what is the string's; `operands` are the words behind it that are no flags of prime's. */
export function takeShellCommand({ program, args, take }: CommandLine, operands: readonly string[]): void {
  const shift = args.findIndex((word) => /^(?:-c|--command(?:=|$))/.test(word));
  if (shift < 0) program.error("error: option '-c' stands alone, not with other letters: -c STR");
  take(async (context) => (await import("./run/run.ts")).runShellCommand(context, { shift, operands }), {
    mustAgree: true,
  });
}

/** A command whose own words stand behind its name, and whose flags are theirs. */
function passing(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).passThroughOptions().allowUnknownOption();
}
