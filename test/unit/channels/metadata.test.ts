import { expect, it } from "vitest";
import { parse } from "../../../src/channels/tuf/metadata.ts";

it("metadata that nobody has signed are quoted no further than other words of strangers", () => {
  const signed = { _type: "x".repeat(400_000), spec_version: "1.0.31", version: 1, expires: "2030-01-01T00:00:00Z" };
  let told = "";
  try {
    parse("root", Buffer.from(JSON.stringify({ signed, signatures: [] })));
  } catch (error) {
    told = (error as Error).message;
  }
  expect([told.length < 400, told]).toEqual([true, expect.stringContaining("root is no metadata: ")]);
});
