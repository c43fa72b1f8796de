import * as path from "node:path";
import { MOST_DESCRIPTION } from "../../channels/session.ts";
import { surveyChannels } from "../../channels/survey.ts";
import { memoryOfNothing } from "../../channels/tuf/memory-folder.ts";
import { Refused } from "../../channels/tuf/refused.ts";
import type { Context } from "../../context.ts";
import { readBytes } from "../../edges/files/read.ts";
import { usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { openPlace } from "./places.ts";

/** `./prime channel verify URL`: what a customer's client that sees the channel for the first time says now; 1 when it refuses. */
export async function verifyChannel(
  context: Context,
  url: string,
  { trust }: { readonly trust: string },
): Promise<Answer> {
  const file = path.resolve(context.cwd, trust);
  const root = readBytes(file, MOST_DESCRIPTION);
  if (root === undefined) {
    throw usageError(
      "no-root",
      `could not verify ${url}: there is no ${file} to trust`,
      "name the root.json of the channel: --trust FILE",
    );
  }
  const place = await openPlace(context, url);
  try {
    for (const line of await surveyChannels(place, memoryOfNothing(root), new Date(context.startedAt)))
      context.print.text(`${line}\n`);
    return DONE;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    context.terminal.warn(`refused (${error.reason}): ${error.message}`);
    return { kind: "exit", code: 1 };
  }
}
