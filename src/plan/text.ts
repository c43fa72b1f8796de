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
  /** The folder of the Node that wrote it: a later start may find none in its PATH. */
  readonly node: string | undefined;
  readonly activation: Activation;
  /** Lines of sh, each of which returns when something is not as it was: see `freshness.ts`, `sealed/sealed-freshness.ts`. */
  readonly freshness: string;
  /** What bare `./prime` says when all is ready. */
  readonly readyLine: string;
  /** In a repo that is configured for protoprimer: its kernel, and the file that tells what scripts call; absolute. */
  readonly scripts: { readonly kernel: string; readonly known: string } | undefined;
  /** Bare `./prime` and `-c` are the cold path's business: it refuses them. */
  readonly bootsCold: boolean;
  /** What the plan does about a command that is not the environment's, or not there. */
  readonly elsewhere: Elsewhere;
  readonly tasks: PlannedTasks;
}

/** Lines of sh where `$1` is what was asked for; those of `command` go on where it may run. */
export interface Elsewhere {
  readonly command: string;
  readonly file: string;
  readonly executable: string;
}

/** POSIX utilities and the like, of which no repo has its own: nobody needs to judge them. */
const USUAL =
  "awk basename bash cat chmod cmp cp cut date diff dirname echo env expr false find git grep head id kill ln ls make mkdir mv printf ps pwd rm rmdir sed sh sleep sort tail tar tee test touch tr true uname uniq wc xargs";

/** Whether a command without a slash is one of those, for plan and program alike. */
export function isUsualCommand(command: string): boolean {
  return USUAL.split(" ").includes(command);
}

/** The program judges what the plan does not know, and knows more of what is missing. `known`: see `commandsFile`. */
export function askProgram(known: string): Elsewhere {
  const judged = `prime_call=''
    case ${among(USUAL)}) prime_call=usual ;; *) prime_line=${quoteForShell(known)}; [ ! -f "$prime_line" ] || . "$prime_line" ;; esac
    [ -n "$prime_call" ] || return 0
`;
  return { command: `${judged}    ${onPathOr("return 0")}`, file: "return 0", executable: "return 0" };
}

/** Any command runs; what is to be looked for behind the environment only the program can tell. */
export const RUN_ANY: Elsewhere = { command: onPathOr("return 0"), file: "return 0", executable: "return 0" };

/** A command that would be another interpreter's: why, and what to do instead. */
export interface HeldBack {
  readonly why: string;
  readonly next: string;
}

/** Commands that a sealed plan holds back, as patterns of sh. */
export interface HeldNames extends HeldBack {
  readonly names: readonly string[];
}

/** Without the program: its own words and statuses, in short. */
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

/** Names that sh runs itself and mostly no file has: whoever wants such a command gets the cold path's answer. */
const SHELL_WORDS =
  ". : alias bg break cd command continue eval exec exit export fc fg getopts hash jobs read readonly return set shift source times trap type ulimit umask unalias unset wait";

/** Begins a `case` for a word of the user's without a slash that is one of these words: one pattern, since a shell takes a while for each. */
function among(words: string, word = 1): string {
  return `/${words.replaceAll(" ", "/")}/ in */"$${word}"/*`;
}

/**
 * What most starts ask for, in front of all else, since sh reads no further than it runs: a command of the environment, a file by its path,
 * or one that is usual, by a PATH that is not an environment's. Goes on where it is not sure. Shells differ in whether `exec` runs their own
 * words, so an environment that has one of these goes without.
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

/** What a plan can serve is told to the program, which may have no more to do than to renew the plan's stamps. */
function tellStale(tasks: PlannedTasks): string {
  return `case \${1-} in '' | run | -c | [!-]*/*${taskPatterns(tasks)}) prime_stale=$prime_plan ;; esac\n`;
}

/** Lines of sh that hand a start from elsewhere than `root`, absolute, over to the file of the plan that names all by its whole path. */
export function nearForSh(root: string): string {
  return `case $PWD in ${quoteForShell(root)}) ;; *) [ ! -f "$prime_stamps.far" ] || . "$prime_stamps.far"; return 0 ;; esac\n`;
}

/**
 * The text of a ready plan: the head sources it within a function, with the user's arguments behind the flags that
 * chose the plan. It ends in `exec` or `exit`, or declines by `return`; until it is sure it changes nothing that the
 * cold path would see. The user's arguments are never part of a text.
 */
export function renderPlan(parts: PlanParts): string {
  const { launcher, node, freshness, bootsCold, tasks } = parts;
  return `# prime's ready plan for ${JSON.stringify(launcher)}
${launcherForSh(launcher)}${node === undefined ? "" : `prime_was=${quoteForShell(node)}\n`}${bootsCold ? `[ "\${1:--c}" != -c ] || return 0\n` : ""}${elsewhereForSh(tasks)}${tellStale(tasks)}${freshness}${renderStarts(parts)}`;
}

/** What a plan ends with, once it is sure that nothing changed. */
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

/** Where no plan of these flags is kept, the way to those of tasks that have flags of their own. */
export function renderWayToTasks(launcher: string, tasks: PlannedTasks): string {
  return `# prime's way to the ready plans of tasks for ${JSON.stringify(launcher)}
${launcherForSh(launcher)}${elsewhereForSh(tasks)}`;
}

/** For a script that asks for nothing of protoprimer's. */
export function plainScript(python: string): string {
  return `set -- ${quoteForShell(python)} "$@"\n`;
}

/** What has to be done before the environment is there, is done by a start that is cold. */
function entryScript(activation: Activation, { kernel, known }: NonNullable<PlanParts["scripts"]>): string {
  return `prime_call=''
  [ ! -f ${quoteForShell(known)} ] || . ${quoteForShell(known)}
  [ -n "$prime_call" ] || return 0
  [ "$prime_call" != ${STRIDES.boot_env} ] || for prime_line in "$@"; do
    case $prime_line in ${EARLY_WORDS}) return 0 ;; esac
  done
  ${scriptStartForSh(activation, kernel)}`;
}
