import { endAfter } from "../edges/processes/detached.ts";
import { writeForEverybody } from "../edges/umask.ts";
import { EXIT_USAGE, PrimeError } from "../errors.ts";
import type { Answer } from "../launch/answer.ts";
import type { AppText } from "../launch/app-text.ts";
import { SEALED_STATE } from "../plan/ready-plan.ts";
import { makeHome, openApp } from "./app.ts";
import type { Run } from "./run.ts";
import { UPDATER_LIMIT_MS } from "./schedule.ts";
import { startApp } from "./start.ts";
import { readSelection } from "./state.ts";
import { update } from "./update.ts";

const WISHES = ["", "never", "due", "wait"];

/** One start of an app's launcher: all words are the app's, but for those behind prime's own one. */
export async function followApp(text: AppText, given: Omit<Run, "app">): Promise<Answer> {
  const { started } = given;
  const { env, args } = started;
  const app = await openApp(text, started.launcher, env);
  if (app.home.startsWith(`${SEALED_STATE}/`) && app.isOwn) writeForEverybody();
  const run: Run = { ...given, app };
  if (env.PRIME_APP_TASK === "update") return updateBeside(run);
  if (app.config.selfCommand !== null && args[0] === app.config.selfCommand) {
    return (await import("./self/self.ts")).selfCommand(run, args.slice(1));
  }
  const wish = env.PRIME_UPDATE ?? "";
  if (!WISHES.includes(wish)) {
    throw new PrimeError("usage", `could not start ${app.config.name}: PRIME_UPDATE is ${JSON.stringify(wish)}`, {
      hint: "it can be never, due or wait",
      exitCode: EXIT_USAGE,
    });
  }
  if (wish !== "wait" || !app.isOwn || readSelection(app).current === null) return startApp(run);
  const updated = await update(run);
  if (updated.kind === "hop") return updated.answer;
  return startApp({ ...run, started: { ...started, progress: undefined, env: { ...env, PRIME_UPDATE: "never" } } });
}

/** What a start has left running: nobody sees it, and it ends. */
async function updateBeside(run: Run): Promise<Answer> {
  endAfter(UPDATER_LIMIT_MS);
  makeHome(run.app, run.started.env);
  const updated = await update(run);
  return updated.kind === "hop" ? updated.answer : { kind: "exit", code: 0 };
}
