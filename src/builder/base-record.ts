import type { Context } from "../context.ts";
import { type Decision, seenInterpreter } from "../decision/decide.ts";
import type { InterpreterRecord } from "../environment/interpreter-record.ts";
import { ownerOf } from "../python/distributor.ts";
import type { Interpreter } from "../python/interpreter.ts";

/** What a manifest tells of the interpreter below. Who owns it is known of one that an earlier generation stands on. */
export async function recordOfBase(
  { env, root }: Context,
  { generations }: Decision,
  base: Interpreter,
): Promise<InterpreterRecord> {
  const known = generations.find(({ interpreter }) => interpreter.realPath === base.realPath)?.interpreter.owner;
  return { ...seenInterpreter(base), owner: known ?? (await ownerOf(base, env, root)) };
}
