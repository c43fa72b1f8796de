import * as v from "valibot";
import { quoteForShell } from "../../edges/command.ts";
import { PATH, TEXT } from "../../edges/files/own/own-json.ts";
import { exists } from "../../edges/files/read.ts";
import { launcherForSh } from "../freshness.ts";
import { BY_PLAN, claimForSh } from "./claim.ts";

/** What a start of an app runs, and when it first looks for a release. */
export interface AppStart {
  /** Put in front of the user's own words. */
  readonly words: readonly string[];
  /** Exported for the app. */
  readonly variables: Readonly<Record<string, string>>;
  /** The first word behind which prime's own commands stand; null: there is none. */
  readonly selfCommand: string | null;
  /**
   * `due`: a file whose mtime says when the next check is due; `last`: a file that the last check wrote; both absolute.
   * null: the app never checks.
   */
  readonly check: v.InferOutput<typeof CHECK> | null;
}

/** `byPlan`: null when the program has to judge something before a start that is due may run its command. */
const CHECK = v.object({ due: PATH, last: PATH, isForCi: v.boolean(), byPlan: v.nullable(BY_PLAN) });

export const APP_START = v.object({
  words: v.array(TEXT),
  variables: v.record(TEXT, TEXT),
  selfCommand: v.nullable(TEXT),
  check: v.nullable(CHECK),
});

/**
 * Variables that the app does not get: prime's own, and one that would send the app's Python to another standard
 * library.
 */
const REMOVED = "PYTHONHOME PRIME_PROGRESS PRIME_HEAD PRIME_TRIAL";

/**
 * Lines of sh that become the app, in the user's own environment: PATH stays as it is, since an app is no development
 * environment.
 */
export function appStartForSh({ words, variables }: Pick<AppStart, "words" | "variables">): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoteForShell(value)}\n`);
  return `unset ${REMOVED}\n${exports.join("")}set -- ${words.map(quoteForShell).join(" ")} "$@"\nexec "$@"\n`;
}

/** The ready plan of an app: see `renderPlan`. */
export function renderAppPlan(launcher: string, node: string | undefined, freshness: string, app: AppStart): string {
  const start = appStartForSh(app);
  const self = app.selfCommand === null ? "" : `[ "\${1-}" != ${quoteForShell(app.selfCommand)} ] || return 0\n`;
  return `# prime's ready plan for the app ${JSON.stringify(launcher)}
${launcherForSh(launcher)}${node === undefined ? "" : `prime_was=${quoteForShell(node)}\n`}${self}prime_stale=$prime_plan
${freshness}prime_stale=''
${checkForSh(app, start)}${start}`;
}

/**
 * Lines of sh that look whether a check is due. When it is not, sh does not read the lines that start an updater:
 * reading takes time.
 */
function checkForSh(app: AppStart, start: string): string {
  const { check } = app;
  if (check === null) return `[ -z "\${PRIME_UPDATE-}" ] || [ -n "\${prime_last-}" ] || return 0\n`;
  const claim = byPlan(app);
  return claim === null
    ? `${dueForSh(check)} && return 0\n`
    : `${dueForSh(check)} || {\n${start}}\n${claimForSh(claim)}`;
}

/**
 * A file whose mtime is the present, so that neither a process nor a write is needed to know the time: the kernel dates
 * the folder of a process in /proc when the process starts, or when somebody first looks at it. An entry within that
 * folder is made anew at each look, which would cost as much again.
 */
const NOW = "/proc/self";

/** What the plan starts an updater by; null where there is no /proc, by which sh tells processes apart. */
function byPlan({ check }: AppStart): v.InferOutput<typeof BY_PLAN> | null {
  return exists(NOW) ? (check?.byPlan ?? null) : null;
}

/**
 * A command of sh that succeeds when a check is due, and leaves it to the program (`return`) when sh can't tell. A last
 * check in the future was dated by a wrong clock: a check is due. PRIME_APP_TASK is set when an updater starts this
 * launcher. `prime_last` is `never` when the head has found no Node that works: then nothing is due.
 */
function dueForSh(check: v.InferOutput<typeof CHECK>): string {
  const [due, last] = [check.due, check.last].map(quoteForShell);
  const [now, touch] = exists(NOW)
    ? [NOW, ""]
    : [quoteForShell(`${check.due}+now`), `{ true >${quoteForShell(`${check.due}+now`)}; } 2>/dev/null && `];
  const test = `[ ! ${due} -nt ${now} -o ${last} -nt ${now} ]`;
  return `case \${PRIME_APP_TASK:++}\${prime_last-}\${PRIME_UPDATE-} in
never*) false ;;
'') ${check.isForCi ? "" : `[ -z "\${CI-}" ] && `}${touch}${test} ;;
due) ;;
*) return 0 ;;
esac`;
}
