import { createHash } from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";
import * as v from "valibot";
import { TEXT } from "../../edges/files/own/own-json.ts";
import { FILE_NAME, MOMENT, NAME, SHA256, VERSION, WORDS } from "./texts.ts";

/** What a release is made of; its wheels and its lock are beside it, by their names. */
const CONTENTS = {
  app: NAME,
  version: VERSION,
  /** PEP 440; null: any. */
  python: v.nullable(TEXT),
  /** The platforms (by prime's names) for which there are digests; empty: any. */
  platforms: v.array(NAME),
  /** The pylock.toml (PEP 751) that lists all that is installed. */
  lock: v.object({ name: FILE_NAME, sha256: SHA256 }),
  files: v.array(v.object({ name: FILE_NAME, sha256: SHA256, size: v.pipe(v.number(), v.integer(), v.minValue(0)) })),
  /** Commands for sh that must end with 0 in the new environment. */
  verify: v.array(WORDS),
  notes: WORDS,
  /** The oldest prime that can install it; null: any. */
  launcher: v.nullable(VERSION),
};

/** The target `releases/VERSION/release.json`: what exists, signed by the offline key. */
export const RELEASE = v.object({ ...CONTENTS, release_id: SHA256, created: MOMENT });
export type Release = v.InferOutput<typeof RELEASE>;
export type Contents = Omit<Release, "release_id" | "created">;

/** The id of a release: equal contents have the same id, whenever they are published. */
export function releaseId(contents: Contents): string {
  return createHash("sha256").update(canonicalize(contents)).digest("hex");
}

export const releaseFolder = (version: string): string => `releases/${version}`;
export const releaseFile = (version: string): string => `${releaseFolder(version)}/release.json`;

/** The target `releases/state.json`: what only the offline key may say of releases. */
export const RELEASES_STATE = v.object({
  app: NAME,
  releases: v.array(v.object({ version: VERSION, release_id: SHA256, created: MOMENT })),
  withdrawn: v.record(VERSION, v.object({ at: MOMENT, reason: WORDS })),
  /** By channel, the oldest version that it may point at. */
  floor: v.record(NAME, VERSION),
  /** prime's own launcher, which takes the place of customers' launchers; absent: they keep theirs. */
  launcher: v.exactOptional(v.object({ version: VERSION, sha256: SHA256, at: MOMENT })),
});
export type ReleasesState = v.InferOutput<typeof RELEASES_STATE>;
export const RELEASES_STATE_FILE = "releases/state.json";
export const LAUNCHER_FILE = "releases/launcher/prime";
