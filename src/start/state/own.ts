import type { Context } from "../../context.ts";
import { makeOwnFolder } from "../../edges/files/own/own-folder.ts";
import { IN_STATE, type PlanFolder } from "../../plan/place.ts";

/** Makes the state folder one that this user alone can enter, and says what was moved out of it. */
export function closeState({ terminal }: Pick<Context, "terminal">, { state }: Pick<PlanFolder, "state">): void {
  for (const file of makeOwnFolder(state, IN_STATE))
    terminal.warn(
      `${state} was not closed to others, so that what is sourced from there may be anybody's: kept as ${file}, and not believed`,
    );
}
