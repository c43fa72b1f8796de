import type { Context } from "../../context.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { type BootRequest, boot } from "../../start/boot.ts";
import { tellAll } from "../../start/summary.ts";

/** Bare `./prime`, and `./prime reboot` by another request: make the environment ready and say so. */
export async function prepare(context: Context, request: BootRequest): Promise<Answer> {
  const booted = await boot(context, request);
  if (booted.kind === "hop") return booted.answer;
  if (booted.built === undefined) context.terminal.say(booted.readyLine);
  else tellAll(context, booted.readyLine, booted.built);
  return DONE;
}
