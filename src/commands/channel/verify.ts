import * as path from "node:path";
import { follow, openChannel } from "../../channels/follow.ts";
import type { Place } from "../../channels/place.ts";
import { MOST_DESCRIPTION } from "../../channels/session.ts";
import { memoryOfNothing } from "../../channels/tuf/memory-folder.ts";
import { Refused } from "../../channels/tuf/refused.ts";
import type { Context } from "../../context.ts";
import { readBytes } from "../../edges/files/read.ts";
import { EXIT_USAGE, PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { placeOf } from "./places.ts";

/** `./prime channel verify URL`: what a customer's client that sees the channel for the first time says now; 1 when it refuses. */
export async function verifyChannel(
  context: Context,
  url: string,
  { trust }: { readonly trust: string },
): Promise<Answer> {
  const file = path.resolve(context.cwd, trust);
  const root = readBytes(file, MOST_DESCRIPTION);
  if (root === undefined) {
    throw new PrimeError("no-root", `could not verify ${url}: there is no ${file} to trust`, {
      exitCode: EXIT_USAGE,
      hint: "name the root.json of the channel: --trust FILE",
    });
  }
  const place = await placeOf(context, url);
  try {
    for (const line of await lookAt(place, root, new Date(context.startedAt))) context.print.text(`${line}\n`);
    return { kind: "exit", code: 0 };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    context.terminal.warn(`refused (${error.reason}): ${error.message}`);
    return { kind: "exit", code: 1 };
  }
}

async function lookAt(place: Place, root: Buffer, now: Date): Promise<string[]> {
  const memory = memoryOfNothing(root);
  const opened = await openChannel(place, memory, now);
  const lines: string[] = [];
  for (const channel of await opened.names()) {
    const follower = { channel, installation: "", runs: undefined, seen: undefined, takesUrgent: true };
    const { pointer, release } = await follow(opened, follower);
    const { serial, rollout, version } = pointer;
    const share =
      rollout.percent === 100 ? "" : ` for ${rollout.percent} %, ${pointer.before?.version ?? version} for the others`;
    lines.push(`${channel}: ${version}${share} (serial ${serial}, ${release.app})`);
  }
  return lines.length === 0 ? ["no channel points at a release"] : lines;
}
