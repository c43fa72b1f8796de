import { now } from "../../edges/clock.ts";
import type { Environment } from "../../edges/command.ts";
import { writeRenewable } from "../../edges/files/change.ts";
import { facts } from "../../edges/files/read.ts";
import type { App } from "../app.ts";
import { type Check, dueFile } from "../state.ts";

/** An updater has ended, or is ended, by then; in milliseconds. */
export const UPDATER_LIMIT_MS = 15 * 60_000;
/** After a check that came to nothing: this, then three times as much, up to the schedule. */
const FIRST_RETRY_MS = 5 * 60_000;
/** A source that wants to be left alone for longer is asked again by then. */
const MOST_WAIT_MS = 24 * 3600_000;
/** So that a thousand machines that were started at once do not ask at once. */
const SPREAD = 0.2;

/** When to look next, in milliseconds since the epoch; null: never. `askedMs`: how long the source wants to be left alone. */
export function nextCheck({ config }: App, failures: number, askedMs = 0): number | null {
  const { everyMs } = config;
  if (everyMs === null) return null;
  const spread = everyMs * (1 + SPREAD * (2 * Math.random() - 1));
  const retry = failures === 0 ? Number.POSITIVE_INFINITY : FIRST_RETRY_MS * 3 ** Math.min(failures - 1, 12);
  const wait = failures === 0 ? spread : everyMs === 0 ? retry : Math.min(spread, retry);
  return now() + Math.round(Math.max(wait, Math.min(askedMs, MOST_WAIT_MS)));
}

/** `at`, in milliseconds since the epoch; null: never, and what is there stays. */
export function setDue(app: App, at: number | null): void {
  if (at === null) return;
  writeRenewable(dueFile(app), "", 0o666, at / 1000);
}

/** Whether a start looks for a release; a clock that was set back, or another hand, can leave a date beyond all schedules. */
export function isDue(app: App, env: Environment, { at, next }: Pick<Check, "at" | "next">): boolean {
  const { everyMs, isScheduled } = app.config;
  const wish = env.PRIME_UPDATE ?? "";
  if (wish === "never" || !app.isOwn) return false;
  if (wish !== "") return true;
  if (everyMs === null || (!isScheduled && env.CI)) return false;
  const due = Number(facts(dueFile(app))?.mtimeNs ?? 0) / 1e6;
  const last = Math.max(next ?? 0, now() + Math.max(everyMs * (1 + SPREAD), MOST_WAIT_MS));
  return due <= now() || due > last + UPDATER_LIMIT_MS || (at ?? 0) > now();
}
