import { afterEach, describe, expect, it } from "vitest";
import { isoTime, localTime } from "../../../src/edges/clock.ts";

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe("a moment", () => {
  it.each([
    ["UTC", "2026-03-09 04:05"],
    ["Asia/Kathmandu", "2026-03-09 09:50"],
    ["America/New_York", "2026-03-09 00:05"],
  ])("is told to people by the clock on their wall, in %s", (zone, told) => {
    process.env.TZ = zone;
    expect(localTime(Date.UTC(2026, 2, 9, 4, 5, 59))).toBe(told);
  });

  it("is told to programs alike everywhere", () => {
    process.env.TZ = "Asia/Kathmandu";
    expect(isoTime(Date.UTC(2026, 2, 9, 4, 5, 59))).toBe("2026-03-09T04:05:59.000Z");
  });
});
