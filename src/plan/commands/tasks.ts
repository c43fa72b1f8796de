import { quoteForShell } from "../../edges/command.ts";

/** A task as a ready plan starts it. */
export interface PlannedTask {
  readonly name: string;
  /** What is run, in front of the user's arguments. */
  readonly words: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A task that the plan of other flags serves: these flags, `--name=value` each. */
export interface TaskElsewhere {
  readonly name: string;
  readonly flags: readonly string[];
}

/** All tasks of a repo, as the plan of one set of flags sees them. */
export interface PlannedTasks {
  readonly own: readonly PlannedTask[];
  readonly elsewhere: readonly TaskElsewhere[];
}

/** The names of the tasks that a plan serves itself, as patterns of sh, each behind a `|`. */
export function taskPatterns({ own }: PlannedTasks): string {
  return own.map(({ name }) => ` | ${name}`).join("");
}

/**
 * Lines of sh that try the plan of a task's own flags, which looks at its inputs itself. They return when that plan
 * declines.
 */
export function elsewhereForSh({ elsewhere }: PlannedTasks): string {
  if (elsewhere.length === 0) return "";
  const branches = elsewhere.map(
    ({ name, flags }) => `${name}) prime_warm ${flags.map(quoteForShell).join(" ")} "$@"; return 0 ;;\n`,
  );
  return `case \${1-} in\n${branches.join("")}esac\n`;
}

/**
 * Lines of sh that turn a task and its arguments into `run WORDS ARG…`. `prime_task` keeps the task's name for
 * `taskEndForSh`.
 */
export function tasksForSh({ own }: PlannedTasks): string {
  if (own.length === 0) return "";
  const branches = own.map(({ name, words, cwd }) => {
    const isThere = `[ -d ${quoteForShell(cwd)} ] || return 0`;
    return `${name})\n  ${isThere}\n  prime_task=$1; shift; set -- run ${words.map(quoteForShell).join(" ")} "$@"\n  ;;\n`;
  });
  return `prime_task=''\ncase $1 in\n${branches.join("")}esac\n`;
}

/** Lines of sh for the end of a plan, behind the environment's own variables: they set what the task itself sets. */
export function taskEndForSh({ own }: PlannedTasks): string {
  if (own.length === 0) return "";
  const branches = own.map((task) => `${task.name}) ${taskStartForSh(task)} ;;\n`);
  return `case $prime_task in\n${branches.join("")}esac\n`;
}

/** A command of sh that goes to the task's folder and sets its variables. */
export function taskStartForSh({ cwd, variables }: Pick<PlannedTask, "cwd" | "variables">): string {
  const exports = Object.entries(variables).map(([name, value]) => `; export ${name}=${quoteForShell(value)}`);
  return `CDPATH='' command cd ${quoteForShell(cwd)} || exit${exports.join("")}`;
}
