import { describe, expect, it } from "vitest";
import type { InterpreterRecord } from "../../../src/environment/manifest/interpreter-record.ts";
import { judgeEnvironment, type SeenNow, type Verdict } from "../../../src/environment/upgraded/verdict.ts";

const RECORD: InterpreterRecord = {
  anchor: "/usr/bin/python3.11",
  anchorKind: "minor",
  realPath: "/usr/bin/python3.11",
  implementation: "cpython",
  version: "3.11.2",
  soabi: "cpython-311-x86_64-linux-gnu",
  platform: "linux-x86_64",
  libc: "gnu",
  stdlib: "/usr/lib/python3.11",
  libpython: null,
  state: "1 1, ",
  distributor: { kind: "dpkg", package: "python3.11-minimal", restore: "sudo apt-get install python3.11" },
};
const EXACT: InterpreterRecord = { ...RECORD, anchorKind: "exact" };

/** The verdict on an environment that stands on `was`, where `is` differs from it by these parts. */
function verdictOf(
  is: Partial<InterpreterRecord> | SeenNow["interpreter"],
  was = RECORD,
  seen: Partial<SeenNow> = {},
): Verdict {
  const { distributor: _, ...record } = was;
  const interpreter = "why" in is ? is : { ...record, ...is };
  return judgeEnvironment(
    { root: "/r", pyvenv: "digest", interpreter: was },
    { root: "/r", pyvenv: "digest", fits: true, ...seen, interpreter: interpreter as SeenNow["interpreter"] },
  );
}

describe("the verdict", () => {
  it("is that nothing happened where all is as it was", () => {
    expect(verdictOf({}).kind).toBe("sound");
    expect(verdictOf({}, EXACT).kind).toBe("sound");
  });

  it.each([
    ["another patch", { version: "3.11.7" }],
    ["another build", { state: "2 2, " }],
    ["another file behind the same path", { realPath: "/opt/3.11.7/bin/python3.11" }],
  ])("is a patch for %s of the same minor and ABI", (_, is) => {
    expect(verdictOf(is)).toMatchObject({ kind: "patch", now: is });
  });

  it.each([
    ["minor", { version: "3.12.1" }],
    ["ABI", { soabi: "cpython-311d-x86_64-linux-gnu" }],
    ["implementation", { implementation: "pypy" }],
    ["C library", { libc: "musl" }],
    ["platform", { platform: "linux-i686" }],
    ["anchor, since this path does not lead to its library", { anchor: "/opt/3.11.7/bin/python3.11" }],
  ])("is another interpreter for another %s", (_, is) => {
    expect(verdictOf(is)).toMatchObject({ kind: "another", now: is });
  });

  it("is another interpreter for another version or file at an exact anchor", () => {
    expect(verdictOf({ version: "3.11.7" }, EXACT).kind).toBe("another");
    expect(verdictOf({ realPath: "/x" }, EXACT).kind).toBe("another");
    expect(verdictOf({ state: "2 2, " }, EXACT).kind).toBe("patch");
  });

  it.each(["gone", "stdlib", "library", "format", "other"] as const)("hands on why there is no answer: %s", (kind) => {
    expect(verdictOf({ kind, why: "so" })).toEqual({ kind, why: "so" });
  });

  it("puts what forbids a start before what only asks for a look", () => {
    const edited = { pyvenv: "other" };
    expect(verdictOf({}, RECORD, edited).kind).toBe("edited");
    expect(verdictOf({ version: "3.11.7" }, RECORD, { ...edited, fits: false }).kind).toBe("unfit");
    expect(verdictOf({ version: "3.12.1" }, RECORD, { ...edited, fits: false }).kind).toBe("another");
    expect(verdictOf({ version: "3.12.1" }, RECORD, { root: "/elsewhere" }).kind).toBe("moved");
    expect(verdictOf({ kind: "gone", why: "" }, RECORD, edited).kind).toBe("gone");
  });
});
