/*
 * Tasks: what a repo's people start by one word. A command line is the shell's business; the words of a simple one are taken as
 * they are, so that no shell is started for it.
 */

/** A task as `prime.toml` says it: a command line, several that run one after another, or a table. */
export type TaskValue = string | readonly string[] | TaskTable;

interface TaskTable {
  readonly run: string | readonly string[];
  readonly about?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
}

/** A task, as a start has it. */
export interface Task {
  readonly name: string;
  /** What is run, in front of the user's arguments. */
  readonly words: readonly string[];
  /** For people. */
  readonly lines: readonly string[];
  readonly about: string | undefined;
  /** Beside what the configuration sets for all commands. */
  readonly env: Readonly<Record<string, string>>;
  /** As `--group` would choose them. */
  readonly groups: readonly string[];
  /** Relative to root. */
  readonly cwd: string;
}

export type Tasks = Readonly<Record<string, TaskValue>>;

/** Words without anything that a shell reads in its own way. */
const SIMPLE = /^[\w@%+:,.-][\w@%+=:,./-]*(?: [\w@%+=:,./-]+)*$/;
/** Builtins and reserved words (POSIX XCU 2.4 and 2.15, 4 "intrinsic utilities"): a file of that name may not be there, or does nothing. */
const OF_THE_SHELL =
  /^(?:alias|bg|break|cd|command|continue|case|do|done|echo|elif|else|esac|eval|exec|exit|export|fc|fg|fi|for|getopts|hash|if|jobs|printf|read|readonly|return|set|shift|source|then|time|times|trap|type|ulimit|umask|unalias|unset|until|wait|while|\.|:)$/;

export function taskOf(tasks: Tasks, name: string): Task | undefined {
  const value = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (value === undefined) return undefined;
  const table: TaskTable = typeof value === "string" || isList(value) ? { run: value } : value;
  const lines = isList(table.run) ? table.run : [table.run];
  const { about, env = {}, groups = [], cwd = "." } = table;
  return { name, words: wordsOf(name, lines), lines, about, env, groups, cwd };
}

function wordsOf(name: string, lines: readonly string[]): string[] {
  const [line = "", ...others] = lines.map((one) => one.trim());
  const first = line.split(" ", 1)[0] as string;
  const isSimple = others.length === 0 && SIMPLE.test(line) && !first.includes("/") && !first.includes("=");
  if (isSimple && !OF_THE_SHELL.test(first)) return line.split(" ");
  return ["/bin/sh", "-c", script([line, ...others]), name];
}

/** The first line that fails ends it. The user's arguments stand behind the last one, unless the task says where. */
function script(lines: readonly string[]): string {
  const text = lines.join("\n");
  const withArguments = /\$(?:[@*#\d]|\{[@*#\d])/.test(text) ? text : `${text} "$@"`;
  return lines.length === 1 ? withArguments : `set -e\n${withArguments}`;
}

function isList(value: TaskValue): value is readonly string[] {
  return Array.isArray(value);
}
