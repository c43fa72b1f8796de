import type { Context } from "../context.ts";
import type { Ready } from "./ready.ts";

/**
 * Tells what a start built. `full` ends a bare `./prime`: what, how long each step took, and how to go on; `short` goes
 * in front of a command's own output.
 */
export function tellBuilt({ terminal }: Context, ready: Ready, form: "short" | "full"): void {
  if (ready.built === undefined) return;
  const { manifest, project } = ready.built;
  terminal.say(ready.readyLine);
  if (form === "short") return;
  for (const { title, durationMs } of manifest.steps) terminal.say(`  ${title}: ${(durationMs / 1000).toFixed(1)} s`);
  for (const note of project.notes) terminal.say(`  ${note}`);
  terminal.say("Run a command in it: ./prime run CMD     Open a shell in it: ./prime shell");
  terminal.say("See what is in force: ./prime status      Everything else: ./prime --help");
}
