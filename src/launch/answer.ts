import { quoteForShell } from "../edges/command.ts";
import { type AppStart, appStartForSh } from "../plan/app/start.ts";
import { callForSh, type EntryStart, scriptStartForSh } from "../plan/commands/script-start.ts";
import { type PlannedTask, taskStartForSh } from "../plan/commands/tasks.ts";
import { plainScript } from "../plan/text.ts";
import { type Activation, activationForSh, searchPathForSh } from "../shells/activation.ts";
import { USERS_SHELL_FOR_SH } from "../shells/user-shell.ts";

/**
 * Lines of sh that turn the other spellings of `-c STR` into it: `-cSTR`, `-c=STR`, `--command STR`, `--command=STR`.
 */
const SPELLED_OUT = `case $1 in
--command=*) prime_c=\${1#*=} && shift && set -- -c "$prime_c" "$@" ;;
--command) shift && set -- -c "$@" ;;
-c?*) prime_c=\${1#-c} && prime_c=\${prime_c#=} && shift && set -- -c "$prime_c" "$@" ;;
esac
`;

/** The program's answer to the head. `shift`: how many arguments are prime's own, and are taken away. */
export type Answer =
  /** The first argument that is left is the command; with `file` (absolute), that file is run in its place. */
  | {
      readonly kind: "command";
      readonly activation: Activation;
      readonly shift: number;
      readonly file?: string;
      /** The task whose words come in front of the arguments that are left. */
      readonly task?: PlannedTask | undefined;
    }
  /** The first argument that is left is the script; `entry` is set in a repo that is configured for protoprimer. */
  | {
      readonly kind: "script";
      readonly activation: Activation;
      readonly shift: number;
      readonly entry: EntryStart | undefined;
    }
  /**
   * The first argument that is left is `-c`, or another spelling of it; `alone`: the arguments behind its string were
   * prime's.
   */
  | {
      readonly kind: "shell-command";
      readonly activation: Activation;
      readonly shift: number;
      readonly alone: boolean;
    }
  /** A program that prime chose, in place of the user's arguments. */
  | {
      readonly kind: "program";
      readonly activation: Activation;
      readonly words: readonly string[];
      /** Exported beside the activation. */
      readonly variables: Readonly<Record<string, string>>;
    }
  /** An app, with all of the arguments that are left. */
  | { readonly kind: "app"; readonly shift: number; readonly start: Pick<AppStart, "words" | "variables"> }
  /** The ready plan can serve the start now. `shell`: see `next-stage`. */
  | { readonly kind: "again"; readonly shell: readonly string[] }
  /** Another launcher (absolute) takes over the start, with all of its arguments. `shell`: see `next-stage`. */
  | { readonly kind: "launcher"; readonly file: string; readonly shell: readonly string[] }
  /** The same start again, by a Node (absolute) that gets the user's own terminal and descriptors. */
  | { readonly kind: "direct"; readonly node: string }
  /**
   * The next stage, by a new Node in the same process. `shell`: the words that start the shell which runs the head now.
   */
  | { readonly kind: "next-stage"; readonly progress: string; readonly shell: readonly string[] }
  /** `words` start a program that starts what `answer` says, and stays as its parent. */
  | { readonly kind: "watched"; readonly words: readonly string[]; readonly answer: Answer }
  | { readonly kind: "exit"; readonly code: number };

/** Nothing is left to do. */
export const DONE: Answer = { kind: "exit", code: 0 };

/** The answer as lines of sh. The head runs them where `$@` are all the arguments that prime was started with. */
export function renderAnswer(answer: Answer): string {
  switch (answer.kind) {
    case "exit":
      return `exit ${answer.code}\n`;
    case "watched": {
      const words = answer.words.map(quoteForShell).join(" ");
      return `unset PRIME_PROGRESS PRIME_HEAD
exec ${words} "\${LC_CTYPE-}" /bin/sh -c ${quoteForShell(renderAnswer(answer.answer))} "$0" "$@"\n`;
    }
    case "launcher":
      return `exec ${[...answer.shell, answer.file].map(quoteForShell).join(" ")} "$@"\n`;
    case "direct":
      return `NODE_OPTIONS='' exec ${quoteForShell(answer.node)} "$prime_self" "$@"\n`;
    case "again":
      return `prime_warm "$@"\n${startOver(answer.shell)}`;
    case "next-stage":
      return `export PRIME_PROGRESS=${quoteForShell(answer.progress)}\n${startOver(answer.shell)}`;
    case "app":
      return `shift ${answer.shift}\n${appStartForSh(answer.start)}`;
    case "command":
      return handOver(answer, commandForSh(answer));
    case "program": {
      const exports = Object.entries(answer.variables).map(
        ([name, value]) => `export ${name}=${quoteForShell(value)}\n`,
      );
      return `set -- ${answer.words.map(quoteForShell).join(" ")}
${activationForSh(answer.activation)}${exports.join("")}exec "$@"
`;
    }
    case "script": {
      const { entry, activation } = answer;
      if (entry === undefined) return handOver(answer, plainScript(`${activation.generation}/bin/python`));
      const start = callForSh(entry.calls) + scriptStartForSh(activation, entry.kernel);
      return `shift ${answer.shift}\n${searchPathForSh(activation)}${start}`;
    }
    case "shell-command":
      return handOver(answer, `${SPELLED_OUT}${answer.alone ? `set -- "$1" "$2"\n` : ""}${USERS_SHELL_FOR_SH}\n`);
  }
}

function commandForSh({ file, task }: Extract<Answer, { kind: "command" }>): string {
  const put = task === undefined ? "" : `set -- ${task.words.map(quoteForShell).join(" ")} "$@"\n`;
  const replace = file === undefined ? "" : `shift\nset -- ${quoteForShell(file)} "$@"\n`;
  return put + replace + (task === undefined ? "" : `${taskStartForSh(task)}\n`);
}

function startOver(shell: readonly string[]): string {
  return `exec ${shell.map(quoteForShell).join(" ")} "$prime_self" "$@"\n`;
}

function handOver(answer: { readonly activation: Activation; readonly shift: number }, last: string): string {
  return `shift ${answer.shift}\n${activationForSh(answer.activation)}${last}exec "$@"\n`;
}
