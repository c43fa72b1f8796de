import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type FileFacts, facts } from "../../../src/edges/files/read.ts";
import type { Input } from "../../../src/inputs/input.ts";
import { contentsOf, type Observation, observe } from "../../../src/inputs/observation.ts";
import { flagKey } from "../../../src/plan/place.ts";
import {
  compareWithRecord,
  knownContents,
  type LaunchRecord,
  newRecord,
  readRecord,
  writeRecord,
} from "../../../src/plan/record.ts";
import { backdate, temporaryFolder } from "../../support/launchers.ts";

let root: string;
const at = (name: string): string => path.join(root, name);
const file = (name: string): Input => ({ kind: "file", path: at(name) });

beforeEach(() => {
  root = temporaryFolder();
  for (const name of ["a", "b"]) {
    fs.writeFileSync(at(name), name);
    backdate(at(name));
  }
  fs.mkdirSync(at("folder"));
});

function observed(inputs: readonly Input[], before?: Observation, since?: number): Observation {
  const start = before ?? { stamps: at("stamps-1"), observed: [] };
  return observe(inputs, start, since === undefined ? {} : { since });
}

function recordOf(
  observation: Observation,
  variables: LaunchRecord["variables"] = {},
  writtenAt = Date.now(),
): LaunchRecord {
  return newRecord({
    launcher: at("prime"),
    root,
    flagKey: "",
    activation: { generation: at("generation"), prompt: "x", variables: {}, hidden: [] },
    bootsCold: false,
    tasks: { own: [], elsewhere: [] },
    readyLine: "ready",
    freshness: "mtime",
    variables,
    observed: observation.observed,
    stamps: "stamps-1",
    writtenAt,
  });
}

describe("observing", () => {
  it("takes an input that is named again anew, in its old place", () => {
    const first = observed([file("a"), file("b")]);
    fs.writeFileSync(at("a"), "other");
    backdate(at("a"), 1_600_000_000);
    const second = observed([file("a"), file("folder/new")], first);
    expect(second.observed.map((one) => one.input)).toEqual([file("a"), file("b"), file("folder/new")]);
    expect(second.observed[0]?.contents).toBe(contentsOf(file("a")));
    expect(second.observed[2]).toEqual({ input: file("folder/new") });
  });

  it("pins a link by what it leads to", () => {
    fs.symlinkSync("a", at("link"));
    expect(observed([file("link")]).observed.map((one) => one.input)).toEqual([
      file("link"),
      { kind: "same", path: at("link"), target: at("a") },
    ]);
  });

  it("does not vouch for what was changed after this start began", () => {
    const [before, after] = [Date.now() + 60_000, Date.now() - 60_000];
    expect(observed([file("a")], undefined, before).observed[0]?.contents).toBe(contentsOf(file("a")));
    expect(observed([file("a")], undefined, after).observed[0]?.contents).toBeUndefined();
  });
});

describe("comparing with a record", () => {
  const all = (): Input[] => [
    file("a"),
    { kind: "listing", path: at("folder") },
    { kind: "absent", path: at("absent") },
    { kind: "no-file", path: at("no-file") },
    { kind: "present", path: at("b") },
    { kind: "same", path: at("a"), target: at("a") },
  ];
  const compared = (change: () => void) => {
    const record = recordOf(observed(all()));
    change();
    return compareWithRecord(record, {});
  };

  it("finds nothing where nothing is", () => {
    expect(compared(() => {})).toEqual({ same: true, changes: [], touched: [] });
  });

  it("tells a touch from an edit", () => {
    expect(compared(() => fs.utimesSync(at("a"), 1, 1))).toEqual({
      same: true,
      changes: [],
      touched: [{ path: at("a"), what: "touched, contents the same" }],
    });
    expect(compared(() => fs.writeFileSync(at("a"), "A"))).toEqual({
      same: false,
      changes: [{ path: at("a"), what: "has other contents" }],
      touched: [],
    });
  });

  it.each<[string, string, (root: string) => void]>([
    ["a", "is gone", (r) => fs.rmSync(path.join(r, "a"))],
    ["folder", "holds other names", (r) => fs.writeFileSync(path.join(r, "folder/x"), "")],
    ["absent", "has appeared", (r) => fs.symlinkSync("nowhere", path.join(r, "absent"))],
    ["no-file", "has appeared", (r) => fs.writeFileSync(path.join(r, "no-file"), "")],
    ["b", "is gone", (r) => fs.rmSync(path.join(r, "b"))],
  ])("says that %s %s", (name, what, change) => {
    expect(compared(() => change(root)).changes).toContainEqual({ path: at(name), what });
  });

  it("says which variable differs, and not set is not empty", () => {
    const record = recordOf(observed([]), { CI: null, PRIME_LOCK: "check" });
    expect(compareWithRecord(record, { PRIME_LOCK: "check" }).same).toBe(true);
    expect(compareWithRecord(record, { CI: "" }).changes).toEqual([
      { path: "$CI", what: 'not set before, "" now' },
      { path: "$PRIME_LOCK", what: '"check" before, not set now' },
    ]);
  });

  it("believes equal facts only where an edit would have left others", () => {
    const observation = observed([file("a")]);
    const lie = observation.observed.map((one) => ({ ...one, contents: "those of another file" }));
    const at = (writtenAt: number) => compareWithRecord(recordOf({ ...observation, observed: lie }, {}, writtenAt), {});
    expect(at(Date.now() + 60_000).same).toBe(true);
    expect(at(Date.now()).same).toBe(false);
  });

  it("proves the contents of what kept its facts, and of nothing else", () => {
    const record = recordOf(observed([file("a"), file("b")]), {}, Date.now() + 10_000);
    const young = recordOf(observed([file("a")]));
    const now = (name: string): FileFacts => facts(at(name)) as FileFacts;
    fs.writeFileSync(at("b"), "c");
    backdate(at("b"));
    expect(knownContents(record)(file("a"), now("a"))).toBe(contentsOf(file("a")));
    expect(knownContents(record)(file("b"), now("b"))).toBeUndefined();
    expect(knownContents(record)({ kind: "listing", path: at("a") }, now("a"))).toBeUndefined();
    expect(knownContents(young)(file("a"), now("a"))).toBeUndefined();
  });

  it("takes what was not vouched for as changed", () => {
    const record = recordOf(observed([file("a")], undefined, 0));
    expect(compareWithRecord(record, {}).changes).toEqual([
      { path: at("a"), what: "was changed while the environment was made" },
    ]);
  });
});

describe("a record", () => {
  it("comes back as it was written", () => {
    const record = recordOf(observed([file("a")]), { CI: null });
    writeRecord(at("record.json"), record, 0o600);
    expect(readRecord(at("record.json"))).toEqual(record);
  });

  it.each(["", "{", "null", '{"form":0}'])("is none when it holds %j", (text) => {
    fs.writeFileSync(at("record.json"), text);
    expect(readRecord(at("record.json"))).toBeUndefined();
    expect(readRecord(at("missing.json"))).toBeUndefined();
  });
});

describe("the key of a plan", () => {
  it("is made of the flags in their order", () => {
    const flags = [
      { name: "group", value: "test" },
      { name: "extra", value: "a.b-c_d" },
    ] as const;
    expect(flagKey(flags)).toBe("--group=test--extra=a.b-c_d");
    expect(flagKey([])).toBe("");
  });

  it.each(["", "a/b", "a--b", "a b", "..\n", "é", "a".repeat(300)])("does not take %j", (value) => {
    expect(flagKey([{ name: "group", value }])).toBeUndefined();
  });
});
