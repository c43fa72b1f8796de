import type { Context } from "../context.ts";
import { localTime } from "../edges/clock.ts";
import { type Answer, DONE } from "../launch/answer.ts";
import { oneLine } from "../quoted.ts";
import { lastCold } from "../start/cold.ts";

/** `./prime why`: what made the last start cold, and what was done about it, or why it failed. */
export function tellWhy(context: Context, json: boolean): Answer {
  const last = lastCold(context);
  if (json) {
    context.print.json(last === undefined ? null : { ...last, at: new Date(last.at).toISOString() });
    return DONE;
  }
  if (last === undefined) {
    context.print.text("No start was cold yet: ./prime makes the environment ready.\n");
    return DONE;
  }
  const changes = last.changes.map(({ path, what }) => `  ${oneLine(`${path} ${what}`)}\n`).join("");
  context.print.text(`${localTime(last.at)}: ${oneLine(last.reason)}\n${changes}  done: ${last.done}\n`);
  return DONE;
}
