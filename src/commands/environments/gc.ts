import * as path from "node:path";
import { DAY_MS, type GcRequest, removeAll } from "../../builder/sweep.ts";
import { rootMutex, takeOwnTurn } from "../../builder/turn.ts";
import { loadConfig } from "../../config/load.ts";
import type { Context } from "../../context.ts";
import { isFolder } from "../../edges/files/read.ts";
import { foldersOf } from "../../environment/folders.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { oneLine } from "../../quoted.ts";
import { sizeText } from "../../size.ts";

/** `./prime gc`: removes what no start, no rollback and no process needs any more, and says what that frees. */
export async function collectGarbage(context: Context, request: GcRequest): Promise<Answer> {
  const { config } = await loadConfig(context);
  const folders = foldersOf(context.root, context.places.state, config.protoprimer);
  for (const warning of folders.warnings) context.terminal.warn(warning);
  if (!isFolder(folders.data)) {
    context.terminal.say("nothing to remove: no environment of yours was built yet");
    return DONE;
  }
  const lock = await takeOwnTurn(context, config, rootMutex(folders.data), {
    doing: `removing old environments of ${context.root}`,
    reason: "./prime gc",
    beside: "going on",
  });
  try {
    const link = path.resolve(context.root, config.local_venv_dir_rel_path.value);
    const { removed, bytes, kept, strange, failures } = removeAll(context, folders, link, {
      ...request,
      scrapsOlderMs: lock.isTaken ? DAY_MS : 0,
    });
    for (const what of removed) context.terminal.say(`${request.dryRun ? "would remove" : "removed"} ${oneLine(what)}`);
    for (const file of strange) context.terminal.say(`left ${oneLine(file)}: nothing proves that prime made it`);
    context.terminal.say(
      removed.length === 0
        ? `nothing to remove: ${kept} kept`
        : `${request.dryRun ? "would free" : "freed"} ${sizeText(bytes)}; ${kept} kept`,
    );
    const [failure] = failures;
    if (failure !== undefined) throw failure;
  } finally {
    lock.release();
  }
  return DONE;
}
