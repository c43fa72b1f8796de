import * as path from "node:path";
import type { Context } from "../../context.ts";
import { isExecutableFile, isFile } from "../../edges/files/read.ts";
import { EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND, PrimeError, usageError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import type { PlannedTask } from "../../plan/commands/tasks.ts";
import { isUsualCommand } from "../../plan/text.ts";
import type { Activation } from "../../shells/activation.ts";
import { noShell, usersShell } from "../../shells/user-shell.ts";
import { entryStart, startEarly } from "../../start/command/entry-scripts.ts";
import { inEnvironment } from "../../start/command/in-environment.ts";
import { admit, findCommand, groundsOf, heldBack, isOwn, refusalOf } from "../../start/command/outside-command.ts";
import { missingCommand } from "../unknown/missing-command.ts";
import { whyNotRun } from "../unknown/what-is-here.ts";

/** How many arguments are prime's own, in front of the command. */
export interface RunRequest {
  readonly command: string;
  readonly shift: number;
  /** What stands for the command and in front of its arguments. */
  readonly task?: PlannedTask;
}

/** `./prime run CMD …`: CMD in the environment, as this very process. */
export async function runCommand(context: Context, { command, shift, task }: RunRequest): Promise<Answer> {
  return inEnvironment(context, async ({ activation }) => {
    const answer = { kind: "command", activation, shift, task } as const;
    if (command.includes("/")) refuseFile(context, command);
    else {
      const found = findCommand(context, activation, command);
      if (context.anyCommand && found !== undefined) return { ...answer, file: found };
      if (found === undefined || !(isOwn(found, activation) || isUsualCommand(command)))
        await judge(context, command, activation, found);
    }
    return answer;
  });
}

/** `./prime PATH/SCRIPT …`: the script by the environment's python. */
export async function runScript(given: Context, shift: number): Promise<Answer> {
  const words = given.args.slice(shift);
  const { context, evaluates, anew } = await startEarly(given, words);
  if (evaluates) return (await import("./eval.ts")).evaluate(context, false);
  return inEnvironment(
    context,
    (ready) => {
      const entry = entryStart(context, ready, words[0] as string);
      return { kind: "script", activation: ready.activation, shift, entry };
    },
    { anew },
  );
}

/**
 * `./prime -c STR`: STR in the user's shell; `shift` leaves `-c` as the first argument. Words behind STR are the shell's, except
 * under protoprimer's configuration: there flags may stand behind it, and nothing else.
 */
export async function runShellCommand(
  context: Context,
  { shift, operands }: { readonly shift: number; readonly operands: readonly string[] },
): Promise<Answer> {
  const alone = context.isProtoprimer;
  if (alone && operands.length > 0) {
    throw usageError(
      "usage",
      `could not run -c STRING: \`${operands.join(" ")}\` stands behind the string`,
      "put all of the command into the one string, in quotes",
    );
  }
  const { env, terminal } = context;
  if (usersShell(env) === undefined) terminal.detail(`/bin/sh runs the string: ${noShell(env)}`);
  return inEnvironment(context, ({ activation }) => ({ kind: "shell-command", activation, shift, alone }));
}

/** POSIX XCU 2.8.2: 127 for what is not found, 126 for what can't be executed. */
function refuseFile(context: Context, command: string): void {
  const file = path.resolve(context.cwd, command);
  if (isExecutableFile(file)) return;
  if (isFile(file)) {
    throw new PrimeError(
      "not-executable",
      `could not run ${command}: it is not executable`,
      `\`chmod +x\` it, or run it by the environment's Python: ./prime ${command}`,
      { exitCode: EXIT_NOT_EXECUTABLE },
    );
  }
  throw new PrimeError(
    "command-not-found",
    `could not run ${command}: ${whyNotRun(context.cwd, command)}`,
    `check the path: it was looked for as ${file}`,
    { exitCode: EXIT_NOT_FOUND },
  );
}

/** Whether a command that is not in the environment may run. */
async function judge(context: Context, command: string, activation: Activation, found: string | undefined) {
  const grounds = await groundsOf(context, activation);
  const held = heldBack(context, grounds, command);
  if (found === undefined) throw missingCommand(context, command, activation, { grounds, held });
  if (held !== undefined) throw refusalOf(command, held, found);
  admit(context, activation, command, found, grounds);
}
