import { describe, expect, it } from "vitest";
import { nameOf, readBuildList } from "../../../src/provision/python/build-lists.ts";
import { bestOf, platformOf, runsOn, uvPlatformOf } from "../../../src/provision/python/platforms.ts";

const AT = new URL("https://host.example/lists/one.json");
const DIGEST = "ab".repeat(32);
const read = (value: unknown) => readBuildList(JSON.stringify(value), AT);

const entry = (more: object = {}) => ({
  ...{ name: "cpython", arch: { family: "x86_64", variant: null }, os: "linux", libc: "gnu", major: 3, minor: 12 },
  ...{
    patch: 7,
    prerelease: "",
    url: "https://host.example/a.tar.gz",
    sha256: DIGEST,
    variant: null,
    build: "20250101",
  },
  ...more,
});
const small = (more: object = {}) => ({
  platform: "linux-x86_64-gnu",
  url: "a.tar.gz",
  sha256: DIGEST,
  build: "1",
  ...more,
});

describe("a list in uv's form", () => {
  it("is read for the systems that prime runs on, with what it does not know passed over", () => {
    const { builds, warnings } = read({
      a: entry({ later: { than: "this prime" } }),
      b: entry({ os: "windows", libc: "none" }),
      c: entry({ os: "emscripten" }),
      d: entry({ name: "graalpy" }),
      e: entry({ arch: { family: "x86_64", variant: "v3" }, prerelease: "rc1", sha256: null, build: 7 }),
      f: entry({ os: "darwin", libc: "none", arch: { family: "aarch64" }, variant: "freethreaded", build: null }),
    });
    expect(warnings).toEqual([]);
    expect(builds.map(nameOf)).toEqual([
      "cpython-3.12.7-linux-x86_64-gnu (build 20250101)",
      "cpython-3.12.7rc1-linux-x86_64_v3-gnu (build 7)",
      "cpython-3.12.7+freethreaded-macosx-arm64",
    ]);
    expect(builds[1]?.sha256).toBeNull();
  });

  it.each([
    ["a number that is none", { a: entry({ minor: "12" }) }, /`a.minor` does not fit/],
    ["a digest that is none", { a: entry({ sha256: "xyz" }) }, /the sha256 of a is none/],
    ["an address of another kind", { a: entry({ url: "ftp://host.example/a" }) }, /is no address/],
    ["an entry that is none", { a: [] }, /does not fit/],
  ])("%s: refused by its place", (_, value, message) => {
    expect(() => read(value)).toThrow(message);
  });
});

describe("a list in prime's form", () => {
  it("has addresses that are relative to its own", () => {
    const { builds } = read({
      releases: { "3.9.1": [small()], "3.10.1": [small({ url: "https://b.example/x.tar.gz" })] },
    });
    expect(builds.map(({ url }) => url)).toEqual(["https://host.example/lists/a.tar.gz", "https://b.example/x.tar.gz"]);
    expect(builds[0]).toMatchObject({ implementation: "cpython", version: "3.9.1", variant: null, build: "1" });
  });

  it.each([
    ["a version that is none", { releases: { "3.12": [small()] } }],
    ["a key that nobody knows", { releases: { "3.12.1": [small({ sha512: "" })] } }],
    ["a digest that is none", { releases: { "3.12.1": [small({ sha256: "AB".repeat(32) })] } }],
    ["builds that are no list", { releases: { "3.12.1": small() } }],
  ])("%s: refused", (_, value) => {
    expect(() => read(value)).toThrow(
      /could not read the list of interpreters https:\/\/host\.example\/lists\/one\.json/,
    );
  });

  it("takes what is said twice once, and nothing of what contradicts itself", () => {
    const { builds, warnings } = read({
      releases: { "3.12.1": [small(), small()], "3.12.2": [small(), small({ sha256: "cd".repeat(32) })] },
    });
    expect(builds.map(({ version }) => version)).toEqual(["3.12.1"]);
    expect(warnings).toEqual([
      "cpython-3.12.2-linux-x86_64-gnu (build 1) is listed 2 times with different archives: none is taken",
    ]);
  });
});

it.each([
  ["torn", '{"releases": {"3.12.1": [', /it is torn, or no JSON/],
  ["a captive portal's page", "<html>", /it is torn, or no JSON/],
  ["no object", "[]", /it is no JSON object/],
])("a list that is %s is refused", (_, text, message) => {
  expect(() => readBuildList(text, AT)).toThrow(message);
});

describe("platforms", () => {
  it.each([
    "linux-x86_64-gnu",
    "linux-x86_64_v3-musl",
    "linux-aarch64-gnu",
    "linux-armv7l-gnu",
    "macosx-arm64",
    "macosx-x86_64",
  ])("%s is named back and forth", (platform) => {
    expect(platformOf(uvPlatformOf(platform))).toBe(platform);
  });

  it("what is built for newer processors runs where the processor has that level", () => {
    const level = (is: number) => () => is;
    const v3 = { platform: "linux-x86_64_v3-gnu" };
    expect(runsOn(v3, "linux-x86_64-gnu", level(3))).toBe(true);
    expect(runsOn(v3, "linux-x86_64-gnu", level(2))).toBe(false);
    expect(runsOn(v3, "linux-x86_64-musl", level(4))).toBe(false);
    expect(runsOn(v3, "linux-aarch64-gnu", level(4))).toBe(false);
    expect(runsOn({ platform: "linux-x86_64-gnu" }, "linux-x86_64-gnu", level(1))).toBe(true);
  });

  it("the plain build comes first, and none of another C library at all", () => {
    const { builds } = read({
      a: entry({ libc: "musl" }),
      b: entry(),
      c: entry({ arch: { family: "x86_64", variant: "v2" } }),
    });
    expect(bestOf(builds, "linux-x86_64-gnu")?.platform).toBe("linux-x86_64-gnu");
    expect(bestOf(builds, "linux-aarch64-gnu")).toBeUndefined();
  });
});
