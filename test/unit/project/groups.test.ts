import { describe, expect, test } from "vitest";
import { expandGroups, ownRequirements, readGroups } from "../../../src/project/files/groups.ts";

const FILE = "pyproject.toml";

describe("dependency groups", () => {
  test("are expanded in order through include-group, by any spelling, each text once", () => {
    const table = readGroups(
      {
        Test_Tools: ["pytest", { "include-group": "common" }],
        common: ["six"],
        dev: ["ruff", { "include-group": "test.tools" }, "six"],
      },
      FILE,
    );
    expect(expandGroups(table, ["DEV"])).toEqual(["ruff", "pytest", "six"]);
    expect(expandGroups(table, ["common", "test-tools"])).toEqual(["six", "pytest"]);
    expect(ownRequirements(table)).toEqual({ "test-tools": ["pytest"], common: ["six"], dev: ["ruff", "six"] });
  });

  test("a group that two others include is no circle", () => {
    const include = { "include-group": "c" };
    const table = readGroups({ a: [include, { "include-group": "b" }], b: [include], c: ["six"] }, FILE);
    expect(expandGroups(table, ["a"])).toEqual(["six"]);
  });

  test("a circle is named", () => {
    const table = readGroups(
      { x: [{ "include-group": "a" }], a: [{ "include-group": "b" }], b: [{ "include-group": "A" }] },
      FILE,
    );
    expect(() => expandGroups(table, ["x"])).toThrow("the groups include each other: a → b → a");
  });

  test("two spellings of one name are an error at once", () => {
    expect(() => readGroups({ dev_x: [], "Dev.X": [], other: [] }, FILE)).toThrow(
      "`dev_x` and `Dev.X` are the same group",
    );
  });

  test("what else is wrong is an error only for who asks for the group", () => {
    const table = readGroups(
      {
        good: ["six"],
        unknown: [{ "include-group": "gone" }],
        odd: [{ path: "x" }],
        more: [{ "include-group": "good", x: 1 }],
        text: "six",
      },
      FILE,
    );
    expect(expandGroups(table, ["good"])).toEqual(["six"]);
    expect(() => expandGroups(table, ["unknown"])).toThrow("there is no group `gone`, which group `unknown` includes");
    expect(() => expandGroups(table, ["odd"])).toThrow('{ path = "x" } is neither a requirement nor an include-group');
    expect(() => expandGroups(table, ["more"])).toThrow("neither a requirement nor an include-group");
    expect(() => expandGroups(table, ["text"])).toThrow("group `text` is not a list");
  });

  test("uv's dev-dependencies join the group dev", () => {
    expect(expandGroups(readGroups({ dev: ["six"] }, FILE, ["ruff"]), ["dev"])).toEqual(["six", "ruff"]);
  });
});
