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

/** A task that another plan serves: the flags, `--name=value` each, that lead there. */
export interface TaskElsewhere {
  readonly name: string;
  readonly flags: readonly string[];
}

/** All tasks of a repo, as the plan of one set of flags sees them. */
export interface PlannedTasks {
  readonly own: readonly PlannedTask[];
  readonly elsewhere: readonly TaskElsewhere[];
}

/** Patterns of sh, each behind a `|`: the names that a plan serves itself. */
export function taskPatterns({ own }: PlannedTasks): string {
  return own.map(({ name }) => ` | ${name}`).join("");
}

/** Hands a task over to the plan of its own flags, which looks at its inputs itself; comes back when that one declines. */
export function elsewhereForSh({ elsewhere }: PlannedTasks): string {
  if (elsewhere.length === 0) return "";
  const branches = elsewhere.map(
    ({ name, flags }) => `${name}) prime_warm ${flags.map(quoteForShell).join(" ")} "$@"; return 0 ;;\n`,
  );
  return `case \${1-} in\n${branches.join("")}esac\n`;
}

/** Makes `run WORDS ARG…` of a task and its arguments; what is done at the very end is kept in `prime_task`. */
export function tasksForSh({ own }: PlannedTasks): string {
  if (own.length === 0) return "";
  const branches = own.map(({ name, words, cwd }) => {
    const isThere = `[ -d ${quoteForShell(cwd)} ] || return 0`;
    return `${name})\n  ${isThere}\n  prime_task=$1; shift; set -- run ${words.map(quoteForShell).join(" ")} "$@"\n  ;;\n`;
  });
  return `prime_task=''\ncase $1 in\n${branches.join("")}esac\n`;
}

/** Behind the environment's own variables. */
export function taskEndForSh({ own }: PlannedTasks): string {
  if (own.length === 0) return "";
  const branches = own.map((task) => `${task.name}) ${taskStartForSh(task)} ;;\n`);
  return `case $prime_task in\n${branches.join("")}esac\n`;
}

/** What a task changes beside the environment. */
export function taskStartForSh({ cwd, variables }: Pick<PlannedTask, "cwd" | "variables">): string {
  const exports = Object.entries(variables).map(([name, value]) => `; export ${name}=${quoteForShell(value)}`);
  return `CDPATH='' command cd ${quoteForShell(cwd)} || exit${exports.join("")}`;
}
