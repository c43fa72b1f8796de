import * as path from "node:path";
import type { Context } from "../context.ts";
import type { Folders } from "../environment/folders.ts";
import type { Hold } from "../environment/state.ts";
import { readHolds } from "../environment/upgraded/holds.ts";
import type { Decision } from "./decide.ts";

/** The rollback that is in force for what is asked for now. */
export function holdOf({ asked, folders }: Decision): Hold | undefined {
  return asked === undefined ? undefined : readHolds(folders)[asked.digest];
}

/**
 * Whether this start may move the link: it shows the environment of the config alone, never that of one start's flags.
 */
export function mayMoveLink(context: Context, folders: Folders): boolean {
  return Object.keys(context.flags).length === 0 && folders.inRoot;
}

/** Where the `.venv` link belongs, absolute; it need not be there. */
export function linkOf({ root }: Context, { config }: Pick<Decision, "config">): string {
  return path.resolve(root, config.local_venv_dir_rel_path.value);
}
