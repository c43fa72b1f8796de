import { loadConfig } from "../../config/load.ts";
import { taskOf } from "../../config/tasks.ts";
import type { Context } from "../../context.ts";
import { isFolder } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { keepWayToTasks } from "../../plan/ready-plan.ts";
import { forTask, plannedTask, plannedTasks } from "../../start/command/tasks.ts";
import { runCommand } from "../run/run.ts";

export interface TaskRequest {
  readonly name: string;
  /** How many arguments are prime's own, the name among them. */
  readonly shift: number;
}

/** `./prime NAME …`: the task of this name; undefined where the repo has none. */
export async function runTask(context: Context, { name, shift }: TaskRequest): Promise<Answer | undefined> {
  const { config } = await loadConfig(context);
  const task = taskOf(config.tasks.value, name);
  if (task === undefined) return undefined;
  const planned = plannedTask(context, task);
  if (!isFolder(planned.cwd)) {
    throw new PrimeError(
      "task-folder",
      `could not run the task ${name}: there is no folder ${planned.cwd}`,
      `correct \`cwd\` of the task, which is relative to ${context.root}`,
    );
  }
  const here = forTask(context, task);
  const answer = await runCommand(here, { command: task.words[0] as string, shift, task: planned });
  const { plans, flagKey } = context;
  if (here !== context && answer.kind === "command" && plans !== undefined && flagKey !== undefined) {
    keepWayToTasks({ ...plans, flagKey }, plannedTasks(context, config));
  }
  return answer;
}

/** Where the user's own tasks stand, for the message of a word that is none. */
export async function taskNames(context: Context): Promise<string[]> {
  return Object.keys((await loadConfig(context)).config.tasks.value);
}
