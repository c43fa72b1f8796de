import * as path from "node:path";
import type { Context } from "../../context.ts";
import type { Decision } from "../../decision/decide.ts";
import { exists, realPath } from "../../edges/files/read.ts";
import { listGenerations, readManifest } from "../../environment/manifest/manifest.ts";
import { isOthers } from "../../environment/shared-folder.ts";
import { isGivenBack } from "../../environment/upgraded/holds.ts";
import type { Cold } from "../cold.ts";

/**
 * What is in the link's place and stays there, absolute; undefined: nothing, so that the link may be moved. It stays
 * when a rollback gave the place back to somebody's venv, and when `.venv` shows a generation of somebody else who uses
 * the same folder: if both moved the link, all their starts would be cold. The latter is said when it is news.
 */
export function leftToOthers(context: Context, { folders }: Decision, link: string, cold: Cold): string | undefined {
  const shown = realPath(link);
  if (isGivenBack(folders, link)) return shown;
  const manifest =
    shown !== undefined && path.dirname(shown) === realPath(folders.generations) ? readManifest(shown) : undefined;
  if (manifest === undefined || !isOthers(manifest, hereOf(context, folders.generations))) return undefined;
  const isNews = cold.before === undefined || cold.changes.some(({ path: changed }) => changed === link);
  const { root, builtBy } = manifest;
  context.terminal[isNews ? "say" : "detail"](
    `${link} is left as it is: it shows what is used at ${root} on ${builtBy.host}; remove it to have it show the environment of ${context.root}`,
  );
  return shown;
}

/**
 * Says in one line that this checkout was moved or copied, so that everything is built anew; gives that as the reason.
 */
export function tellMoved(context: Context, { folders, generations }: Decision): string | undefined {
  if (generations.length > 0) return undefined;
  const here = hereOf(context, folders.generations);
  const moved = listGenerations(folders.generations).find((one) => one.root !== here.root && !isOthers(one, here));
  if (moved === undefined) return undefined;
  const reason = `this checkout was ${exists(moved.root) ? "copied" : "moved"} from ${moved.root}`;
  context.terminal.say(`${reason}: environments can't follow, it is built anew here`);
  return reason;
}

function hereOf({ root }: Context, generations: string): { root: string; generations: string } {
  return { root, generations };
}
