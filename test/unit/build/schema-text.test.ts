import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { withoutRules } from "../../../build/plugins/schema-text.ts";
import { ROOT } from "../../../build/program.ts";
import { rulesAsJson, schemaText } from "../../../src/config/schema/json-schema.ts";

it("leaves out of the schema what its rules say, and the launcher has the whole again", () => {
  const whole = JSON.parse(fs.readFileSync(path.join(ROOT, "prime.schema.json"), "utf8"));
  const left = withoutRules(whole, rulesAsJson()) as object;
  expect(JSON.parse(schemaText(left))).toEqual(whole);
  expect(JSON.stringify(left)).not.toMatch(/"(?:type|pattern|enum|items|required|minimum)":/);
});

it.each([
  [{ a: 1, b: 2 }, { a: 1 }, { b: 2 }],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, { a: { c: 2 } }],
  [{ a: [1, { b: 2 }] }, { a: [1, {}] }, { a: { 1: { b: 2 } } }],
  [{ a: 1 }, { a: 1 }, undefined],
  [{ a: {} }, {}, { a: {} }],
])("of %j by %j leaves %j", (whole, rules, left) => {
  expect(withoutRules(whole, rules)).toEqual(left);
});
