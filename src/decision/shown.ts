import * as path from "node:path";
import type { Context } from "../context.ts";
import type { Folders } from "../environment/folders.ts";
import type { Hold } from "../environment/state.ts";
import { readHolds } from "../environment/upgraded/holds.ts";
import type { Decision } from "./decide.ts";

/** The rollback that holds for what is asked for now. */
export function holdOf({ asked, folders }: Decision): Hold | undefined {
  return asked === undefined ? undefined : readHolds(folders)[asked.digest];
}

/** The link shows the environment of the config alone; one start's flags never move it. */
export function mayMoveLink(context: Context, folders: Folders): boolean {
  return Object.keys(context.flags).length === 0 && folders.inRoot;
}

/** Absolute, whatever is there. */
export function linkOf({ root }: Context, { config }: Pick<Decision, "config">): string {
  return path.resolve(root, config.local_venv_dir_rel_path.value);
}
