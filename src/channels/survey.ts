import { localTime } from "../edges/clock.ts";
import { type Follower, followPointer, openChannels } from "./follow.ts";
import { shareOf } from "./model/pointer.ts";
import { releaseFolder } from "./model/release.ts";
import type { Place } from "./place.ts";
import type { Memory } from "./tuf/client.ts";

/** What a client finds at a place, a line each; it reads all that an installation would read. Throws `Refused`. */
export async function surveyChannels(
  place: Pick<Place, "read">,
  memory: Memory,
  now: Date,
  who: Pick<Follower, "installation" | "runs" | "takesUrgent"> = {
    installation: "",
    runs: undefined,
    takesUrgent: true,
  },
): Promise<string[]> {
  const channel = await openChannels(place, memory, now);
  const lines: string[] = [];
  for (const name of await channel.names()) {
    const { pointer, release } = await followPointer(channel, { channel: name, seen: undefined, ...who });
    for (const file of [release.lock, ...release.files]) {
      await channel.readFile(`${releaseFolder(release.version)}/${file.name}`);
    }
    const { serial, version } = pointer;
    lines.push(`${name}: ${version}${shareOf(pointer)} (serial ${serial}, ${release.app})`);
  }
  if (lines.length === 0) lines.push("no channel points at a release");
  const { launcher } = channel.state;
  if (launcher !== undefined) lines.push(`launcher: prime ${launcher.version}`);
  return [...lines, `signed until ${localTime(channel.expires.at)} (${channel.expires.role})`];
}
