import { describe, expect, test } from "vitest";
import { passesWindows } from "../../../src/apps/policy.ts";
import { loadPolicy } from "../../../src/config/policy/load.ts";
import { mergePolicies, type Said } from "../../../src/config/policy/merge.ts";
import { coolDownOf } from "../../../src/config/policy/policy.ts";
import { type UpgradeValues, WINDOW_SCHEMA } from "../../../src/config/policy/schema.ts";
import { is } from "../../../src/config/schema/schema.ts";
import { EXIT_POLICY } from "../../../src/errors.ts";
import { failure, load, root, write } from "./place.ts";

const DAY = 86_400_000;

function said(values: UpgradeValues, where: string): Said {
  return { values, folder: `/${where}`, sourceOf: (key) => ({ kind: "file", where, key }) };
}

function merged(repo: UpgradeValues, machine?: UpgradeValues) {
  return mergePolicies(said(repo, "repo"), machine && said(machine, "machine"));
}

describe("what a policy says", () => {
  test.each([
    [[{ windows: [{}], urgent: true }], true],
    [[{ windows: [{}] }, { urgent: true }], false],
    [[{ urgent: true }, { windows: [{}] }], false],
    [
      [
        { windows: [{}], urgent: true },
        { windows: [{}], urgent: true },
      ],
      true,
    ],
    [[{}, { windows: [{}], urgent: true }], true],
    [[{ windows: [{}], urgent: true }, { urgent: false }], false],
  ] as [[UpgradeValues, UpgradeValues?], boolean][])("%j: who set a window says what passes it", (places, passes) => {
    const app = { config: { channel: {} } } as Parameters<typeof passesWindows>[0];
    expect(passesWindows(app, merged(...places))).toBe(passes);
  });

  test("each rule by default", () => {
    const values = Object.entries(merged({})).map(([key, { value, sources }]) => [key, value, sources.length]);
    expect(values).toEqual([
      ["manifest", null, 0],
      ["mirrors", [], 0],
      ["python", [], 0],
      ["maxMinor", null, 0],
      ["prereleases", false, 0],
      ["exclude", [], 0],
      ["excludeNewer", 0, 0],
      ["excludeNewerPackage", {}, 0],
      ["waive", [], 0],
      ["platforms", null, 0],
      ["allowedHosts", null, 0],
      ["allowedNetworks", null, 0],
      ["proxy", null, 0],
      ["caFile", null, 0],
      ["windows", [], 0],
      ["urgent", null, 0],
      ["verify", [], 0],
      ["trial", null, 0],
      ["keep", 3, 0],
    ]);
  });

  test("names are normalized, paths absolute, times in milliseconds and minutes", () => {
    const policy = merged({
      manifest: "lists/python.json",
      ca_file: "ca.pem",
      exclude: ["Foo_Bar == 1.0, != 2", "cpython ==3.13.0", "gone"],
      exclude_newer: 1.5,
      exclude_newer_package: { "Foo.Bar": 0 },
      windows: [{ days: ["sun", "tue"], from: "22:30", to: "02:00", zone: "Europe/Berlin" }, {}],
      verify: ["make check", { run: "x", limit_s: 2 }],
      trial: {},
    });
    expect(policy.manifest.value).toBe("/repo/lists/python.json");
    expect(policy.caFile.value).toBe("/repo/ca.pem");
    expect(policy.exclude.value.map(({ name, range }) => [name, range])).toEqual([
      ["foo-bar", "==1.0,!=2"],
      ["python", "==3.13.0"],
      ["gone", ""],
    ]);
    expect([coolDownOf(policy, "foo-bar"), coolDownOf(policy, "other")]).toEqual([0, 1.5 * DAY]);
    expect(policy.windows.value).toEqual([
      [
        { days: [0, 2], from: 22 * 60 + 30, to: 120, zone: "Europe/Berlin" },
        { days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1440, zone: "UTC" },
      ],
    ]);
    expect(policy.verify.value).toEqual([
      { run: "make check", limitMs: 120_000 },
      { run: "x", limitMs: 2000 },
    ]);
    expect(policy.trial.value).toEqual({ starts: 3, windowMs: 60_000 });
    expect(merged({ manifest: "https://host/list.json" }).manifest.value).toBe("https://host/list.json");
  });
});

describe("a machine's policy can only tighten", () => {
  test.each<[keyof UpgradeValues, UpgradeValues, UpgradeValues, unknown]>([
    ["max_minor", { max_minor: "3.9" }, { max_minor: "3.10" }, "3.9"],
    ["max_minor", { max_minor: "3.13" }, { max_minor: "3.9" }, "3.9"],
    ["python", { python: ">=3.9" }, { python: "<3.13" }, [">=3.9", "<3.13"]],
    ["prereleases", { prereleases: true }, {}, true],
    ["prereleases", { prereleases: true }, { prereleases: false }, false],
    ["prereleases", {}, { prereleases: true }, false],
    ["exclude_newer", { exclude_newer: 3 }, { exclude_newer: 7 }, 7 * DAY],
    ["exclude_newer", { exclude_newer: 9 }, { exclude_newer: 7 }, 9 * DAY],
    ["waive", { waive: ["a", "b"] }, { waive: ["b", "c"] }, ["b"]],
    ["waive", { waive: ["a"] }, {}, ["a"]],
    ["platforms", { platforms: ["a-b", "c-d"] }, { platforms: ["c-d"] }, ["c-d"]],
    ["allowed_hosts", { allowed_hosts: ["a.x", "b.x"] }, { allowed_hosts: ["B.x"] }, ["b.x"]],
    ["allowed_hosts", { allowed_hosts: ["*.x", "y"] }, { allowed_hosts: ["a.x", "z"] }, ["a.x"]],
    ["allowed_hosts", { allowed_hosts: ["a.b.x"] }, { allowed_hosts: ["*.b.x", "x"] }, ["a.b.x"]],
    ["allowed_hosts", { allowed_hosts: ["x"] }, { allowed_hosts: ["*.x"] }, []],
    ["allowed_networks", { allowed_networks: ["10.0.0.0/8"] }, { allowed_networks: ["10.1.0.0/16"] }, ["10.1.0.0/16"]],
    ["allowed_networks", { allowed_networks: ["10.1.2.3"] }, { allowed_networks: ["10.0.0.0/8"] }, ["10.1.2.3"]],
    ["allowed_networks", { allowed_networks: ["10.0.0.0/8"] }, { allowed_networks: ["11.0.0.0/8"] }, []],
    [
      "allowed_networks",
      { allowed_networks: ["::/0"] },
      { allowed_networks: ["fe80::/10", "::1.2.3.4"] },
      ["fe80::/10", "::1.2.3.4"],
    ],
    ["allowed_networks", { allowed_networks: ["0.0.0.0/0"] }, { allowed_networks: ["::1"] }, []],
    ["keep", { keep: 5 }, { keep: 4 }, 5],
    ["proxy", { proxy: "http://a" }, { proxy: "http://b" }, "http://b"],
    ["mirrors", { mirrors: ["http://a/"] }, { mirrors: ["http://b/"] }, ["http://b/"]],
    ["trial", { trial: { starts: 2 } }, { trial: { starts: 1, window_s: 90 } }, { starts: 2, windowMs: 90_000 }],
  ])("%s of %j and %j", (key, repo, machine, value) => {
    const field = key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const policy = merged(repo, machine) as unknown as Record<string, { value: unknown }>;
    expect(policy[field]?.value).toEqual(value);
  });

  test("what either excludes is excluded, what either verifies is verified, and both windows hold", () => {
    const policy = merged(
      { exclude: ["a"], verify: ["one"], windows: [{ days: ["mon"] }] },
      { exclude: ["b"], verify: ["two"], windows: [{ days: ["tue"] }] },
    );
    expect(policy.exclude.value.map(({ name, source }) => [name, source.where])).toEqual([
      ["a", "repo"],
      ["b", "machine"],
    ]);
    expect(policy.verify.value.map(({ run }) => run)).toEqual(["one", "two"]);
    expect(policy.windows.value).toHaveLength(2);
    expect(policy.windows.sources.map(({ where }) => where)).toEqual(["repo", "machine"]);
  });

  test("a package has the longest cool-down of both places, its own entry in each before the general one", () => {
    const policy = merged(
      { exclude_newer: 3, exclude_newer_package: { foo: 0, bar: 20 } },
      { exclude_newer: 7, exclude_newer_package: { baz: 1 } },
    );
    const days = ["foo", "bar", "baz", "other"].map((name) => coolDownOf(policy, name) / DAY);
    expect(days).toEqual([7, 20, 3, 7]);
  });
});

describe("what is refused", () => {
  test.each([
    ["[upgrade]\nmax_minors = '3.12'", 2, "unknown key `upgrade.max_minors`; did you mean `max_minor`?"],
    ["[upgrade]\nwindows = [{ day = ['mon'] }]", 2, "unknown key `upgrade.windows[0].day`; did you mean `days`?"],
    ["[[upgrade.verify]]\nrun = 'x'\nlimit = 2", 1, "unknown key `upgrade.verify[0].limit`; did you mean `limit_s`?"],
    ["[upgrade.trial]\nstart = 1", 2, "unknown key `upgrade.trial.start`; did you mean `starts`?"],
  ])("unknown key: %j", async (text, line, message) => {
    const file = write("prime.toml", text);
    const error = await failure(load());
    expect([error.id, error.message]).toEqual(["config-unknown-key", `could not use ${file}:${line}: ${message}`]);
  });

  test.each([
    ["max_minor = 3.13", '`upgrade.max_minor` must be a minor version in quotes, e.g. "3.13", found the number 3.13'],
    ["python = 'new'", '`upgrade.python` must be a range of versions, e.g. "<3.14", found "new"'],
    [
      "exclude = ['foo 3.2.1']",
      '`upgrade.exclude[0]` must be a name and versions (PEP 440), e.g. "foo ==3.2.1", found "foo 3.2.1"',
    ],
    [
      "exclude = ['foo[x] ==1']",
      '`upgrade.exclude[0]` must be a name and versions (PEP 440), e.g. "foo ==3.2.1", found "foo[x] ==1"',
    ],
    ["exclude_newer = -1", "`upgrade.exclude_newer` must be a number of days, from 0 to 3650, found the number -1"],
    ["exclude_newer = '7 days'", '`upgrade.exclude_newer` must be a number of days, from 0 to 3650, found "7 days"'],
    [
      "allowed_networks = ['10.0.0.0/33']",
      '`upgrade.allowed_networks[0]` must be a network, e.g. "10.0.0.0/8", found "10.0.0.0/33"',
    ],
    [
      "allowed_hosts = ['http://a']",
      '`upgrade.allowed_hosts[0]` must be the name or address of a host, or `*.` and a domain, found "http://a"',
    ],
    [
      "proxy = 'user:secret@host'",
      '`upgrade.proxy` must be the address of a proxy, e.g. "http://proxy:3128", found "****@host"',
    ],
    ["windows = [{ days = ['tues'] }]", "`upgrade.windows[0].days[0]` must be "],
    [
      "windows = [{ from = '2:00' }]",
      '`upgrade.windows[0].from` must be a time in quotes, from "00:00" to "24:00", found "2:00"',
    ],
    [
      "windows = [{ zone = 'Mars/Base' }]",
      '`upgrade.windows[0].zone` must be a time zone that is known here, e.g. "Europe/Berlin", found "Mars/Base"',
    ],
    [
      "windows = [{ from = '03:00', to = '03:00' }]",
      "`upgrade.windows[0]` must be a window that does not end when it begins",
    ],
    ["keep = 1", "`upgrade.keep` must be a whole number from 2 to 1000, found the number 1"],
    ["verify = [{ limit_s = 1 }]", "`upgrade.verify[0]` must be "],
  ])("value: %s", async (line, message) => {
    write("prime.toml", `[upgrade]\n${line}\n`);
    const error = await failure(load());
    expect(error.id).toBe("config-value");
    expect(error.message).toContain(`prime.toml:2: ${message}`);
  });

  test("a window's schema takes what the papers show", () => {
    expect(is(WINDOW_SCHEMA, { days: ["tue"], from: "02:00", to: "03:00", zone: "Europe/Berlin" })).toBe(true);
  });
});

test("the repo's policy carries its file and key", async () => {
  const file = write("pyproject.toml", "[tool.prime.upgrade]\nmax_minor = '3.12'\n");
  const { config } = await load();
  expect(config.root).toBe(root);
  const { maxMinor } = await loadPolicy(config, EXIT_POLICY);
  expect(maxMinor).toEqual({
    value: "3.12",
    sources: [{ kind: "file", where: file, key: "tool.prime.upgrade.max_minor" }],
  });
});
