import type { Context } from "../../context.ts";
import { makeOwnFolder } from "../../edges/files/own/own-folder.ts";
import { IN_STATE, type PlanFolder } from "../../plan/place.ts";

/** Makes the state folder this user's alone, and says what stood there before. */
export function closeState({ terminal }: Pick<Context, "terminal">, { state }: Pick<PlanFolder, "state">): void {
  for (const file of makeOwnFolder(state, IN_STATE))
    terminal.warn(
      `${state} was not closed to others, so that what is sourced from there may be anybody's: kept as ${file}, and not believed`,
    );
}
