import type { Context } from "../../context.ts";
import type { Decision } from "../../decision/decide.ts";
import { dropTornState, stateFile } from "../../environment/state.ts";
import { PrimeError } from "../../errors.ts";
import type { Cold } from "../cold.ts";

/**
 * Says once that the state is lost or torn: then no rollback is in force any more. The environments stay as they are.
 */
export function tellLostState({ terminal }: Context, { folders }: Decision, { changes }: Cold): void {
  const file = stateFile(folders);
  const isGone = changes.some(({ path, what }) => path === file && what === "is gone");
  const state = isGone ? `${file} is gone` : tornState(folders);
  if (state !== undefined) terminal.warn(`${state}: rollbacks that held have ended, environments are as they were`);
}

function tornState(folders: Decision["folders"]): string | undefined {
  try {
    const file = dropTornState(folders);
    return file === undefined ? undefined : `${file} was torn and is removed`;
  } catch (error) {
    if (!(error instanceof PrimeError) || error.id === "newer-state") throw error;
    return error.message;
  }
}
