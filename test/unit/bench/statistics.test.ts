import { describe, expect, it } from "vitest";
import { estimate, estimateDifference, median } from "../../bench/report/statistics.ts";

describe("statistics of the bench", () => {
  it("takes the middle, between two values their mean", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it("gives the same interval around the median each time, and none for what never varies", () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 100];
    const { median: middle, low, high } = estimate(values);
    expect(middle).toBe(5);
    expect(low).toBeLessThan(middle);
    expect(high).toBeGreaterThan(middle);
    expect(high).toBeLessThan(100);
    expect(estimate(values)).toEqual({ median: middle, low, high });
    expect(estimate([7, 7, 7])).toEqual({ median: 7, low: 7, high: 7 });
  });

  it("compares within a round, so that a drift common to both sides does not count", () => {
    expect(estimateDifference([11, 21, 31], [10, 20, 30])).toEqual({ median: 1, low: 1, high: 1 });
    expect(() => estimateDifference([1, 2], [1])).toThrow();
  });
});
