import * as path from "node:path";
import type { Context } from "../context.ts";
import { settleChangeover } from "../environment/changeover.ts";
import { foldersOf } from "../environment/folders.ts";

/** What an upgrade that was stopped left half in force is finished or undone before anything is decided, and that is said. */
export function settleUpgrade(context: Context): void {
  const settled = settleChangeover(foldersOf(context.root, context.places.state));
  if (settled === undefined) return;
  const { changeover, isDone, why } = settled;
  const files = changeover.files.map(({ path: file }) => path.relative(context.root, file)).join(", ");
  const what = `the upgrade to ${changeover.generation} was stopped while it was put in force`;
  context.terminal.say(
    isDone
      ? `${what}: it is finished now${files === "" ? "" : ` (${files})`}`
      : `${what}, and is undone: ${why}; ./prime upgrade does it anew`,
  );
}
