import { type Kept, keptApps, sizeOf } from "../../apps/inventory.ts";
import { removeHome } from "../../apps/self/remove.ts";
import type { Context } from "../../context.ts";
import { isoTime, localTime } from "../../edges/clock.ts";
import { usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { didYouMean } from "../../nearest.ts";
import { quoted } from "../../quoted.ts";
import { sizeText } from "../../size.ts";

/** `./prime app list` */
export function listApps({ env, print }: Context, json: boolean): Answer {
  const apps = keptApps(env);
  if (json) {
    print.json(
      apps.map((app) => ({
        name: app.key,
        version: app.version,
        from: app.owner.from,
        home: app.home,
        bytes: sizeOf(app),
        launcher: app.owner.launcher,
        start: app.owner.start,
        hasLauncher: app.hasLauncher,
        isShared: app.isShared,
        check: { outcome: app.check.outcome, at: app.check.at === null ? null : isoTime(app.check.at) },
      })),
    );
  } else print.text(apps.length === 0 ? "No app is kept here.\n" : apps.map(describe).join(""));
  return DONE;
}

function describe(app: Kept): string {
  const { owner, check, version } = app;
  const checked = check.at === null ? "never" : `${localTime(check.at)}: ${check.outcome}`;
  const who = app.isShared && !app.isMine ? " (root's, for everybody)" : "";
  return `${app.key} ${version ?? "is not installed yet"}${who}
  from      ${owner.from.join(", ")}
  started   ${owner.start}${app.hasLauncher ? "" : " (which is gone)"}
  checked   ${checked}${app.isUpdating ? "; an updater is at work" : ""}
  kept in   ${app.home} (${sizeText(sizeOf(app))})
`;
}

/** `./prime app remove NAME` */
export function removeNamed({ env, places, terminal }: Context, name: string): Answer {
  const apps = keptApps(env);
  const meant = apps.filter(({ key, home }) => [key, home].includes(name));
  const app = meant.find(({ isMine }) => isMine) ?? meant[0];
  if (app === undefined) {
    const names = apps.map(({ key }) => key);
    throw usageError(
      "no-app",
      `could not remove ${quoted(name)}: there is no such app${didYouMean(name, names)}`,
      names.length === 0 ? "no app is kept here" : `there are ${names.join(", ")}`,
    );
  }
  terminal.say(removeHome(app.home, places.state));
  return DONE;
}
