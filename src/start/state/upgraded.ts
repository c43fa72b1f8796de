import * as path from "node:path";
import type { Context } from "../../context.ts";
import { type Folders, foldersOf } from "../../environment/folders.ts";
import { readState } from "../../environment/state.ts";
import { settleChangeover } from "../../environment/upgraded/changeover.ts";

/**
 * Before anything is decided: finishes or undoes an upgrade that was stopped while it was put in force, and ends a
 * trial whose starts are used up. Both are said.
 */
export async function settleUpgrade(context: Context): Promise<void> {
  const folders = foldersOf(context.root, context.places.state);
  const { changeover, trial } = readState(folders);
  if (changeover !== undefined) finish(context, folders);
  if (trial !== undefined) await judge(context, folders);
}

function finish({ root, terminal }: Context, folders: Folders): void {
  const settled = settleChangeover(folders);
  if (settled === undefined) return;
  const { changeover, isDone, why } = settled;
  const files = changeover.files.map(({ path: file }) => path.relative(root, file)).join(", ");
  const what = `the upgrade to ${changeover.generation} was stopped while it was put in force`;
  terminal.say(
    isDone
      ? `${what}: it is finished now${files === "" ? "" : ` (${files})`}`
      : `${what}, and is undone: ${why}; ./prime upgrade does it anew`,
  );
}

async function judge({ terminal }: Context, folders: Folders): Promise<void> {
  const { settleUpgradeTrial } = await import("../../environment/upgraded/trial.ts");
  const end = settleUpgradeTrial(folders);
  if (end === undefined) return;
  const { trial } = end;
  if (end.kind === "passed") return terminal.detail(`${trial.generation} has stood its trial`);
  const failed = `${trial.generation} failed in each of its ${trial.starts} starts on trial (${end.why})`;
  const next = "no ./prime upgrade --auto makes it again, and ./prime rollback --cancel shows it all the same";
  terminal.warn(
    end.kind === "back"
      ? `${failed}: back to ${trial.previous}; ${next}`
      : `${failed}: it stays, since what was before it is gone`,
  );
}
