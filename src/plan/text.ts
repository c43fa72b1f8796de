import { quoteForShell } from "../edges/command.ts";
import { EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND } from "../errors.ts";
import { type Activation, exportsForSh, searchPathForSh } from "../shells/activation.ts";
import { USERS_SHELL_FOR_SH } from "../shells/user-shell.ts";
import { EARLY_WORDS, STRIDES, startForSh } from "./script-start.ts";

/** Everything that a ready plan is made from. */
export interface PlanParts {
  /** Absolute physical path of the launcher file. */
  readonly launcher: string;
  readonly activation: Activation;
  /** Lines of sh, each of which returns when something is not as it was: `freshnessForSh`, `sealedFreshnessForSh`. */
  readonly freshness: string;
  /** What bare `./prime` says when all is ready. */
  readonly readyLine: string;
  /** In a repo that is configured for protoprimer: its kernel, and the file that tells what scripts call; absolute. */
  readonly scripts: { readonly kernel: string; readonly known: string } | undefined;
  /** Bare `./prime` and `-c` are the cold path's business: it refuses them. */
  readonly bootsCold: boolean;
  /** What the plan does about a command that is not there: the program knows more, a sealed plan must do without it. */
  readonly missing: Missing;
}

/** Lines of sh where `$1` is what was asked for. */
interface Missing {
  readonly command: string;
  readonly file: string;
  readonly executable: string;
}

export const ASK_PROGRAM: Missing = { command: "return 0", file: "return 0", executable: "return 0" };

/** The program's own words and statuses (`refuseMissing` of run.ts), without its hints. */
export const SAY_MISSING: Missing = {
  command: refusal("neither the environment nor PATH has it", "command-not-found", EXIT_NOT_FOUND),
  file: refusal("there is no such file", "command-not-found", EXIT_NOT_FOUND),
  executable: refusal("it is not executable", "not-executable", EXIT_NOT_EXECUTABLE),
};

function refusal(why: string, id: string, status: number): string {
  return `{ printf 'prime: error: could not run %s: %s\\n  id: %s\\n' "$1" '${why}' ${id} >&2; exit ${status}; }`;
}

/** Names that sh runs itself and mostly no file has: whoever wants such a command gets the cold path's answer. */
const SHELL_WORDS =
  ". : alias bg break cd command continue eval exec exit export fc fg getopts hash jobs read readonly return set shift source times trap type ulimit umask unalias unset wait";

/**
 * The text of a ready plan: the head sources it within a function, with the user's arguments behind the flags that
 * chose the plan. It ends in `exec` or `exit`, or declines by `return`; until it is sure it changes nothing that the
 * cold path would see. The user's arguments are never part of a text.
 */
export function renderPlan(parts: PlanParts): string {
  const { launcher, activation, freshness, readyLine, scripts, bootsCold, missing } = parts;
  const python = `${activation.generation}/bin/python`;
  const startScript = scripts === undefined ? plainScript(python) : entryScript(activation, scripts);
  return `# prime's ready plan for ${JSON.stringify(launcher)}
[ "$prime_self" -ef ${quoteForShell(launcher)} ] || return 0
${bootsCold ? `[ "\${1:--c}" != -c ] || return 0\n` : ""}${freshness}[ $# -gt 0 ] || {
  [ -n "$prime_quiet" ] || printf '%s\\n' ${quoteForShell(readyLine)} >&2
  exit 0
}
${searchPathForSh(activation)}case $1 in
run)
  shift
  [ "\${1-}" != -- ] || shift
  case \${1-} in
  '' | -* | ${SHELL_WORDS.split(" ").join(" | ")}) return 0 ;;
  */*)
    [ -f "$1" ] || ${missing.file}
    [ -x "$1" ] || ${missing.executable}
    ;;
  *) PATH=$prime_path command -v "$1" >/dev/null || ${missing.command} ;;
  esac
  ;;
-c)
  [ $# -${activation.hidden.length === 0 ? "gt 1" : "eq 2"} ] || return 0
  ${USERS_SHELL_FOR_SH}
  ;;
-*) return 0 ;;
*/*)
  [ -f "$1" ] || ${missing.file}
  ${startScript};;
*) return 0 ;;
esac
${exportsForSh(activation)}exec "$@"
`;
}

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
  ${startForSh(activation, kernel)}`;
}
