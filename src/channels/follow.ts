import { compare } from "@renovatebot/pep440";
import { isAmong, POINTER, type Pointer, pointerFile, pointerName, whyNotPointed } from "./model/pointer.ts";
import {
  RELEASE,
  RELEASES_STATE,
  RELEASES_STATE_FILE,
  type Release,
  type ReleasesState,
  releaseFile,
} from "./model/release.ts";
import { isAhead } from "./model/texts.ts";
import type { Place } from "./place.ts";
import { clientOf, parseTarget, readTarget } from "./session.ts";
import type { Client, Memory } from "./tuf/client.ts";
import { Refused } from "./tuf/refused.ts";

/** What an installation tells when it checks its channel. */
export interface Follower {
  readonly channel: string;
  /** Its own number, which nobody else knows; it decides which rollouts reach the installation. */
  readonly installation: string;
  /** The id of the release that runs here, or the beginning of it; undefined: none yet. */
  readonly runs: string | undefined;
  /** The serial that was followed last, and the keys by which it was believed then. */
  readonly seen: SeenSerial | undefined;
  /** Whether an urgent move reaches it whatever the percent is. */
  readonly takesUrgent: boolean;
  /** The version that the user pins this installation to, whatever the channel points at. */
  readonly pin?: string | undefined;
}

export interface SeenSerial {
  readonly serial: number;
  readonly keys: string;
}

/** What a channel wants of an installation now. */
export interface Followed {
  readonly pointer: Pointer;
  readonly seen: SeenSerial;
  /**
   * The release to run: the one that the channel points at, or the one before, if the rollout has not reached this
   * installation.
   */
  readonly release: Release;
  /** Whether the rollout has not reached this installation. */
  readonly waits: boolean;
}

/** An app's channels, with metadata that are believed. */
export interface TrustedChannels {
  readonly state: ReleasesState;
  /** The bytes of a target, as the metadata describe it. Throws `Refused`. */
  readonly readFile: (name: string) => Promise<Buffer>;
  /** The ids of the keys that sign the channels' pointers. */
  readonly keys: string;
  /** The names of the channels. */
  readonly names: () => Promise<string[]>;
  /** Which of the top-level roles expires first, and when. */
  readonly expires: Client["expires"];
  readonly now: Date;
}

/** Refreshes the metadata. Throws `Refused`; the release that runs here goes on. */
export async function openChannels(place: Pick<Place, "read">, memory: Memory, now: Date): Promise<TrustedChannels> {
  const client = clientOf(place, memory, now);
  const readFile = async (name: string) => {
    const target = await client.find(name);
    if (target === undefined) throw new Refused("mixed", `no role has ${name}`);
    return readTarget(place, target);
  };
  const state = parseTarget(RELEASES_STATE_FILE, await readFile(RELEASES_STATE_FILE), RELEASES_STATE);
  const names = async () => (await client.names("channels")).map(pointerName);
  return { state, readFile, names, expires: client.expires, now, keys: client.keysOf("channels").join(" ") };
}

/**
 * Reads a channel's pointer and its release. The pointer is believed only if its serial does not fall, and never for a
 * release that the offline key has not vouched for, has withdrawn, or has put below the floor. Whether its version is
 * newer or older does not matter. Throws `Refused`.
 */
export async function followPointer(
  { state, readFile, keys, now }: TrustedChannels,
  follower: Follower,
): Promise<Followed> {
  const { channel } = follower;
  const pointer = parseTarget(pointerFile(channel), await readFile(pointerFile(channel)), POINTER);
  if (pointer.channel !== channel) throw new Refused("mixed", `${channel} is served as the channel ${pointer.channel}`);
  if (isAhead(pointer.at, now.getTime())) {
    throw new Refused(
      "expired",
      `${channel} was moved at ${pointer.at}, and the clock says ${now.toISOString()}, which is before`,
    );
  }
  const seen = { serial: pointer.serial, keys };
  refuseLowerSerial(channel, seen, follower.seen);
  const waits = !reaches(pointer, follower);
  const pinned = state.releases.find(({ version }) => version === follower.pin);
  if (follower.pin !== undefined && pinned === undefined)
    throw new Refused("floor", `there is no release ${follower.pin}`);
  const to = pinned ?? (waits && pointer.before !== null ? pointer.before : pointer);
  const why = whyNotPointed(state, channel, to);
  if (why !== undefined)
    throw new Refused("floor", `${pinned ? "its pin (`pin --off` ends it)" : channel} points where it may not: ${why}`);
  const release = parseTarget(releaseFile(to.version), await readFile(releaseFile(to.version)), RELEASE);
  if (release.release_id !== to.release_id || compare(release.version, to.version) !== 0) {
    throw new Refused("mixed", `${channel} points at another release ${to.version} than there is`);
  }
  return { pointer, seen, release, waits };
}

/**
 * Whether a rollout reaches an installation. Raising the percent adds installations, and lowering it takes none back; a
 * fallback reaches all.
 */
function reaches(pointer: Pointer, { installation, runs, takesUrgent }: Follower): boolean {
  if (pointer.direction === "fallback" || (pointer.urgent && takesUrgent)) return true;
  return (runs !== undefined && pointer.release_id.startsWith(runs)) || isAmong(installation, pointer);
}

/**
 * Refuses a serial that fell, unless other keys sign now: a serial that an attacker raised with a stolen key ends with
 * that key.
 */
function refuseLowerSerial(channel: string, { serial, keys }: SeenSerial, known: SeenSerial | undefined): void {
  if (known === undefined || known.keys !== keys || serial >= known.serial) return;
  throw new Refused("rollback", `${channel} went back from serial ${known.serial} to ${serial}`);
}
