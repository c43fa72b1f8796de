import { shellOfProcess } from "../edges/machine.ts";
import { endAfter } from "../edges/processes/detached.ts";
import { writeForEverybody } from "../edges/umask.ts";
import { usageError } from "../errors.ts";
import { type Answer, DONE } from "../launch/answer.ts";
import type { AppText } from "../launch/app-text.ts";
import { CLAIMED_TASK } from "../plan/app/claim.ts";
import { isShared, makeHome } from "./home.ts";
import { standInOf } from "./launcher/stand-in.ts";
import { openApp, openRepoApp } from "./open.ts";
import type { Run } from "./start/run.ts";
import { UPDATER_LIMIT_MS } from "./start/schedule.ts";
import { startApp, startDry } from "./start/start.ts";
import { update } from "./start/update.ts";
import { isWanted } from "./start/updater.ts";

const WISHES = ["", "never", "due", "wait"];

/** One start of an app's launcher: all words are the app's, but for those behind prime's own one. */
export async function followApp(text: AppText, given: Given): Promise<Answer> {
  const { args, launcher, env } = given.started;
  const app = await openApp(text, launcher, env);
  const own = app.config.selfCommand;
  return follow({ ...given, app, shift: 0 }, own !== null && args[0] === own ? args.slice(1) : undefined);
}

/** What of the launcher's words is for the app that a repo declares. */
export interface RepoAppWords {
  /** How many words are the launcher's. */
  readonly shift: number;
  /** The words of one of prime's own commands; undefined: all that follow are the app's. */
  readonly own: readonly string[] | undefined;
}

/** The same for the app that the configuration of a repo (absolute) declares. */
export async function followRepoApp(root: string, { shift, own }: RepoAppWords, given: Given): Promise<Answer> {
  const { launcher, env } = given.started;
  return follow({ ...given, app: await openRepoApp(root, launcher, env), shift }, own);
}

type Given = Omit<Run, "app" | "shift">;

async function follow(run: Run, own: readonly string[] | undefined): Promise<Answer> {
  const { app, started } = run;
  const { env } = started;
  if (isShared(app) && app.isOwn) writeForEverybody();
  if (env.PRIME_APP_TASK === "dry") return startDry(run);
  const standIn = started.progress === undefined && run.file === app.launcher ? standInOf(run) : undefined;
  if (standIn !== undefined) return { kind: "launcher", file: standIn, shell: shellOfProcess(started.shell.pid) };
  const { PRIME_APP_TASK: task } = env;
  if (task === "update" || task === CLAIMED_TASK) return updateBeside(run);
  if (env.PRIME_APP_TASK === "self") return (await import("./self/asked.ts")).answerApp(run);
  if (own !== undefined) return (await import("./self/self.ts")).selfCommand(run, own);
  const wish = env.PRIME_UPDATE ?? "";
  if (!WISHES.includes(wish)) {
    throw usageError(
      "usage",
      `could not start ${app.config.name}: PRIME_UPDATE is ${JSON.stringify(wish)}`,
      "it can be never, due or wait",
    );
  }
  return startApp(run);
}

/** What a start has left running: nobody sees it, and it ends. */
async function updateBeside(run: Run): Promise<Answer> {
  endAfter(UPDATER_LIMIT_MS);
  makeHome(run.app, run.started.env);
  if (run.started.env.PRIME_APP_TASK === CLAIMED_TASK && !(await isWanted(run))) return DONE;
  const updated = await update(run);
  return updated.kind === "hop" ? updated.answer : DONE;
}

export { frontOf } from "./launcher/stand-in.ts";
