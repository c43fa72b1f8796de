import { compare } from "@renovatebot/pep440";
import { RELEASES_STATE, RELEASES_STATE_FILE, type ReleasesState } from "../../channels/model/release.ts";
import { moment } from "../../channels/model/texts.ts";
import { renderTarget, type Session } from "../../channels/session.ts";
import type { Context } from "../../context.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { lead, type Options } from "./signing/lead.ts";

/** `./prime channel withdraw VERSION`: no channel may point at it any more, says the offline key. */
export function withdraw(
  context: Context,
  version: string,
  options: Options & { readonly reason?: string },
): Promise<Answer> {
  return lead(context, options, async (session) => {
    refuseUnknown(session, version);
    const entry = { at: moment(context.startedAt), reason: options.reason ?? "" };
    const state = { ...session.state, withdrawn: { ...session.state.withdrawn, [version]: entry } };
    const pointing = [...session.pointers.values()]
      .filter((one) => one.version === version)
      .map(({ channel }) => channel);
    const told = pointing.map(
      (channel) => `; ${channel} points at it still: ./prime channel fallback ${channel} VERSION --reason TEXT`,
    );
    return { change: changeTo(state), words: `${version} is withdrawn${told.join("")}` };
  });
}

/** `./prime channel floor CHANNEL VERSION`: the oldest version that the channel may point at, says the offline key. */
export function setFloor(context: Context, channel: string, version: string, options: Options): Promise<Answer> {
  return lead(context, options, async (session) => {
    refuseUnknown(session, version);
    const now = session.pointers.get(channel);
    if (now !== undefined && compare(now.version, version) < 0) {
      throw refusal(
        `${channel} points at ${now.version}, which is below`,
        `./prime channel promote ${channel} ${version} first`,
      );
    }
    const state = { ...session.state, floor: { ...session.state.floor, [channel]: version } };
    return { change: changeTo(state), words: `${channel} never goes below ${version}` };
  });
}

function changeTo(state: ReleasesState) {
  return { files: { releases: { [RELEASES_STATE_FILE]: renderTarget(RELEASES_STATE_FILE, state, RELEASES_STATE) } } };
}

function refuseUnknown({ state }: Session, version: string): void {
  if (state.releases.some((one) => one.version === version)) return;
  const have = state.releases.map((one) => one.version).join(", ");
  throw refusal(`there is no release ${version}`, `there are: ${have || "none"}`);
}

function refusal(why: string, hint: string): PrimeError {
  return usageError("channel-restrict", `could not change what channels may point at: ${why}`, hint);
}
