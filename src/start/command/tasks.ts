import * as path from "node:path";
import type { Config } from "../../config/config.ts";
import { type Task, taskOf } from "../../config/tasks.ts";
import type { Context } from "../../context.ts";
import type { PlannedTask, PlannedTasks } from "../../plan/commands/tasks.ts";

export function plannedTask({ root }: Context, { name, words, env, cwd }: Task): PlannedTask {
  return { name, words, cwd: path.join(root, cwd), variables: env };
}

/** The repo's tasks as a plan has them: those that need no further flags, and those that another plan serves. */
export function plannedTasks(context: Context, { tasks }: Pick<Config, "tasks">): PlannedTasks {
  const all = Object.keys(tasks.value).flatMap((name) => taskOf(tasks.value, name) ?? []);
  const own = all.filter((task) => lacking(context, task).length === 0);
  const elsewhere = all.flatMap((task) => {
    const key = flagKeyFor(context, task);
    if (own.includes(task) || key === undefined) return [];
    return { name: task.name, flags: key.split(/(?=--)/) };
  });
  return { own: own.map((task) => plannedTask(context, task)), elsewhere };
}

/** The same start with the groups that a task needs, as if `--group` had named them. */
export function forTask(context: Context, task: Task): Context {
  const groups = lacking(context, task);
  if (groups.length === 0) return context;
  const chosen = [...(context.flags.groups ?? []), ...groups];
  return { ...context, flags: { ...context.flags, groups: chosen }, flagKey: flagKeyFor(context, task) };
}

function lacking({ flags }: Context, { groups }: Task): string[] {
  return flags.groups === "all" ? [] : groups.filter((name) => flags.groups?.includes(name) !== true);
}

function flagKeyFor(context: Context, task: Task): string | undefined {
  const { flagKey } = context;
  return flagKey === undefined
    ? undefined
    : flagKey +
        lacking(context, task)
          .map((name) => `--group=${name}`)
          .join("");
}
