import { now, pause } from "../../edges/clock.ts";
import { shellOfProcess } from "../../edges/machine.ts";
import { startDetached } from "../../edges/processes/detached.ts";
import { holdPipe, releasePipe } from "../../edges/processes/locks/pipe-lock.ts";
import { passOn } from "../../errors.ts";
import { type Claimant, claim, endClaim, writeClaim } from "../../plan/app/claim.ts";
import type { App } from "../app.ts";
import { alone, claimFile, isUpdating, readCheck, updateLog, updaterPipe, writeCheck } from "../state.ts";
import type { Run } from "./run.ts";
import { isDue, setDue, UPDATER_LIMIT_MS } from "./schedule.ts";

/** Where so many updates were killed with their starts, the next start lasts longer than its command. */
const MOST_KILLED = 2;
const LOOK_AGAIN_MS = 50;

/** The pipe of an update that a start has to outlast its command for, so many seconds at most. */
export interface Lingering {
  readonly pipe: string;
  readonly lingerS: number;
}

/**
 * One updater for an app, whoever starts it. The start takes its lock, counts the attempt, which may be killed before it can count
 * itself, and hands the lock over. What is in its way is told, and holds no start up.
 */
export async function spawnWhenDue(run: Run): Promise<Lingering | undefined> {
  const { app, started, terminal } = run;
  try {
    return await spawnOne(run);
  } catch (error) {
    passOn(error); // an update is never in the way of a start
    if (started.env.PRIME_UPDATE) terminal.warn(`${app.config.name} can't be updated: ${error.message}`);
    return undefined;
  }
}

async function spawnOne({ app, started, terminal }: Run): Promise<Lingering | undefined> {
  if (!isDue(app, started.env, readCheck(app)) || isUpdating(app)) return undefined;
  return alone(app, () => {
    const [pipe, check, file] = [updaterPipe(app), readCheck(app), claimFile(app)];
    const isChecked = check.at !== null && check.at >= started.at && check.at <= now();
    if (isChecked || isUpdating(app) || !claim(file)) return undefined;
    const lock = holdPipe(pipe, started.env);
    const attempts = check.attempts + 1;
    let updater: Claimant | undefined;
    try {
      writeCheck(app, { attempts });
      const [shell = "/bin/sh", ...words] = shellOfProcess(started.shell.pid);
      // The head would start the app by its plan, were it not for the task.
      const env = { ...started.env, PRIME_APP_TASK: "update" };
      const command = { file: shell, args: [...words, app.start], env, cwd: "/" };
      updater = startDetached(command, updateLog(app), lock);
    } finally {
      if (lock !== undefined) releasePipe(lock);
      if (updater === undefined) endClaim(file, started.shell);
    }
    if (updater !== undefined) writeClaim(file, updater);
    putOff(app);
    if (attempts <= MOST_KILLED || lock === undefined) return undefined;
    const { lingerS } = app.config;
    terminal.say(
      `${MOST_KILLED} updates were killed with their starts: this start lasts until one is done, ${lingerS} s longer at most`,
    );
    return { pipe, lingerS };
  });
}

/** Until an updater that was begun has ended in any case. */
function putOff(app: App): void {
  setDue(app, now() + Math.min(app.config.everyMs ?? UPDATER_LIMIT_MS, UPDATER_LIMIT_MS));
}

/** Whether this start waits for what is new. */
export function isPatient({ app, started: { env } }: Run): boolean {
  return app.isOwn && (env.PRIME_UPDATE === "wait" || app.config.adopt === "now");
}

/** Looks first, and waits for that: to its end where that is wished, else as long as the app has patience. */
export async function updateFirst(given: Run, isWished = given.started.env.PRIME_UPDATE === "wait"): Promise<void> {
  const { app, terminal } = given;
  const started = isWished ? { ...given.started, env: { ...given.started.env, PRIME_UPDATE: "wait" } } : given.started;
  const run = { ...given, started };
  const check = readCheck(app);
  const { at: before } = check;
  if (!isWished && !isDue(app, started.env, check)) return;
  await spawnWhenDue(run);
  await untilFree(app, isWished ? UPDATER_LIMIT_MS : app.config.patienceS * 1000);
  const { at, outcome, message } = readCheck(app);
  if (at !== before && outcome !== "current" && outcome !== "staged")
    terminal.warn(`${app.config.name} could not be updated: ${message}`);
  if (at === before && isUpdating(app))
    terminal.say(
      `${app.config.name} is not updated within ${app.config.patienceS} s: what is there runs, and the update goes on beside it`,
    );
}

/** Makes this very process the one updater; waits for the end of another. */
export async function becomeUpdater(run: Run): Promise<void> {
  const { app, terminal } = run;
  for (let isTold = false; !(await alone(app, () => isTaken(run))); isTold = true) {
    if (!isTold) terminal.say(`waits for an update of ${app.config.name} that is under way`);
    await untilFree(app, UPDATER_LIMIT_MS);
  }
}

/** The same for one that a ready plan has started; false: there is no more to do, and its claim has gone. */
export function isWanted(run: Run): Promise<boolean> {
  const { app, started } = run;
  return alone(app, () => {
    const isLater = started.progress !== undefined;
    if ((isLater || isDue(app, started.env, readCheck(app))) && isTaken(run)) {
      putOff(app);
      return true;
    }
    endClaim(claimFile(app), started.shell);
    return false;
  });
}

/** Whether this process is the one updater by now; where the system has no mkfifo, an earlier stage can have made it that. */
function isTaken({ app, started: { env, shell } }: Run): boolean {
  if (holdPipe(updaterPipe(app), env) === undefined && isUpdating(app, shell)) return false;
  writeClaim(claimFile(app), shell);
  return true;
}

async function untilFree(app: App, limitMs: number): Promise<void> {
  for (let left = limitMs; left > 0 && isUpdating(app); left -= LOOK_AGAIN_MS) await pause(LOOK_AGAIN_MS);
}
