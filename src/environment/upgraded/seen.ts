import * as path from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../../edges/files/change.ts";
import { readOwnJson, TEXT, TIME } from "../../edges/files/own/own-json.ts";
import type { Folders } from "../folders.ts";

const SEEN = v.object({ at: TIME, generation: TEXT, python: v.nullable(TEXT), packages: TIME });

/**
 * What the last look for an upgrade found for a generation: the interpreter to move to, and how many packages would
 * change.
 */
export type LastLook = Readonly<v.InferOutput<typeof SEEN>>;

/** No start watches this file: to know of something newer makes no environment stale. */
export function noteSeen({ data }: Folders, seen: LastLook): void {
  writeAtomic(path.join(data, "seen.json"), `${JSON.stringify(seen)}\n`);
}

/** `undefined` when nobody has looked since this generation is shown, or when nothing newer was found. */
export function readSeen({ data }: Folders, generation: string): LastLook | undefined {
  const seen = readOwnJson(path.join(data, "seen.json"), SEEN);
  return seen?.generation === generation && (seen.python !== null || seen.packages > 0) ? seen : undefined;
}
