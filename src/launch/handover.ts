import { writeAnswer } from "../edges/answer.ts";
import type { Environment } from "../edges/command.ts";
import { headShell } from "../edges/head.ts";
import { becomeCommand } from "../edges/processes/become.ts";
import { type Answer, renderAnswer } from "./answer.ts";

export interface HandOver {
  /** The user's own. */
  readonly env: Environment;
  /** Absolute path of the launcher. */
  readonly launcher: string;
  /** All arguments that prime was started with. */
  readonly args: readonly string[];
}

/**
 * Gives the head the answer, to go on by. Without a head (`node prime …`) a shell in this process's place does what the
 * head would. Gives the status that the program has to end with.
 */
export async function answerPlan(answer: Answer, { env, launcher, args }: HandOver): Promise<number> {
  const text = renderAnswer(answer);
  if (headShell() === undefined) {
    return becomeCommand("/bin/sh", ["-c", `prime_self=$0\n${text}`, launcher, ...args], env);
  }
  writeAnswer(text);
  return 0;
}
