import { describe, expect, test } from "vitest";
import { mergePolicies } from "../../../src/config/policy/merge.ts";
import type { UpgradeValues } from "../../../src/config/policy/schema.ts";
import { ownLimits } from "../../../src/upgrade/packages/own-limits.ts";
import { sortPins } from "../../../src/upgrade/packages/plan.ts";
import {
  asConstraint,
  complementsOf,
  type Locked,
  limitsOf,
  type PackageRules,
  placePin,
} from "../../../src/upgrade/rules/limits.ts";
import { isWithin } from "../../../src/upgrade/rules/ruling.ts";
import { Random } from "../../support/random.ts";

const NOW = Date.parse("2026-11-28T12:00:00Z");
const DAY = 86_400_000;
const NONE = { untimed: new Set<string>(), staying: new Map<string, Locked>(), complements: new Map() };

function rules(values: UpgradeValues, more: Partial<PackageRules> = {}): PackageRules {
  const policy = mergePolicies(
    { values, folder: "/", sourceOf: (key) => ({ kind: "file", where: "/prime.toml", key }) },
    undefined,
  );
  return { policy, pins: [], own: { general: null, single: new Map() }, now: NOW, ...more };
}

describe("what is left of a range", () => {
  test.each([
    ["==1.0", ["!=1.0"]],
    ["!=1.0", ["==1.0"]],
    [">=1.0", ["<1.0"]],
    [">1.0", ["<=1.0"]],
    ["<1.0", [">=1.0"]],
    ["==1.*", ["!=1.*"]],
    [">=1.1,<2", [">=2", "<1.1"]],
    ["~=1.4.2", [">=1.5", "<1.4.2"]],
    ["~=1!1.4", [">=1!2", "<1!1.4"]],
    ["", ["<0"]],
  ])("%s", (range, complements) => {
    expect(complementsOf(range)).toEqual(complements);
  });

  test("is each version outside of it, and no other (at random)", () => {
    const random = new Random(99);
    const version = () => `${random.below(3)}.${random.below(4)}${random.of(["", "", ".1"])}`;
    for (let round = 0; round < 500; round += 1) {
      const clauses = Array.from(
        { length: 1 + random.below(2) },
        () => random.of(["==", "!=", ">=", "<=", "<", ">", "~="]) + version(),
      );
      const range = clauses.join(",");
      const one = version();
      const isLeft = complementsOf(range).some((constraint) => isWithin(one, constraint));
      expect([range, one, isLeft]).toEqual([range, one, !isWithin(one, range)]);
    }
  });
});

describe("the limits of a resolution", () => {
  test("exclusions and pins are constraints; those of the interpreter are none", () => {
    const pins = [{ name: "beta", version: "2.0", until: null, reason: null, marker: null }];
    const { constraints } = limitsOf(
      rules({ exclude: ["python ==3.13.0", "Alpha ==1.0", "gamma >=1,<2"] }, { pins }),
      NONE,
    );
    expect(constraints).toEqual(["alpha !=1.0", "beta ==2.0"]);
  });

  test("a pin of what is locked in several versions holds where one has it, else on this machine; of one version everywhere", () => {
    const one = { name: "beta", published: null, registry: "x", requires: [] };
    const [old, mid] = ["(python_full_version < '3.10')", "(python_full_version >= '3.10')"];
    const forks = [
      { ...one, version: "1.0", marker: old as string },
      { ...one, version: "2.0", marker: mid as string },
      { ...one, name: "gamma", version: "2.0", marker: null },
    ];
    const here = { python_full_version: "3.12.1" };
    const said = (name: string, version: string) =>
      asConstraint(placePin({ name, version, until: null, reason: null }, forks, here));
    expect(said("beta", "1.0")).toBe(`beta ==1.0 ; ${old}`);
    expect(said("beta", "2.0")).toBe(`beta ==2.0 ; ${mid}`);
    expect(said("beta", "1.9")).toBe(`beta ==1.9 ; ${mid}`);
    expect(said("gamma", "1.0")).toBe("gamma ==1.0");
    expect(said("delta", "1.0")).toBe("delta ==1.0");
  });

  test("a cool-down is a moment, by name where it is another, and a young one that stays has one of its own", () => {
    const locked = (name: string, days: number): Locked => ({
      name,
      version: "1",
      marker: null,
      published: NOW - days * DAY,
      registry: "x",
      requires: [],
    });
    const staying = new Map([["delta", locked("delta", 2)]]);
    const { before, beforeByName } = limitsOf(
      rules({ exclude_newer: 7, exclude_newer_package: { alpha: 0, beta: 9 } }),
      {
        ...NONE,
        untimed: new Set(["gamma"]),
        staying,
      },
    );
    expect(before).toBe(NOW - 7 * DAY);
    expect([...beforeByName]).toEqual([
      ["alpha", null],
      ["beta", NOW - 9 * DAY],
      ["gamma", null],
      ["delta", NOW - 2 * DAY + 1000],
    ]);
  });

  test("what the repo says to uv itself is not loosened", () => {
    const own = { general: NOW - 30 * DAY, single: new Map([["alpha", NOW - 3 * DAY]]) };
    const { before, beforeByName } = limitsOf(rules({ exclude_newer: 7 }, { own }), NONE);
    expect([before, beforeByName.get("alpha")]).toEqual([NOW - 30 * DAY, NOW - 7 * DAY]);
    expect(limitsOf(rules({}, { own }), NONE)).toEqual({ constraints: [], before: null, beforeByName: new Map() });
  });

  test.each([
    ["2026-11-01T00:00:00Z", Date.parse("2026-11-01T00:00:00Z")],
    [new Date(5), 5],
    ["2026-11-01", new Date(2026, 10, 2).getTime()],
    ["soon", null],
    [undefined, null],
  ])("uv's own setting %j", (value, moment) => {
    const settings = { uvSettings: { file: undefined, table: { "exclude-newer": value } } };
    expect(ownLimits(settings, {}, NOW).general).toBe(moment);
  });

  test.each(["7 days", "1 week", "168 hours", "P7D", "p1w", "PT168H"])("uv's own setting %j is a length", (value) => {
    const settings = { uvSettings: { file: undefined, table: { "exclude-newer-package": { Foo_Bar: value } } } };
    expect(ownLimits(settings, {}, NOW).single.get("foo-bar")).toBe(NOW - 7 * DAY);
    expect(ownLimits(settings, { UV_EXCLUDE_NEWER: value }, NOW).general).toBe(NOW - 7 * DAY);
  });
});

test("a pin holds to the end of its last day", () => {
  const pin = (until: string | null) => ({ name: "a", version: "1", until, reason: null });
  const { held, expired } = sortPins([pin(null), pin("2026-11-28"), pin("2026-11-27")], NOW);
  expect([held.map(({ until }) => until), expired.map(({ until }) => until)]).toEqual([
    [null, "2026-11-28"],
    ["2026-11-27"],
  ]);
});
