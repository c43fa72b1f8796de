import { describe, expect, test } from "vitest";
import { mergePolicies } from "../../../src/config/policy/merge.ts";
import type { UpgradeValues } from "../../../src/config/policy/schema.ts";
import { parseRequest } from "../../../src/python/version.ts";
import { type BuildFacts, chooseInterpreter, compareBuilds } from "../../../src/upgrade/rules/interpreter.ts";
import { Random } from "../../support/random.ts";

const HERE = "linux-x86_64-gnu";
const NOW = Date.parse("2026-11-28T12:00:00Z");

function build(version: string, tag = "20260101", more: Partial<BuildFacts> = {}): BuildFacts {
  const sha256 = `${version} ${tag}`;
  return { implementation: "cpython", version, platform: HERE, variant: null, build: tag, sha256, ...more };
}

interface Case {
  readonly builds?: readonly BuildFacts[];
  readonly policy?: UpgradeValues;
  readonly request?: string;
  readonly ranges?: readonly string[];
  readonly current?: string | null;
  readonly tag?: string | null;
  readonly bad?: readonly string[];
}

const BUILDS = ["3.9.20", "3.10.15", "3.11.9", "3.12.1", "3.12.9", "3.13.0", "3.13.1", "3.14.0rc1"].map((one) =>
  build(one),
);

function choose({
  builds = BUILDS,
  policy = {},
  request,
  ranges = [],
  current = "3.12.1",
  tag = "20260101",
  bad = [],
}: Case) {
  return chooseInterpreter({
    builds,
    platform: HERE,
    request: request === undefined ? null : parseRequest(request),
    ranges: ranges.map((text) => ({ text, place: "requires-python in pyproject.toml" })),
    current: current === null ? null : { implementation: "cpython", version: current, variant: null, build: tag },
    policy: mergePolicies(
      {
        values: policy,
        folder: "/repo",
        sourceOf: (key) => ({ kind: "file", where: "/repo/prime.toml", key: `upgrade.${key}` }),
      },
      undefined,
    ),
    now: NOW,
    root: "/repo",
    knownBad: new Set(bad),
  });
}

describe("which interpreter is taken", () => {
  test.each<[string, Case, string | null, readonly [string, string][]]>([
    ["the newest; none before its final release", {}, "3.13.1", [["3.14.0rc1", "prereleases"]]],
    ["3.10 is newer than 3.9", { builds: [build("3.9.20"), build("3.10.15")], current: "3.9.20" }, "3.10.15", []],
    [
      "the highest minor",
      { policy: { max_minor: "3.12" } },
      "3.12.9",
      [
        ["3.14.0rc1", "max_minor"],
        ["3.13.1", "max_minor"],
        ["3.13.0", "max_minor"],
      ],
    ],
    [
      "a range",
      { policy: { python: "<3.13" } },
      "3.12.9",
      [
        ["3.14.0rc1", "python"],
        ["3.13.1", "python"],
        ["3.13.0", "python"],
      ],
    ],
    [
      "a range that no Python fits",
      { policy: { python: ">=4" } },
      null,
      ["3.12.1", "3.14.0rc1", "3.13.1", "3.12.9", "3.11.9", "3.10.15", "3.9.20"].map((one) => [one, "python"]),
    ],
    [
      "requires-python",
      { ranges: [">=3.10,<3.13"] },
      "3.12.9",
      [
        ["3.14.0rc1", "requires-python"],
        ["3.13.1", "requires-python"],
        ["3.13.0", "requires-python"],
      ],
    ],
    [
      "a .python-version",
      { ranges: ["3.12"] },
      "3.12.9",
      [
        ["3.14.0rc1", "requires-python"],
        ["3.13.1", "requires-python"],
        ["3.13.0", "requires-python"],
      ],
    ],
    [
      "an excluded one is passed over",
      { policy: { exclude: ["python ==3.13.1"] } },
      "3.13.0",
      [
        ["3.14.0rc1", "prereleases"],
        ["3.13.1", "exclude"],
      ],
    ],
    [
      "an excluded one in use is moved off, downwards",
      { current: "3.13.1", policy: { exclude: ["cpython >=3.13"] } },
      "3.12.9",
      [
        ["3.13.1", "exclude"],
        ["3.14.0rc1", "exclude"],
        ["3.13.0", "exclude"],
      ],
    ],
    [
      "one above the highest minor is moved off",
      { current: "3.13.0", policy: { max_minor: "3.11" } },
      "3.11.9",
      [
        ["3.13.0", "max_minor"],
        ["3.14.0rc1", "max_minor"],
        ["3.13.1", "max_minor"],
        ["3.12.9", "max_minor"],
        ["3.12.1", "max_minor"],
      ],
    ],
    ["the newest stays", { current: "3.13.1" }, null, [["3.14.0rc1", "prereleases"]]],
    ["what is newer than all builds stays", { current: "3.15.0" }, null, []],
    ["pre-releases where they are allowed", { policy: { prereleases: true } }, "3.14.0rc1", []],
    [
      "a pre-release is below its final release",
      { policy: { prereleases: true }, builds: [build("3.14.0rc1"), build("3.14.0")] },
      "3.14.0",
      [],
    ],
    [
      "a pre-release is below the range's end",
      { policy: { prereleases: true }, ranges: ["<3.14"] },
      "3.13.1",
      [["3.14.0rc1", "requires-python"]],
    ],
    ["a pre-release that is asked for", { request: "3.14.0rc1" }, "3.14.0rc1", []],
    ["and is refused", { request: "3.14.0rc1", policy: { prereleases: false } }, null, [["3.14.0rc1", "prereleases"]]],
    [
      "what is asked for below what is in use",
      { request: "3.9", ranges: [">=3.12"] },
      null,
      [["3.9.20", "requires-python"]],
    ],
    [
      "what must not be used, with nothing in its place",
      { ranges: [">=3.13.0,<3.13.1"], policy: { exclude: ["python ==3.13.0"] }, current: "3.13.0" },
      null,
      [
        ["3.13.0", "exclude"],
        ["3.14.0rc1", "requires-python"],
        ["3.13.1", "requires-python"],
        ["3.12.9", "requires-python"],
        ["3.11.9", "requires-python"],
        ["3.10.15", "requires-python"],
        ["3.9.20", "requires-python"],
      ],
    ],
    ["a request, upwards", { request: "3.13" }, "3.13.1", []],
    ["a request, downwards", { request: "3.11" }, "3.11.9", []],
    ["a request that is in use", { request: "3.12.1" }, null, []],
    [
      "a request that the policy refuses",
      { request: "3.13", policy: { max_minor: "3.12" } },
      null,
      [
        ["3.13.1", "max_minor"],
        ["3.13.0", "max_minor"],
      ],
    ],
    ["a request within a range", { request: ">=3.11,<3.13" }, "3.12.9", []],
    [
      "a newer build of the version in use",
      { current: "3.13.1", builds: [build("3.13.1", "20260101"), build("3.13.1", "20260301")] },
      "3.13.1",
      [],
    ],
    ["no older build of it", { current: "3.13.1", tag: "20260401", builds: [build("3.13.1", "20260101")] }, null, []],
    [
      "no build in place of one that nobody knows",
      { current: "3.13.1", tag: null, builds: [build("3.13.1")] },
      null,
      [],
    ],
    [
      "tags in the order of their numbers",
      { current: "3.13.1", tag: "9", builds: [build("3.13.1", "10")] },
      "3.13.1",
      [],
    ],
    [
      "what is too young waits",
      { policy: { exclude_newer: 7 }, builds: [build("3.13.1", "20261125"), build("3.13.0", "20261121")] },
      "3.13.0",
      [["3.13.1", "exclude_newer"]],
    ],
    [
      "its own cool-down counts",
      { policy: { exclude_newer: 7, exclude_newer_package: { python: 0 } }, builds: [build("3.13.1", "20261125")] },
      "3.13.1",
      [],
    ],
    [
      "what is in use and too young stays",
      { current: "3.13.1", tag: "20261125", policy: { exclude_newer: 7 } },
      null,
      [["3.14.0rc1", "prereleases"]],
    ],
    ["no digest, no build", { builds: [build("3.13.1", "1", { sha256: null })] }, null, [["3.13.1", "manifest"]]],
    [
      "none that has failed here",
      { bad: ["3.13.1 20260101"] },
      "3.13.0",
      [
        ["3.14.0rc1", "prereleases"],
        ["3.13.1", "known-bad"],
      ],
    ],
    [
      "none of another platform, implementation or variant",
      {
        builds: [
          build("3.13.1", "1", { platform: "linux-aarch64-gnu" }),
          build("3.13.1", "1", { implementation: "pypy" }),
          build("3.13.1", "1", { variant: "freethreaded" }),
        ],
      },
      null,
      [],
    ],
    ["anything where nothing is in use", { current: null }, "3.13.1", [["3.14.0rc1", "prereleases"]]],
  ])("%s", (_, one, version, refused) => {
    const decision = choose(one);
    expect(decision.to?.version ?? null).toBe(version);
    expect(decision.refused.map((each) => [each.version, each.rule])).toEqual(refused);
  });

  test.each<[Case, string]>([
    [{}, "the newest build"],
    [{ ranges: [">=3.10"] }, "the newest build within >=3.10 (requires-python in pyproject.toml)"],
    [{ request: "3.13" }, "the newest build that 3.13 asks for"],
    [
      { current: "3.13.1", policy: { exclude: ["python ==3.13.1"] } },
      "3.13.1 is excluded by upgrade.exclude in prime.toml (python ==3.13.1)",
    ],
    [{ current: "3.13.1", tag: "20251010" }, "a newer build of 3.13.1: 20260101 in place of 20251010"],
    [{ current: "3.13.1" }, "no better build is allowed"],
  ])("says why: %j", (one, why) => {
    expect(choose(one).why).toBe(why);
  });
});

test("whatever there is, what is taken is allowed, and nothing that is allowed is better", () => {
  const random = new Random(4711);
  for (let round = 0; round < 400; round += 1) {
    const version = () => `3.${8 + random.below(7)}.${random.below(4)}${random.of(["", "", "", "rc1", "a2"])}`;
    const builds = Array.from({ length: random.below(12) }, () => build(version(), `2026112${random.below(9)}`));
    const policy: UpgradeValues = {
      ...(random.below(2) === 0 ? { max_minor: `3.${8 + random.below(8)}` } : {}),
      ...(random.below(2) === 0 ? { exclude: [`python ==${version()}`, `python ==3.${8 + random.below(7)}.*`] } : {}),
      ...(random.below(2) === 0 ? { exclude_newer: random.below(9) } : {}),
      prereleases: random.below(2) === 0,
    };
    const current = random.below(4) === 0 ? null : version();
    const { to, refused } = choose({ builds, policy, current });
    const named = new Set(refused.map((one) => one.version));
    if (to !== null) {
      expect(choose({ builds: [to], policy, current: null }).to).toBe(to);
      const better = builds.filter((one) => compareBuilds(one, to) > 0);
      for (const one of better) {
        expect([round, choose({ builds: [one], policy, current: null }).to]).toEqual([round, null]);
        const isTold = named.has(one.version) || one.version === to.version;
        expect([round, one.version, isTold]).toEqual([round, one.version, true]);
      }
    } else if (current !== null) {
      const own = { version: current, build: "20260101" };
      for (const one of builds.filter((each) => compareBuilds(each, own) > 0 && each.version !== current))
        expect([round, choose({ builds: [one], policy, current: null }).to]).toEqual([round, null]);
    }
    expect(choose({ builds: [...builds].reverse(), policy, current }).to?.version).toBe(to?.version);
  }
});
