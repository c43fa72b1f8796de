import type { Policy, Window } from "../../config/policy/policy.ts";

type Windows = Policy["windows"]["value"];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Zones change their clocks against each other twice a year: windows that do not meet within a year never do. */
const AHEAD_DAYS = 366;

/**
 * Whether upgrades may be made at a moment, in milliseconds since the epoch: each list must have a window whose zone
 * shows one of its days, and a time from `from` on and before `to`. A time that the clock skips in spring is in no
 * window; one that it shows twice in autumn counts twice.
 */
export function isOpen(windows: Windows, at: number): boolean {
  return windows.every((list) => list.some((window) => isWithin(window, at)));
}

/**
 * The first moment from `at` on when upgrades may be made, and the zone of the window that opens then; undefined:
 * never.
 */
export function nextWindow(windows: Windows, at: number): { readonly at: number; readonly zone: string } | undefined {
  const openings = windows
    .flat()
    .flatMap((window) => openingsOf(window, at).map((from) => ({ at: from, zone: window.zone })));
  return openings.sort((one, other) => one.at - other.at).find((one) => isOpen(windows, one.at));
}

/** `2026-12-01 02:00 Europe/Berlin` */
export function zonedTime(at: number, zone: string): string {
  return `${new Date(at + offsetOf(zone, at)).toISOString().slice(0, 16).replace("T", " ")} ${zone}`;
}

function isWithin({ days, from, to, zone }: Window, at: number): boolean {
  const wall = new Date(at + offsetOf(zone, at));
  const [day, minute] = [wall.getUTCDay(), wall.getUTCHours() * 60 + wall.getUTCMinutes()];
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (days.includes((day + 6) % 7) && minute < to);
}

/** The moments when a window may open: now, whenever the clock comes to `from`, and at each jump of the clock. */
function openingsOf({ days, from, zone }: Window, at: number): number[] {
  const today = Math.floor((at + offsetOf(zone, at)) / DAY_MS) * DAY_MS;
  const found = [at];
  for (let day = today - DAY_MS; day <= today + AHEAD_DAYS * DAY_MS; day += DAY_MS) {
    const [before, after] = [offsetOf(zone, day - DAY_MS), offsetOf(zone, day + 2 * DAY_MS)];
    if (before !== after) found.push(jumpIn(zone, day - DAY_MS, day + 2 * DAY_MS));
    if (!days.includes(new Date(day).getUTCDay())) continue;
    const wall = day + from * MINUTE_MS;
    found.push(...[before, after].map((offset) => wall - offset).filter((one) => one + offsetOf(zone, one) === wall));
  }
  return found.filter((one) => one >= at);
}

/** When the clock of a zone jumps between two moments, to the minute; found by halving. */
function jumpIn(zone: string, from: number, to: number): number {
  let [low, high] = [from / MINUTE_MS, to / MINUTE_MS];
  const offset = offsetOf(zone, from);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetOf(zone, middle * MINUTE_MS) === offset) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds by which the clock of a zone is ahead of UTC; the time zone data are Node's own. */
function offsetOf(zone: string, at: number): number {
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat("en-US", { ...PARTS, timeZone: zone });
  clocks.set(zone, clock);
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (clock.format(at).match(/\d+/g) ?? []).map(
    Number,
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

const PARTS = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;
