import { createHash } from "node:crypto";
import { compare } from "@renovatebot/pep440";
import * as v from "valibot";
import type { ReleasesState } from "./release.ts";
import { MOMENT, NAME, SHA256, VERSION, WORDS } from "./texts.ts";

const POINTED = v.object({ version: VERSION, release_id: SHA256 });
const DIRECTION = v.picklist(["promote", "fallback"]);
const SERIAL = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));

/** The target `channels/NAME.json`: which release a channel points at, signed by the online key. */
export const POINTER = v.object({
  channel: NAME,
  /** It only rises. */
  serial: SERIAL,
  ...POINTED.entries,
  direction: DIRECTION,
  reason: WORDS,
  by: WORDS,
  at: MOMENT,
  rollout: v.object({ percent: v.pipe(v.number(), v.minValue(0), v.maxValue(100)), seed: WORDS }),
  /** An urgent move passes the rollout, and windows where the customer's policy lets it. */
  urgent: v.boolean(),
  /** The release for installations that the rollout has not reached; null: there was none before. */
  before: v.nullable(POINTED),
  /** Earlier moves, the youngest first. */
  history: v.array(
    v.object({ serial: SERIAL, ...POINTED.entries, direction: DIRECTION, reason: WORDS, by: WORDS, at: MOMENT }),
  ),
});
export type Pointer = v.InferOutput<typeof POINTER>;
type Pointed = v.InferOutput<typeof POINTED>;

const KEPT_MOVES = 50;

export const pointerFile = (channel: string): string => `channels/${channel}.json`;
/** The channel's name by that file. */
export const pointerName = (file: string): string => file.replace(/^channels\/|\.json$/g, "");

/** What a maintainer asks of a channel. */
export interface Move {
  readonly direction: Pointer["direction"];
  readonly to: Pointed;
  readonly percent: number;
  readonly urgent: boolean;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  /** A random text by which installations are among the percent or not; one seed for one rollout. */
  readonly seed: string;
}

/** The pointer after a move. When a rollout is widened, its seed stays: who was among it stays among it. */
export function moved(channel: string, now: Pointer | undefined, move: Move): Pointer {
  const isSame = now?.release_id === move.to.release_id && now.direction === move.direction;
  return {
    channel,
    serial: (now?.serial ?? 0) + 1,
    version: move.to.version,
    release_id: move.to.release_id,
    direction: move.direction,
    reason: move.reason,
    by: move.by,
    at: move.at,
    rollout: { percent: move.percent, seed: isSame ? now.rollout.seed : move.seed },
    urgent: move.urgent,
    before: now === undefined ? null : isSame ? now.before : settled(now),
    history: now === undefined ? [] : [pastOf(now), ...now.history].slice(0, KEPT_MOVES),
  };
}

/** The release that everybody has; one that was rolled out in part is not. */
function settled(now: Pointer): Pointed | null {
  return now.rollout.percent === 100 || now.before === null
    ? { version: now.version, release_id: now.release_id }
    : now.before;
}

/**
 * Whom a rollout reaches, in words. When there was no release before, those that it does not reach follow it as well.
 */
export function shareOf({ rollout: { percent }, before }: Pick<Pointer, "rollout" | "before">): string {
  if (percent === 100) return "";
  return before === null ? " for all, since nothing was before" : ` for ${percent} %, ${before.version} for the others`;
}

function pastOf({ serial, version, release_id, direction, reason, by, at }: Pointer): Pointer["history"][number] {
  return { serial, version, release_id, direction, reason, by, at };
}

/** Whether an installation is among the percent of a rollout: u32(sha256(id ‖ seed ‖ release)) / 2³². */
export function isAmong(
  installation: string,
  { rollout, release_id }: Pick<Pointer, "rollout" | "release_id">,
): boolean {
  const digest = createHash("sha256").update(`${installation}${rollout.seed}${release_id}`).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100 < rollout.percent;
}

/** Why a channel may not point at a release, by what the offline key has signed; undefined: it may. */
export function whyNotPointed(
  { floor, withdrawn, releases }: ReleasesState,
  channel: string,
  to: Pointed,
): string | undefined {
  const known = releases.find(({ version }) => version === to.version);
  if (known === undefined) return `there is no release ${to.version}`;
  if (known.release_id !== to.release_id) return `release ${to.version} is another one`;
  if (withdrawn[to.version] !== undefined) return `${to.version} was withdrawn: ${withdrawn[to.version]?.reason}`;
  const lowest = Object.hasOwn(floor, channel) ? floor[channel] : undefined;
  if (lowest !== undefined && compare(to.version, lowest) < 0) {
    return `${to.version} is below the floor of ${channel}, ${lowest}`;
  }
  return undefined;
}
