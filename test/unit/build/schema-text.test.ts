import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { moduleOf } from "../../../build/plugins/schema-text.ts";
import { ROOT } from "../../../build/program.ts";

const importOf = async (value: unknown) =>
  (await import(`data:text/javascript,${encodeURIComponent(moduleOf(value))}`)).default;

it("writes the schema as what it is, in less room", async () => {
  const text = fs.readFileSync(path.join(ROOT, "prime.schema.json"), "utf8");
  const schema = JSON.parse(text);
  expect(JSON.stringify(await importOf(schema))).toBe(JSON.stringify(schema));
  expect(moduleOf(schema).length).toBeLessThan(JSON.stringify(schema).length);
});

it("writes parts within parts, each once", async () => {
  const inner = { type: "string", pattern: "x".repeat(50) };
  const value = { a: [inner, { items: inner }], b: [inner, { items: inner }], c: { items: inner } };
  expect(await importOf(value)).toEqual(value);
  expect(moduleOf(value).split("x".repeat(50))).toHaveLength(2);
});
