import { describe, expect, it } from "vitest";
import { simulate, USUAL } from "../../../src/channels/simulation.ts";
import { Random } from "../../support/random.ts";

const DAY = 86_400;
const chance = (seed: number) => {
  const random = new Random(seed);
  return () => random.below(2 ** 32) / 2 ** 32;
};
const world = { ...USUAL, clients: 2000 };

describe("the simulation", () => {
  it("plays the same for the same chance", () => {
    expect(simulate(world, chance(1))).toEqual(simulate(world, chance(1)));
  });

  it("has each machine look about once a day", () => {
    const { perMinute } = simulate(world, chance(1));
    const checks = perMinute.reduce((sum, one) => sum + one, 0) / 2;
    expect(checks / world.clients).toBeGreaterThan(3);
    expect(checks / world.clients).toBeLessThan(4.5);
  });

  it("reaches the part that a move is for, no sooner than it is made, and all by a fallback", () => {
    const moves = [
      { at: 0, version: "1", percent: 100 },
      { at: DAY, version: "2", percent: 25 },
      { at: 3 * DAY, version: "1", percent: 100 },
    ];
    const { followed, onLast } = simulate({ ...world, lasts: 6 * DAY, moves }, chance(2));
    const at = (day: number) => onLast[day * 1440 - 1] as number;
    expect(at(1)).toBeGreaterThan(0.9);
    expect(at(3)).toBeGreaterThan(0.7);
    expect(at(3)).toBeLessThan(0.8);
    expect(at(6)).toBe(1);
    expect(followed[2]?.nearlyAll).toBeGreaterThan(followed[2]?.half as number);
  });

  it("asks more often while nobody answers, and less the more the wait grows", () => {
    const outage = { from: DAY, to: 1.25 * DAY };
    const total = (growth: number) => {
      const retry = { ...USUAL.retry, growth };
      const { perMinute } = simulate({ ...world, starts: 60, outage, retry }, chance(3));
      return perMinute.reduce((sum, one) => sum + one, 0);
    };
    const none = simulate({ ...world, starts: 60 }, chance(3)).perMinute.reduce((sum, one) => sum + one, 0);
    expect(total(3)).toBeGreaterThan(none);
    expect(total(1)).toBeGreaterThan(total(3));
  });
});
