import * as path from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../edges/files/change.ts";
import { readOwnJson, TEXT } from "../edges/files/own/own-json.ts";
import { usageError } from "../errors.ts";
import type { NamedKey } from "./keys.ts";
import { NAME, SHA256 } from "./model/texts.ts";

const CHANNEL = v.object({
  app: NAME,
  /** Where the channels are uploaded to: a folder, or a URL. */
  to: TEXT,
  keys: v.array(v.object({ name: NAME, id: SHA256, command: v.nullable(TEXT) })),
});

/** What `channel.json` in a maintainer's folder says of an app's channels; it has no secrets. */
export interface ChannelFile {
  readonly app: string;
  readonly to: string;
  readonly keys: readonly NamedKey[];
}

const fileIn = (folder: string) => path.join(folder, "channel.json");

export function readChannelFile(folder: string): ChannelFile {
  const found = readOwnJson(fileIn(folder), CHANNEL);
  if (found !== undefined) return found;
  throw usageError(
    "no-channel",
    `could not lead a channel from ${folder}: there is no channel.json, or a torn one`,
    "name its folder: ./prime channel … --dir DIR; ./prime channel init makes one",
  );
}

export function writeChannelFile(folder: string, file: ChannelFile): void {
  writeAtomic(fileIn(folder), `${JSON.stringify(file, null, 1)}\n`, 0o644);
}

export function hasChannelFile(folder: string): boolean {
  return readOwnJson(fileIn(folder), CHANNEL) !== undefined;
}
