import type { Context } from "../context.ts";
import type { Ready } from "./ready.ts";

/** Tells what a start built, and what it left out, in front of a command's own output. */
export function tellBuilt({ terminal }: Context, { built, readyLine }: Ready): void {
  if (built === undefined) return;
  terminal.say(readyLine);
  for (const line of built.project.omissions) terminal.say(`  ${line}`);
}

/** Ends a bare `./prime` that built something: what, how long each step took, and how to go on. */
export function tellAll(
  { terminal }: Context,
  readyLine: string,
  { manifest, project }: NonNullable<Ready["built"]>,
): void {
  terminal.say(readyLine);
  for (const { title, durationMs } of manifest.steps) terminal.say(`  ${title}: ${(durationMs / 1000).toFixed(1)} s`);
  for (const note of [...project.notes, ...project.omissions]) terminal.say(`  ${note}`);
  terminal.say("Run a command in it: ./prime run CMD     Open a shell in it: ./prime shell");
  terminal.say("See what is in force: ./prime status      Everything else: ./prime --help");
}
