import { randomBytes } from "node:crypto";
import { compare } from "@renovatebot/pep440";
import { type Move, moved, POINTER, pointerFile, shareOf, whyNotPointed } from "../../channels/model/pointer.ts";
import { moment } from "../../channels/model/texts.ts";
import { renderTarget, type Session } from "../../channels/session.ts";
import type { Context } from "../../context.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { byWhom, lead, type Options } from "./signing/lead.ts";

export interface Promotion extends Options {
  readonly percent: number;
  readonly urgent: boolean;
  readonly reason?: string;
}

/** `./prime channel promote CHANNEL VERSION`. */
export function promote(context: Context, channel: string, version: string, options: Promotion): Promise<Answer> {
  const { percent, urgent, reason = "" } = options;
  return lead(context, options, async (session) => {
    const now = session.pointers.get(channel);
    const moving = move(context, session, channel, { direction: "promote", version, percent, urgent, reason });
    if (now !== undefined && compare(version, now.version) < 0) {
      throw refusal(
        channel,
        version,
        `it is older than ${now.version}`,
        `./prime channel fallback ${channel} ${version} --reason TEXT goes back`,
      );
    }
    return moving;
  });
}

/** `./prime channel fallback CHANNEL VERSION --reason TEXT`: everybody, at their next check. */
export function fallBack(
  context: Context,
  channel: string,
  version: string,
  options: Options & { readonly reason: string; readonly urgent: boolean },
): Promise<Answer> {
  const { reason, urgent } = options;
  return lead(context, options, async (session) => {
    if (session.pointers.get(channel) === undefined) {
      throw refusal(channel, version, "nothing was promoted yet", `./prime channel promote ${channel} ${version}`);
    }
    return move(context, session, channel, { direction: "fallback", version, percent: 100, urgent, reason });
  });
}

/** `./prime channel undo CHANNEL`: where it pointed before its last move. */
export function undo(
  context: Context,
  channel: string,
  options: Options & { readonly reason?: string },
): Promise<Answer> {
  return lead(context, options, async (session) => {
    const now = session.pointers.get(channel);
    const before = now?.history.find(({ release_id }) => release_id !== now.release_id);
    if (now === undefined || before === undefined) {
      throw refusal(channel, "what was before", "it was never moved", "./prime channel status shows its moves");
    }
    const direction = now.direction === "promote" ? "fallback" : "promote";
    const reason = options.reason ?? `undoes serial ${now.serial}`;
    return move(context, session, channel, { direction, version: before.version, percent: 100, urgent: false, reason });
  });
}

type Wish = Pick<Move, "direction" | "percent" | "urgent" | "reason"> & { readonly version: string };

function move(context: Context, session: Session, channel: string, { version, ...wish }: Wish) {
  const known = session.state.releases.find((one) => one.version === version);
  const to = { version, release_id: known?.release_id ?? "" };
  const why = whyNotPointed(session.state, channel, to);
  if (why !== undefined) {
    const have = session.state.releases
      .filter((one) => whyNotPointed(session.state, channel, one) === undefined)
      .map((one) => one.version)
      .join(", ");
    throw refusal(channel, version, why, `there are: ${have || "none; ./prime channel publish FILE… makes one"}`);
  }
  const next = moved(channel, session.pointers.get(channel), {
    ...wish,
    to,
    by: byWhom(context),
    at: moment(context.startedAt),
    seed: randomBytes(8).toString("hex"),
  });
  const files = { channels: { [pointerFile(channel)]: renderTarget(pointerFile(channel), next, POINTER) } };
  return {
    change: { files },
    words: `${channel} points at ${version}${shareOf(next)} (${next.direction}, serial ${next.serial})`,
  };
}

function refusal(channel: string, version: string, why: string, hint: string): PrimeError {
  return usageError("channel-move", `could not point ${channel} at ${version}: ${why}`, hint);
}
