import { expect, it } from "vitest";
import { endedLife } from "../../../src/python/end-of-life.ts";

it("ends a version with the month of its last security release", () => {
  const at = (month: string) => Date.parse(`${month}-15T00:00:00Z`);
  expect(endedLife("3.9.21", at("2025-10"))).toBeUndefined();
  expect(endedLife("3.9.21", at("2025-11"))).toBe("2025-10");
  expect(endedLife("3.10.4", at("2026-11"))).toBe("2026-10");
  expect(endedLife("3.1.4", at("2026-11"))).toBeUndefined();
  expect(endedLife("4.0.0", at("2040-01"))).toBeUndefined();
});
