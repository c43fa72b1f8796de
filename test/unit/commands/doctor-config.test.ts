import { expect, it } from "vitest";
import { configFindings } from "../../../src/commands/doctor/examine/config.ts";
import { load } from "../config/place.ts";

it("the doctor names each likely mistake in a configuration", async () => {
  const { findings } = await configFindings(() => load({ PRIME_LOKC: "check", PRIME_STEUP: "[]" }));
  expect(findings.map(({ check, status }) => [check, status])).toEqual([
    ["config", "finding"],
    ["config", "finding"],
  ]);
  expect(findings.map(({ found }) => found).join("\n")).toMatch(/PRIME_LOKC.*\n.*PRIME_STEUP/);
});
