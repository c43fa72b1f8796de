import * as path from "node:path";
import { surveyChannels } from "../../channels/survey.ts";
import { memoryBeside, memoryIn } from "../../channels/tuf/memory-folder.ts";
import { Refused } from "../../channels/tuf/refused.ts";
import { networkRules } from "../../config/policy/network.ts";
import { exists, isWritable, realPath } from "../../edges/files/read.ts";
import { driftSinceUse } from "../../environment/drift.ts";
import { PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import type { App } from "../app.ts";
import { policyOf, whyNotNow } from "../policy.ts";
import { channelFolder, readChannelState } from "../release/channel-state.ts";
import { channelPlace } from "../release/from-channel.ts";
import { readRelease, releaseRoot } from "../release/releases.ts";
import type { Run } from "../start/run.ts";
import { isUpdating, readCheck, readSelection } from "../state.ts";
import { refuseWords } from "./refuse.ts";

/** `foo self doctor`: what is wrong here; with `--channel URL`, what this installation would make of a channel that is served there. */
export async function showFaults(run: Run, words: readonly string[]): Promise<Answer> {
  const { app, print } = run;
  if (words[0] === "--channel") return examineChannel(run, words.slice(1));
  refuseWords(run, "doctor", words);
  const { current } = readSelection(app);
  const { outcome, reason, message, failures, attempts } = readCheck(app);
  const faults = [
    ...(current !== null && readRelease(app, current) === undefined
      ? [`the release ${current} is gone: the next start makes it anew`]
      : []),
    ...(current === null ? [] : environmentFaults(app, current)),
    ...(app.isOwn && exists(app.home) && !isWritable(app.home)
      ? [`${app.home} can't be written to: no update can be made`]
      : []),
    ...(app.beside.passedOver === undefined ? [] : [`${app.beside.passedOver}: it does not count`]),
    ...(failures > 0 || reason === "skipped" ? [`the last check came to nothing: ${outcome}: ${message}`] : []),
    ...(attempts > 1 && !isUpdating(app)
      ? [`${attempts} updaters were ended before they were done: \`${app.self} update\` does it now`]
      : []),
  ];
  print.text(faults.length === 0 ? "Nothing is wrong.\n" : `${faults.join("\n")}\n`);
  return { kind: "exit", code: faults.length === 0 ? 0 : 1 };
}

function environmentFaults(app: App, current: string): string[] {
  const folder = realPath(path.join(releaseRoot(app, current), ".venv"));
  const drift = folder === undefined ? [] : driftSinceUse(folder);
  if (drift.length === 0) return [];
  return [`${folder} was changed by hand (${drift.join(", ")}): \`PRIME_UPDATE=due ${app.config.name}\` makes it anew`];
}

/** For administrators: by the trust that the launcher holds and what was seen already, and nothing of it is kept. */
async function examineChannel(run: Run, [url, ...more]: readonly string[]): Promise<Answer> {
  const { app, started, print } = run;
  const { channel } = app.config;
  refuseWords(run, "doctor", channel === null ? ["--channel, since the app follows none"] : more);
  if (channel === null) return { kind: "exit", code: 2 };
  const memory = memoryBeside(memoryIn(path.join(channelFolder(app), "metadata")));
  if (memory.read("root") === undefined) memory.write("root", Buffer.from(channel.root));
  const { installation } = readChannelState(app);
  const { current } = readSelection(app);
  try {
    const policy = await policyOf(app);
    const address = url ?? channel.url;
    const place = await channelPlace(address, { env: started.env, rules: networkRules(policy, [address]) });
    const takesUrgent = policy.urgent.value !== false;
    const who = { installation, takesUrgent, runs: current?.slice(current.lastIndexOf("-") + 1) };
    const lines = await surveyChannels(place, memory, new Date(started.at), who);
    const closed = whyNotNow(policy);
    if (closed !== undefined) lines.push(`followed later: ${closed.why.message}`);
    print.text(`${place.name}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
    return DONE;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof PrimeError)) throw error;
    print.text(`${error instanceof Refused ? `refused (${error.reason}): ` : ""}${error.message}\n`);
    return { kind: "exit", code: 1 };
  }
}
