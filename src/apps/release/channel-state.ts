import { randomBytes } from "node:crypto";
import * as path from "node:path";
import * as v from "valibot";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { readOwnJson, TEXT } from "../../edges/files/own/own-json.ts";
import type { App } from "../app.ts";

const SEEN = v.object({ serial: v.number(), keys: TEXT });
const STATE = v.object({
  /** Decides which rollouts reach this installation; nobody else knows it. */
  installation: TEXT,
  /** What `self follow` chose; null: what the configuration says. */
  follows: v.nullable(TEXT),
  /** By channel: the serial that was followed last, and the keys by which it was believed. */
  seen: v.record(TEXT, SEEN),
  /** What the channel said last, for `self status`. */
  told: v.nullable(
    v.object({
      channel: TEXT,
      serial: v.number(),
      version: TEXT,
      direction: TEXT,
      reason: TEXT,
      at: TEXT,
      notes: TEXT,
    }),
  ),
  /** The serial at which each release was taken: one that failed here waits for a higher one. */
  taken: v.record(TEXT, v.number()),
  /** The release that is to be taken now, where the policy lets it. */
  urgent: v.exactOptional(v.nullable(TEXT)),
  /** The launcher that was taken last, in place of which one; or why it was not. */
  launcher: v.exactOptional(v.object({ version: TEXT, sha256: TEXT, at: TEXT, from: TEXT, why: v.nullable(TEXT) })),
});
export type ChannelState = v.InferOutput<typeof STATE>;

/** What is kept of the app's channel; absolute. */
export const channelFolder = ({ home }: App): string => path.join(home, "channel");
/** What was believed of the channel last, a file a role of TUF. */
export const metadataFolder = (app: App): string => path.join(channelFolder(app), "metadata");
const stateFile = (app: App): string => path.join(channelFolder(app), "state.json");

export function readChannelState(app: App): ChannelState {
  return (
    readOwnJson(stateFile(app), STATE) ?? {
      installation: randomBytes(16).toString("hex"),
      follows: null,
      seen: {},
      told: null,
      taken: {},
    }
  );
}

export function writeChannelState(app: App, changes: Partial<ChannelState>): void {
  makeFolder(channelFolder(app));
  writeAtomic(stateFile(app), JSON.stringify({ ...readChannelState(app), ...changes }));
}
