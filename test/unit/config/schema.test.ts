import * as fs from "node:fs";
import { describe, expect, test } from "vitest";
import { keyTable, listSchemaText, schemaText, withTables } from "../../../build/schema.ts";
import { KEYS } from "../../../src/config/schema/keys.ts";
import { CONFIG_SCHEMA } from "../../../src/config/schema/schema.ts";

describe("what is generated from the schema", () => {
  test("the committed JSON schemas are up to date", () => {
    expect(fs.readFileSync(new URL("../../../prime.schema.json", import.meta.url), "utf8")).toBe(schemaText());
    expect(fs.readFileSync(new URL("../../../prime-pythons.schema.json", import.meta.url), "utf8")).toBe(
      listSchemaText(),
    );
  });

  test("the schema, the fields and the JSON schema have the same keys in the same order", () => {
    expect(Object.keys(CONFIG_SCHEMA.entries)).toEqual([...KEYS]);
    expect(Object.keys(JSON.parse(schemaText()).properties)).toEqual([...KEYS, "app"]);
  });

  test("every property of the JSON schema is described and typed", () => {
    for (const [key, property] of Object.entries<Record<string, unknown>>(JSON.parse(schemaText()).properties)) {
      expect([key, typeof property.description]).toEqual([key, "string"]);
      expect([key, "type" in property || "anyOf" in property]).toEqual([key, true]);
      expect(property).not.toHaveProperty("standard");
    }
  });

  test("the table of keys has a row of three cells for each key", () => {
    const rows = keyTable().split("\n").slice(2);
    expect(rows.map((row) => row.split("`")[1])).toEqual([...KEYS]);
    for (const row of rows) {
      const cells = row.split(" | ");
      expect(cells).toHaveLength(3);
      for (const cell of cells) expect(cell).not.toMatch(/undefined|^\s*$/);
    }
  });

  test("the tables of a paper are renewed between their markers, and nothing else", () => {
    const [start, end] = ["<!-- keys: written by build/schema.ts -->", "<!-- keys: end -->"];
    const rules = "<!-- rules: written by build/schema.ts -->\n<!-- rules: end -->";
    const renewed = withTables(`before\n${start}\nold\n${end}\nbetween\n${rules}\nafter\n`);
    expect(renewed).toContain(`before\n${start}\n\n${keyTable()}\n\n${end}\nbetween\n<!-- rules`);
    expect(renewed).toMatch(/\| `keep` \| .*\n\n<!-- rules: end -->\nafter\n$/);
    expect(withTables(renewed)).toBe(renewed);
    expect(() => withTables("no markers")).toThrow("lacks the markers");
  });
});
