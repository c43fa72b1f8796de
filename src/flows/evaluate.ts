import { evalJson, renderEval } from "../config/evaluation.ts";
import { loadConfig } from "../config/load.ts";
import type { Answer } from "../launch/plan.ts";
import type { Context } from "./context.ts";

/** `./prime eval`: the whole configuration in force, each value with its source. Nothing is built. */
export async function evaluate(context: Context, json: boolean): Promise<Answer> {
  const { config, warnings } = await loadConfig(context);
  for (const warning of warnings) context.terminal.warn(warning);
  context.print(json ? `${JSON.stringify(evalJson(config), null, 2)}\n` : renderEval(config));
  return { kind: "exit", code: 0 };
}
