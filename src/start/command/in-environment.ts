import type { Context } from "../../context.ts";
import type { Answer } from "../../launch/answer.ts";
import { type BootRequest, boot } from "../boot.ts";
import type { Ready } from "../ready.ts";
import { tellBuilt } from "../summary.ts";

/**
 * Makes the environment ready, tells what was built, and goes on in it. When the next stage needs a new Node, it
 * answers with that; the new Node calls this again.
 */
export async function inEnvironment(
  context: Context,
  goOn: (ready: Ready) => Promise<Answer> | Answer,
  request: BootRequest = { anew: false },
): Promise<Answer> {
  const booted = await boot(context, request);
  if (booted.kind === "hop") return booted.answer;
  tellBuilt(context, booted);
  const answer = await goOn(booted);
  return booted.trial === undefined ? answer : (await import("../trial.ts")).onTrial(context, booted.trial, answer);
}
