import type { Context } from "../context.ts";
import type { Answer } from "../launch/answer.ts";
import { boot } from "../start/boot.ts";
import { tellBuilt } from "../start/summary.ts";

/** Bare `./prime`, and `./prime reboot` with `anew`: make the environment ready and say so. */
export async function prepare(context: Context, { anew }: { anew: boolean }): Promise<Answer> {
  const booted = await boot(context, anew ? { anew, reason: "asked for by the user" } : { anew });
  if (booted.kind === "hop") return booted.answer;
  if (booted.built === undefined) context.terminal.say(booted.readyLine);
  else tellBuilt(context, booted, "full");
  return { kind: "exit", code: 0 };
}
