import * as path from "node:path";
import { isOnline } from "../../channels/edit.ts";
import { shareOf } from "../../channels/model/pointer.ts";
import { type Overview, overviewOf } from "../../channels/overview.ts";
import { statusPage } from "../../channels/page.ts";
import { isFresh, toSign } from "../../channels/to-sign.ts";
import type { RoleName } from "../../channels/tuf/repository.ts";
import type { Context } from "../../context.ts";
import { localTime } from "../../edges/clock.ts";
import { writeAtomic } from "../../edges/files/change.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { type Options, sessionOf } from "./signing/lead.ts";

/** Days before which a role has to be signed anew, as people are told. */
const SOON = 14;

/** `./prime channel status [--json] [--html FILE]`. */
export async function showChannels(
  context: Context,
  options: Pick<Options, "dir"> & { readonly json: boolean; readonly html?: string },
): Promise<Answer> {
  const session = await sessionOf(context, options, true);
  const overview = overviewOf(session, context.startedAt);
  if (isFresh(session) !== undefined)
    context.terminal.say(`a change waits for signatures in ${toSign(session.folder)}: ./prime channel sign`);
  if (options.html !== undefined) {
    writeAtomic(path.resolve(context.cwd, options.html), statusPage(overview, context.startedAt), 0o644);
  }
  if (options.json) context.print.json(overview);
  else if (options.html === undefined) context.print.text(describe(overview));
  return DONE;
}

function describe({ app, channels, releases, launcher, expires }: Overview): string {
  const lines = [`${app}:`];
  for (const [name, pointer] of Object.entries(channels)) {
    const { version, serial, direction, reason, by, at, floor } = pointer;
    lines.push(
      `  ${name}: ${version}${shareOf(pointer)} (serial ${serial}, ${direction} by ${by} at ${localTime(at)}${reason && `: ${reason}`})`,
    );
    if (floor !== null) lines.push(`    never below ${floor}`);
  }
  if (Object.keys(channels).length === 0)
    lines.push("  no channel points at a release: ./prime channel promote CHANNEL VERSION");
  lines.push("releases:");
  for (const { version, created, withdrawn } of releases) {
    lines.push(
      `  ${version}, published ${localTime(created)}${withdrawn === null ? "" : `, withdrawn${withdrawn && `: ${withdrawn}`}`}`,
    );
  }
  if (releases.length === 0) lines.push("  none: ./prime channel publish FILE…");
  if (launcher !== null) lines.push(`launcher: prime ${launcher.version}, published ${localTime(launcher.at)}`);
  lines.push("expire:");
  for (const [role, { at, days }] of Object.entries(expires)) {
    const soon =
      days < SOON ? `; ./prime channel resign${isOnline(role as RoleName) ? "" : " --all"} signs it anew` : "";
    lines.push(`  ${role}: ${days < 0 ? `expired at ${localTime(at)}` : `in ${days} days`}${soon}`);
  }
  return `${lines.join("\n")}\n`;
}
