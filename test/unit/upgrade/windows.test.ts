import { describe, expect, test } from "vitest";
import type { Window } from "../../../src/config/policy/policy.ts";
import { isOpen, nextWindow, zonedTime } from "../../../src/upgrade/rules/windows.ts";
import { Random } from "../../support/random.ts";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function window(days: string, from: string, to: string, zone: string): Window {
  const minutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  return { days: days.split(" ").map((day) => DAYS.indexOf(day)), from: minutes(from), to: minutes(to), zone };
}

const at = (text: string) => Date.parse(text);
const every = DAYS.join(" ");
const night = window("tue", "02:00", "03:00", "Europe/Berlin");
const berlin = window(every, "02:00", "03:00", "Europe/Berlin");
const late = window("sat", "22:00", "02:00", "Europe/Berlin");
const half = window(every, "02:30", "03:30", "Europe/Berlin");

describe("whether a window is open", () => {
  test.each<[string, Window, string, boolean]>([
    ["a millisecond before it", night, "2026-12-01T00:59:59.999Z", false],
    ["when it begins", night, "2026-12-01T01:00:00.000Z", true],
    ["a millisecond before its end", night, "2026-12-01T01:59:59.999Z", true],
    ["when it ends", night, "2026-12-01T02:00:00.000Z", false],
    ["on another day", night, "2026-12-02T01:30:00Z", false],
    ["in summer an hour earlier by UTC", night, "2026-07-07T00:30:00Z", true],
    ["and not when winter's would be", night, "2026-07-07T01:30:00Z", false],
    ["before midnight on its day", late, "2026-12-05T22:30:00Z", true],
    ["after midnight, on the day after", late, "2026-12-06T00:59:00Z", true],
    ["after midnight of its own day", late, "2026-12-05T00:30:00Z", false],
    ["the whole hour that is left out in spring: before", berlin, "2026-03-29T00:59:59Z", false],
    ["and after", berlin, "2026-03-29T01:00:00Z", false],
    ["half of it left out: from the jump on", half, "2026-03-29T01:00:00Z", true],
    ["until its end", half, "2026-03-29T01:30:00Z", false],
    ["the hour that comes twice in autumn: the first time", berlin, "2026-10-25T00:30:00Z", true],
    ["the second time", berlin, "2026-10-25T01:59:59Z", true],
    ["and no third", berlin, "2026-10-25T02:00:00Z", false],
    ["a zone half an hour off", window(every, "05:30", "05:31", "Asia/Kolkata"), "2026-12-01T00:00:30Z", true],
    ["a day that a zone has left out", window("fri", "00:00", "24:00", "Pacific/Apia"), "2011-12-30T12:00:00Z", false],
    ["the whole day", window("tue", "00:00", "24:00", "UTC"), "2026-12-01T23:59:59.999Z", true],
  ])("%s", (_, one, moment, open) => {
    expect(isOpen([[one]], at(moment))).toBe(open);
  });

  test("no window is no limit, one of a list is enough, and each list must have one", () => {
    const [sunday, monday] = [window("sun", "00:00", "24:00", "UTC"), window("mon", "00:00", "24:00", "UTC")];
    const moment = at("2026-11-29T12:00:00Z");
    expect(isOpen([], moment)).toBe(true);
    expect(isOpen([[monday, sunday]], moment)).toBe(true);
    expect(isOpen([[sunday], [monday]], moment)).toBe(false);
  });
});

describe("the next window", () => {
  test.each<[string, Window, string, string]>([
    ["later the same week", night, "2026-11-28T18:00:00Z", "2026-12-01 02:00 Europe/Berlin"],
    ["a week later at its end", night, "2026-12-01T02:00:00Z", "2026-12-08 02:00 Europe/Berlin"],
    ["now, when it is open", night, "2026-12-01T01:30:00Z", "2026-12-01 02:30 Europe/Berlin"],
    ["the day after the hour that is left out", berlin, "2026-03-28T12:00:00Z", "2026-03-30 02:00 Europe/Berlin"],
    [
      "at the jump, when only its beginning is left out",
      half,
      "2026-03-28T12:00:00Z",
      "2026-03-29 03:00 Europe/Berlin",
    ],
    ["the first of two hours", berlin, "2026-10-24T12:00:00Z", "2026-10-25 02:00 Europe/Berlin"],
  ])("is %s", (_, one, moment, text) => {
    const next = nextWindow([[one]], at(moment));
    expect(next && zonedTime(next.at, next.zone)).toBe(text);
  });

  test("is where both lists are open, and never when they never meet", () => {
    const utc = window("tue", "00:30", "01:30", "UTC");
    const next = nextWindow([[night], [utc]], at("2026-12-01T02:00:00Z"));
    expect(next && new Date(next.at).toISOString()).toBe("2026-12-08T01:00:00.000Z");
    expect(nextWindow([[night], [window("wed", "12:00", "13:00", "UTC")]], 0)).toBeUndefined();
  });

  test("is open, and nothing before it is (minute by minute, at random)", () => {
    const random = new Random(13);
    const zones = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"];
    const minute = 60_000;
    for (let round = 0; round < 40; round += 1) {
      const windows = Array.from({ length: 1 + random.below(2) }, () => {
        const [from, to] = [random.below(1440), 1 + random.below(1440)];
        return [
          { days: [random.below(7), random.below(7)], from, to: to === from ? to + 1 : to, zone: random.of(zones) },
        ];
      });
      const start = Date.UTC(2026, random.of([2, 3, 9, 10]), 1 + random.below(28), random.below(24), random.below(60));
      const next = nextWindow(windows, start);
      const end = Math.min(next?.at ?? Number.POSITIVE_INFINITY, start + 3 * 1440 * minute);
      if (next !== undefined) expect([round, isOpen(windows, next.at)]).toEqual([round, true]);
      for (let moment = start; moment < end; moment += minute) {
        if (isOpen(windows, moment)) expect([round, new Date(moment).toISOString()]).toEqual([round, "closed"]);
      }
    }
  });
});
