import * as path from "node:path";
import * as v from "valibot";
import { pointerName } from "../../channels/model/pointer.ts";
import { readOwnJson, TEXT } from "../../edges/files/own/own-json.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { oneLine } from "../../quoted.ts";
import type { App } from "../app.ts";
import { makeHome } from "../home.ts";
import { record } from "../log.ts";
import { metadataFolder, writeChannelState } from "../release/channel-state.ts";
import type { Run } from "../start/run.ts";
import { setDue } from "../start/schedule.ts";
import { refuseRootsApp, refuseWords } from "./refuse.ts";

/** `foo self follow`: no network is asked, so that a name can be chosen that the channel gets later. */
export async function followOther(run: Run, [name, ...more]: readonly string[]): Promise<Answer> {
  const { app, terminal } = run;
  refuseWords(run, "follow", more);
  refuseRootsApp(run);
  const { channel, name: tool } = app.config;
  if (channel === null || name === undefined || (name !== "--off" && !/^[A-Za-z0-9][\w.-]*$/.test(name))) {
    refuseWords(run, "follow", [channel === null ? "channel, since the app follows none" : "such name"]);
    return DONE;
  }
  makeHome(app, run.started.env);
  const chosen = name === "--off" ? null : name;
  const follows = chosen ?? channel.follow;
  writeChannelState(app, { follows: chosen });
  setDue(app, 0);
  record(app, "check", { message: `follows ${follows}` });
  terminal.say(`${tool} follows ${follows} from its next check on; \`${app.self} update\` checks now`);
  const there = lastPointers(app);
  if (there?.includes(follows) === false)
    terminal.warn(`the channel had no ${follows} when it was last asked, only ${there.map(oneLine).join(", ")}`);
  return DONE;
}

const ROLE = v.object({ signed: v.object({ targets: v.record(TEXT, v.unknown()) }) });

/** What the channel had when it was last asked; `undefined`: it never was. */
function lastPointers(app: App): string[] | undefined {
  const told = readOwnJson(path.join(metadataFolder(app), "channels.json"), ROLE);
  return told && Object.keys(told.signed.targets).map(pointerName);
}
