import * as v from "valibot";
import { quoteForShell } from "../edges/command.ts";
import { PATH, TEXT } from "../edges/files/own/own-json.ts";
import { exists } from "../edges/files/read.ts";
import { BY_PLAN, claimForSh } from "./app-claim.ts";
import { launcherForSh } from "./freshness.ts";

/** What a start of an app runs, and when it looks for a release before. */
export interface AppStart {
  /** Put in front of the user's own words. */
  readonly words: readonly string[];
  /** Exported for the app. */
  readonly variables: Readonly<Record<string, string>>;
  /** The first word that is prime's; null: none is. */
  readonly selfCommand: string | null;
  /** A file, absolute, dated when the next check is due, and the one that the last check wrote; null: none is ever. */
  readonly check: v.InferOutput<typeof CHECK> | null;
}

/** `byPlan`: null where a start that is due has something to judge before its command runs. */
const CHECK = v.object({ due: PATH, last: PATH, isForCi: v.boolean(), byPlan: v.nullable(BY_PLAN) });

export const APP_START = v.object({
  words: v.array(TEXT),
  variables: v.record(TEXT, TEXT),
  selfCommand: v.nullable(TEXT),
  check: v.nullable(CHECK),
});

/** prime's own, and what would send the app's python to another standard library. */
const REMOVED = "PYTHONHOME PRIME_PROGRESS PRIME_HEAD PRIME_TRIAL";

/** Lines of sh that end in the app, in the user's own environment: it is no development environment, and PATH stays the user's. */
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

/** A start that is not due reads no further than its own end: what sh reads costs. */
function checkForSh(app: AppStart, start: string): string {
  const { check } = app;
  if (check === null) return `[ -z "\${PRIME_UPDATE-}" ] || [ -n "\${prime_last-}" ] || return 0\n`;
  const claim = byPlan(app);
  return claim === null
    ? `${dueForSh(check)} && return 0\n`
    : `${dueForSh(check)} || {\n${start}}\n${claimForSh(claim)}`;
}

/**
 * This very process's folder in /proc is as old as the process, or the first look at it, so that no process and no write is needed to know the time.
 * The kernel makes each entry when it is looked at: one in that folder would cost as much again.
 */
const NOW = "/proc/self";

/** Where sh can know which process is which. */
function byPlan({ check }: AppStart): v.InferOutput<typeof BY_PLAN> | null {
  return exists(NOW) ? (check?.byPlan ?? null) : null;
}

/**
 * Succeeds where a check is due, and returns where that is not for sh to say. A check of the future is one by a clock that was wrong; an
 * updater starts this launcher, too. `prime_last`: the head has found no Node that works, so that nothing is due.
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
