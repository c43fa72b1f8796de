import * as path from "node:path";
import type { Context } from "../context.ts";
import { makeFolder, writeRenewable } from "../edges/files/change.ts";
import { isExecutableFile } from "../edges/files/read.ts";
import { foldersOf, generationFolder } from "../environment/folders.ts";
import type { Trial } from "../environment/state.ts";
import { countStart, standingOf, trialFolder } from "../environment/trial.ts";
import type { Answer } from "../launch/answer.ts";
import { TRIAL_HOOK_PY, WATCH_TRIAL_PY } from "../python/texts/texts.ts";

const STARTS: ReadonlySet<Answer["kind"]> = new Set(["command", "script", "shell-command"]);

/**
 * A command on trial gets a parent, which passes signals on and tells how it ended: a Python of the environment that is gone back
 * to, since the new one may be what is bad. The start is counted before it begins.
 */
export function watched(context: Context, trial: Trial, answer: Answer): Answer {
  if (!STARTS.has(answer.kind)) return answer;
  const folders = foldersOf(context.root, context.places.state);
  const pythons = [trial.previous, trial.generation].map((id) =>
    path.join(generationFolder(folders, id), "bin/python"),
  );
  const python = pythons.find(isExecutableFile);
  if (python === undefined) return answer;
  const left = standingOf(folders)?.left ?? 0;
  const file = countStart(folders, context.shell);
  const hooks = path.join(trialFolder(folders), "hooks");
  makeFolder(hooks);
  writeRenewable(path.join(hooks, "sitecustomize.py"), TRIAL_HOOK_PY);
  context.terminal.detail(`${trial.generation} is on trial: ${left} starts are left`);
  const words = [file, String(trial.windowMs / 1000), hooks, context.launcher];
  return { kind: "watched", words: [python, "-I", "-B", "-c", WATCH_TRIAL_PY, ...words], answer };
}
