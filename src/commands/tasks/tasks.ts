import * as path from "node:path";
import { loadConfig } from "../../config/load.ts";
import { type Task, taskOf } from "../../config/tasks.ts";
import type { Context } from "../../context.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { otherTasks } from "../../project/commands/other-tasks.ts";
import { readPyproject } from "../../project/files/pyproject.ts";
import { oneLine } from "../../quoted.ts";

/** `./prime tasks`: what one word starts here, and what other tools would start. */
export async function showTasks(context: Context, json: boolean): Promise<Answer> {
  const { config } = await loadConfig(context);
  const tasks = Object.keys(config.tasks.value).flatMap((name) => taskOf(config.tasks.value, name) ?? []);
  const others = await otherTasks(context.root, await readPyproject(path.join(context.root, "pyproject.toml")));
  if (json) {
    const own = tasks.map(({ name, lines: run, about = null, env, groups, cwd }) => ({
      name,
      run,
      about,
      env,
      groups,
      cwd,
    }));
    context.print.json({ tasks: own, others });
    return DONE;
  }
  const width = Math.max(0, ...tasks.map(({ name }) => name.length));
  const own = tasks.map((task) => `${task.name.padEnd(width)}  ${oneLine(describe(task))}\n`).join("");
  const none = 'no tasks: prime.toml can name some below [tasks], e.g. test = "pytest -x"\n';
  const also = others.map(
    ({ where, names, start }) =>
      `also here: ${where}: ${names.map(oneLine).join(", ")} (${start}${start.endsWith(":") ? "" : " "}NAME)\n`,
  );
  context.print.text((tasks.length === 0 ? none : own) + also.join(""));
  return DONE;
}

function describe({ about, lines, groups, cwd }: Task): string {
  const more = [...(groups.length === 0 ? [] : [`groups ${groups.join(", ")}`]), ...(cwd === "." ? [] : [`in ${cwd}`])];
  const what = about ?? lines.map((line) => line.trim().replace(/\s*\n\s*/g, "; ")).join("; ");
  return more.length === 0 ? what : `${what} (${more.join("; ")})`;
}
