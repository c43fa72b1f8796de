import { quoteForShell } from "../edges/command.ts";
import { namesInFolder } from "../edges/files/read.ts";
import { EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND } from "../errors.ts";
import { type Activation, exportsForSh, searchPathForSh } from "../shells/activation.ts";
import { USERS_SHELL_FOR_SH } from "../shells/user-shell.ts";
import { EARLY_WORDS, STRIDES, scriptStartForSh } from "./commands/script-start.ts";
import { elsewhereForSh, type PlannedTasks, taskEndForSh, taskPatterns, tasksForSh } from "./commands/tasks.ts";
import { launcherForSh } from "./freshness.ts";

/** Everything that a ready plan is made from. */
export interface PlanParts {
  /** Absolute physical path of the launcher file. */
  readonly launcher: string;
  /** The folder of the Node that wrote the plan: a later start may find none in its PATH. */
  readonly node: string | undefined;
  readonly activation: Activation;
  /** Lines of sh; each returns when something has changed: see `freshness.ts`, `sealed/sealed-freshness.ts`. */
  readonly freshness: string;
  /** What bare `./prime` says when all is ready. */
  readonly readyLine: string;
  /** In a repo that is configured for protoprimer: its kernel, and the file that tells what scripts call; absolute. */
  readonly scripts: { readonly kernel: string; readonly known: string } | undefined;
  /** Bare `./prime` and `-c` are left to the program, which refuses them. */
  readonly bootsCold: boolean;
  /** What the plan does about a command that is not in the environment, or nowhere. */
  readonly elsewhere: Elsewhere;
  readonly tasks: PlannedTasks;
}

/** Lines of sh for each case; `$1` is the command. Those of `command` go on when it may run. */
export interface Elsewhere {
  readonly command: string;
  readonly file: string;
  readonly executable: string;
}

/** POSIX utilities and the like: no repo has its own, so that nobody needs to judge them. */
const USUAL =
  "awk basename bash cat chmod cmp cp cut date diff dirname echo env expr false find git grep head id kill ln ls make mkdir mv printf ps pwd rm rmdir sed sh sleep sort tail tar tee test touch tr true uname uniq wc xargs";

/** Whether a command (without a slash) is one of these, for plan and program alike. */
export function isUsualCommand(command: string): boolean {
  return USUAL.split(" ").includes(command);
}

/**
 * Leaves to the program what the plan does not know: it can judge the command, and knows more of what is missing.
 * `known`: see `commandsFile`.
 */
export function askProgram(known: string): Elsewhere {
  const judged = `prime_call=''
    case ${among(USUAL)}) prime_call=usual ;; *) prime_line=${quoteForShell(known)}; [ ! -f "$prime_line" ] || command . "$prime_line" ;; esac
    [ -n "$prime_call" ] || return 0
`;
  return { command: `${judged}    ${onPathOr("return 0")}`, file: "return 0", executable: "return 0" };
}

/** For a plan with `--any-command`: runs what is on PATH, and leaves the rest to the program. */
export const RUN_ANY: Elsewhere = { command: onPathOr("return 0"), file: "return 0", executable: "return 0" };

/** Why a command is held back that would be another interpreter's, and what to do instead. */
export interface HeldBack {
  readonly why: string;
  readonly next: string;
}

/** Commands that a sealed plan holds back, as patterns of sh. */
export interface HeldNames extends HeldBack {
  readonly names: readonly string[];
}

/**
 * For a sealed plan, which has no program to ask: says in short what the program would say, and ends with its statuses.
 */
export function refuseElsewhere(held: readonly HeldNames[]): Elsewhere {
  const cases = held.map(
    ({ names, why, next }) =>
      `    ${names.join(" | ")}) ${refusal(why, "not-the-environments", EXIT_NOT_FOUND, next)} ;;\n`,
  );
  const missing = refusal("neither the environment nor PATH has it", "command-not-found", EXIT_NOT_FOUND);
  return {
    command: `${cases.length === 0 ? "" : `case $1 in\n${cases.join("")}    esac\n    `}${onPathOr(missing)}`,
    file: refusal("it does not exist", "command-not-found", EXIT_NOT_FOUND),
    executable: refusal("it is not executable", "not-executable", EXIT_NOT_EXECUTABLE),
  };
}

function onPathOr(otherwise: string): string {
  return `PATH=$prime_path command -v "$1" >/dev/null || ${otherwise}\n`;
}

function refusal(why: string, id: string, status: number, next?: string): string {
  const words = [why, ...(next === undefined ? [] : [next]), id].map(quoteForShell).join(" ");
  const lines = `prime: error: could not run %s: %s\\n${next === undefined ? "" : "  next: %s\\n"}  id: %s\\n`;
  return `{ printf '${lines}' "$1" ${words} >&2; exit ${status}; }`;
}

/** Words that sh runs itself, and that are mostly no file. The program answers whoever asks for one as a command. */
const SHELL_WORDS =
  ". : alias bg break cd command continue eval exec exit export fc fg getopts hash jobs read readonly return set shift source times trap type ulimit umask unalias unset wait";

/**
 * The beginning of a `case` that matches when the user's word number `word` (without a slash) is one of `words`. It is
 * one pattern, since a shell takes a while for each.
 */
function among(words: string, word = 1): string {
  return `/${words.replaceAll(" ", "/")}/ in */"$${word}"/*`;
}

/**
 * Lines of sh for what most starts ask for, in front of all others, since sh reads no further than it runs: a command
 * of the environment, a file by its path, or a usual command, with a PATH that is not an environment's. Where they are
 * not sure they go on to the rest of the plan. Shells differ in whether `exec` runs their own words, so that an
 * environment with a command of such a name goes without.
 */
function shortcutForSh(activation: Activation): string {
  const bin = `${activation.generation}/bin`;
  if (namesInFolder(bin).some((name) => SHELL_WORDS.split(" ").includes(name))) return "";
  const quoted = quoteForShell(bin);
  return `[ "\${1-}\${VIRTUAL_ENV+/}" != run ] || case :\${PATH-}: in *:${quoted}:*) ;; *:/usr/bin:*)
  case \${2-} in
  '' | -*) prime_line='' ;;
  */*) prime_line=$2 ;;
  *)
    prime_line=${quoted}/$2
    [ -f "$prime_line" ] || case ${among(USUAL, 2)}) prime_line=/usr/bin/$2 ;; esac
    ;;
  esac
  [ ! -f "$prime_line" -o ! -x "$prime_line" ] || {
    shift
    prime_path=${quoted}:$PATH
${exportsForSh(activation)}exec "$@"
} ;;
esac
`;
}

/**
 * A line of sh that tells the program (`prime_stale`) that the plan could serve this start: then it may have to do no
 * more than renew the stamps.
 */
function tellStale(tasks: PlannedTasks): string {
  return `case \${1-} in '' | run | -c | [!-]*/*${taskPatterns(tasks)}) prime_stale=$prime_plan ;; esac\n`;
}

/**
 * Lines of sh that hand a start from elsewhere than `root` (absolute) over to the plan's file `.far`, which has every
 * path in full.
 */
export function nearForSh(root: string): string {
  return `case $PWD in ${quoteForShell(root)}) ;; *) [ ! -f "$prime_stamps.far" ] || command . "$prime_stamps.far"; return 0 ;; esac\n`;
}

/**
 * The text of a ready plan. The head sources it within a function, with the user's arguments behind the flags that
 * chose the plan. It ends in `exec` or `exit`, or declines by `return`; until it is sure, it changes nothing that the
 * program would see. The user's arguments are never part of a text.
 */
export function renderPlan(parts: PlanParts): string {
  const { launcher, node, freshness, bootsCold, tasks } = parts;
  return `# prime's ready plan for ${JSON.stringify(launcher)}
${launcherForSh(launcher)}${node === undefined ? "" : `prime_was=${quoteForShell(node)}\n`}${bootsCold ? `[ "\${1:--c}" != -c ] || return 0\n` : ""}${elsewhereForSh(tasks)}${tellStale(tasks)}${freshness}${renderStarts(parts)}`;
}

/** The end of a plan, once it is sure that nothing changed: it starts what the user asks for. */
export function renderStarts({ activation, readyLine, scripts, elsewhere, tasks }: PlanParts): string {
  const python = `${activation.generation}/bin/python`;
  const start = `${exportsForSh(activation)}${taskEndForSh(tasks)}exec "$@"\n`;
  const startScript = scripts === undefined ? plainScript(python) : entryScript(activation, scripts);
  return `prime_stale=''
${elsewhere === RUN_ANY ? "" : shortcutForSh(activation)}[ $# -gt 0 ] || {
  [ -n "$prime_quiet" ] || printf '%s\\n' ${quoteForShell(readyLine)} >&2
  exit 0
}
${searchPathForSh(activation)}${tasksForSh(tasks)}[ "$1" != run ] || {
  shift
  [ "\${1-}" != -- ] || shift
  case \${1-} in
  '' | -*) return 0 ;;
  */*)
    [ -f "$1" ] || ${elsewhere.file}
    [ -x "$1" ] || ${elsewhere.executable}
    ;;
  ${elsewhere === RUN_ANY ? "pip | pip[0-9-]*) return 0 ;;\n  " : ""}*)
    case ${among(SHELL_WORDS)}) return 0 ;; esac
    [ -f "$prime_bin/$1" -a -x "$prime_bin/$1" ] || {
    ${elsewhere.command}    }
    ;;
  esac
${start}}
case $1 in
-c)
  [ $# -${activation.hidden.length === 0 ? "gt 1" : "eq 2"} ] || return 0
  ${USERS_SHELL_FOR_SH}
  ;;
-*) return 0 ;;
*/*)
  [ -f "$1" ] || ${elsewhere.file}
  ${startScript};;
*) return 0 ;;
esac
${start}`;
}

/** A plan for where there is none of these flags: it leads to the plans of tasks with flags of their own. */
export function renderWayToTasks(launcher: string, tasks: PlannedTasks): string {
  return `# prime's way to the ready plans of tasks for ${JSON.stringify(launcher)}
${launcherForSh(launcher)}${elsewhereForSh(tasks)}`;
}

/** Words of sh for a script that calls no function of protoprimer's. */
export function plainScript(python: string): string {
  return `set -- ${quoteForShell(python)} "$@"\n`;
}

/**
 * Lines of sh that start an entry script. What has to be done before there is an environment is left to a cold start.
 */
function entryScript(activation: Activation, { kernel, known }: NonNullable<PlanParts["scripts"]>): string {
  return `prime_call=''
  [ ! -f ${quoteForShell(known)} ] || command . ${quoteForShell(known)}
  [ -n "$prime_call" ] || return 0
  [ "$prime_call" != ${STRIDES.boot_env} ] || for prime_line in "$@"; do
    case $prime_line in ${EARLY_WORDS}) return 0 ;; esac
  done
  ${scriptStartForSh(activation, kernel)}`;
}
