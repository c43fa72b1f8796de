import * as path from "node:path";
import type { Context } from "../context.ts";
import { makeFolder, writeRenewable } from "../edges/files/change.ts";
import { isExecutableFile } from "../edges/files/read.ts";
import { foldersOf, generationFolder } from "../environment/folders.ts";
import type { Trial } from "../environment/state.ts";
import { upgradeTrialFolder } from "../environment/upgraded/trial.ts";
import { countStart, standingOfTrial, watched } from "../environment/watched.ts";
import type { Answer } from "../launch/answer.ts";
import { TRIAL_HOOK_PY } from "../python/texts/texts.ts";

const STARTS: ReadonlySet<Answer["kind"]> = new Set(["command", "script", "shell-command"]);

/**
 * Gives a command on trial a parent, which passes signals on and notes how the command ended. The parent runs by a
 * Python of the environment to go back to, since the new one may be what is bad. The start is counted before it begins.
 */
export function onTrial(context: Context, trial: Trial, answer: Answer): Answer {
  if (!STARTS.has(answer.kind)) return answer;
  const { root, places, launcher, terminal, shell } = context;
  const folders = foldersOf(root, places.state);
  const pythons = [trial.previous, trial.generation].map((id) =>
    path.join(generationFolder(folders, id), "bin/python"),
  );
  const python = pythons.find(isExecutableFile);
  if (python === undefined) return answer;
  const folder = upgradeTrialFolder(folders);
  const { left } = standingOfTrial(folder, trial.starts);
  const file = countStart(folder, shell);
  if (file === undefined) return answer;
  const hooks = path.join(folder, "hooks");
  makeFolder(hooks);
  writeRenewable(path.join(hooks, "sitecustomize.py"), TRIAL_HOOK_PY);
  terminal.detail(`${trial.generation} is on trial: ${left} starts are left`);
  return watched({ python, launcher, trial: { file, windowMs: trial.windowMs, hooks } }, answer);
}
