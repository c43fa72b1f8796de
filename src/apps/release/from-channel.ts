import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { followPointer, openChannels, type TrustedChannels } from "../../channels/follow.ts";
import { LAUNCHER_FILE, type Release, releaseFolder } from "../../channels/model/release.ts";
import type { Place } from "../../channels/place.ts";
import { folderReader } from "../../channels/places/folder.ts";
import { keptPlace } from "../../channels/places/kept.ts";
import { memoryIn } from "../../channels/tuf/memory-folder.ts";
import { Refused } from "../../channels/tuf/refused.ts";
import { networkRules } from "../../config/policy/network.ts";
import type { Policy } from "../../config/policy/policy.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { removeFile } from "../../edges/files/own/remove.ts";
import { namesInFolder, sha256OfFile } from "../../edges/files/read.ts";
import type { Line } from "../../edges/network/exchange.ts";
import { urlOf } from "../../edges/network/url.ts";
import { PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { pylockOf, renderPylock, withPlaces } from "../../project/files/pylock.ts";
import { oneLine } from "../../quoted.ts";
import { parseToml } from "../../toml.ts";
import { refuseOldLauncher, takeLauncher } from "../launcher/take.ts";
import { refuseExcluded, refuseHost, refusePython, rulesOf, whyNotNow } from "../policy.ts";
import type { Run } from "../start/run.ts";
import { readSelection } from "../state.ts";
import { channelFolder, metadataFolder, readChannelState, writeChannelState } from "./channel-state.ts";
import type { LocalFile, Resolved } from "./resolution.ts";

/** What a look at the channel comes to: a release, or another launcher that goes on with this start. */
export type FromChannel = (Resolved & { readonly isRenewed: boolean }) | { readonly answer: Answer };

/** What the app's channel wants of this installation now, its files fetched; and whether a release that failed here may be tried again. */
export async function resolveChannel(run: Run, policy: Policy): Promise<FromChannel> {
  const { app, started } = run;
  const { channel } = app.config;
  if (channel === null) throw new Error("the app follows no channel");
  const { current: runs, pin } = readSelection(app);
  const before = readChannelState(app);
  const name = before.follows ?? channel.follow;
  const served = await channelPlace(channel.url, { env: started.env, rules: networkRules(policy, [channel.url]) });
  const place = keptPlace(served, path.join(channelFolder(app), "targets"));
  try {
    const memory = memoryIn(metadataFolder(app));
    if (memory.read("root") === undefined) memory.write("root", Buffer.from(channel.root));
    const opened = await openChannels(place, memory, new Date(started.at));
    const closed = whyNotNow(policy);
    const answer =
      closed === undefined && (await takeLauncher(run, opened.state.launcher, () => opened.readFile(LAUNCHER_FILE)));
    if (answer) return { answer };
    const known = readChannelState(app);
    const follower = {
      channel: name,
      installation: known.installation,
      runs: runs?.slice(runs.lastIndexOf("-") + 1),
      seen: Object.hasOwn(known.seen, name) ? known.seen[name] : undefined,
      takesUrgent: policy.urgent.value !== false,
      pin: pin ?? undefined,
    };
    const refuseUnknown = (command: string, word: string, there: readonly string[]) => {
      if (there.includes(word)) return;
      const have = there.map(oneLine).join(", ") || "nothing yet";
      throw new PrimeError(
        "channel-unknown",
        `${place.name} has no ${word}`,
        command === "follow" && before.follows === null
          ? `tell who maintains the app: its \`follow\` can be ${have}`
          : `\`${app.self} ${command}\` takes ${have}, or --off`,
      );
    };
    refuseUnknown("follow", name, await opened.names());
    if (pin !== null)
      refuseUnknown(
        "pin",
        pin,
        opened.state.releases.map(({ version }) => version),
      );
    const { release, pointer, seen } = await followPointer(opened, follower);
    const isUrgent = pointer.urgent && release.release_id === pointer.release_id;
    if (closed !== undefined && !isUrgent) throw closed.why;
    refuseOldLauncher(run, release);
    const found = await fetchRelease(run, policy, release, opened.readFile);
    const taken = known.taken[found.id];
    place.forgetOthers();
    const told = { channel: name, serial: pointer.serial, version: pointer.version, direction: pointer.direction };
    const now = readChannelState(app); // what the user has chosen meanwhile stays
    writeChannelState(app, {
      installation: known.installation,
      seen: { ...now.seen, [name]: seen },
      told: { ...told, reason: pointer.reason, at: pointer.at, notes: release.notes },
      urgent: isUrgent ? found.id : null,
      taken: { ...now.taken, [found.id]: pointer.serial },
    });
    return { ...found, isRenewed: taken !== undefined && pointer.serial > taken };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new PrimeError(
      `channel-${error.reason}`,
      `${name} of ${place.name} is not followed: ${error.message}`,
      error.reason === "expired"
        ? "set this machine's clock, or tell who maintains the app"
        : "tell who maintains the app",
    );
  }
}

/** The files of a release, below the app's folder, each checked; and its lock as a release here has it. */
async function fetchRelease(
  { app }: Run,
  policy: Policy,
  release: Release,
  readFile: TrustedChannels["readFile"],
): Promise<Resolved> {
  const folder = path.join(channelFolder(app), "files");
  makeFolder(folder);
  const text = (await readFile(`${releaseFolder(release.version)}/${release.lock.name}`)).toString("utf8");
  const table = await parseToml(text, release.lock.name);
  const rules = rulesOf(app, policy);
  // What the lock names beside it is in the folder `files` here. Nothing else on this machine can be meant.
  const placed = withPlaces(table, (key, place) => {
    if (key === "url") {
      refuseHost(rules, place);
      return place;
    }
    if (release.files.some(({ name }) => name === place)) return `files/${place}`;
    throw new Refused("malformed", `the lock of ${release.version} names ${place}, which is no part of it`);
  });
  const packages = Object.fromEntries(pylockOf(placed, folder).packages.map((one) => [one.name, one.version ?? ""]));
  refuseExcluded(policy, packages);
  const python = app.config.python ?? release.python ?? "";
  refusePython(policy, python);
  const files: LocalFile[] = [];
  for (const { name, sha256 } of release.files) {
    const from = path.join(folder, `${sha256.slice(0, 16)}-${name}`);
    if (sha256OfFile(from) !== sha256) writeAtomic(from, await readFile(`${releaseFolder(release.version)}/${name}`));
    files.push({ from, to: `files/${name}`, sha256 });
  }
  const kept = new Set(files.map(({ from }) => from));
  for (const name of namesInFolder(folder)) if (!kept.has(path.join(folder, name))) removeFile(path.join(folder, name));
  return {
    id: `${release.version}-${release.release_id.slice(0, 8)}`,
    version: release.version,
    python,
    pylock: renderPylock(placed),
    files,
    packages,
    verify: release.verify,
  };
}

/** Where a channel is read from. */
export async function channelPlace(url: string, line: Line): Promise<Pick<Place, "read" | "name">> {
  if (/^https?:/.test(url)) return (await import("../../channels/places/http.ts")).httpPlace(url, line);
  if (url.startsWith("s3:")) return (await import("../../channels/places/s3.ts")).s3Place(url, line);
  return folderReader(url.startsWith("file:") ? fileURLToPath(urlOf(url)) : url);
}
