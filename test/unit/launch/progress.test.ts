import { describe, expect, it } from "vitest";
import { shellOfProcess, startOfProcess } from "../../../src/edges/machine.ts";
import { type Progress, readProgress, renderProgress } from "../../../src/launch/progress.ts";

const FACTS = { python: "/usr/bin/python3", how: "the first on PATH", reason: "first start", since: 1_700_000_000_000 };
const here = { root: "/repo", shellPid: 42, shellStart: "1234" };
const progress: Progress = { stage: "python", ...here, facts: FACTS };

describe("PRIME_PROGRESS", () => {
  it("comes back as it was written", async () => {
    expect(await readProgress(renderProgress(progress), here)).toEqual(progress);
  });

  it.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["no JSON", "forged"],
    ["null", "null"],
    ["a number", "1"],
    ["another root", renderProgress({ ...progress, root: "/other" })],
    ["another shell", renderProgress({ ...progress, shellPid: 43 })],
    ["a shell of the same number, started at another time", renderProgress({ ...progress, shellStart: "1" })],
    ["an unknown stage", JSON.stringify({ ...progress, stage: "rm" })],
    ["no facts", JSON.stringify({ ...progress, facts: null })],
    ["no selected python", JSON.stringify({ ...progress, facts: { ...FACTS, python: undefined } })],
    ["facts of other types", JSON.stringify({ ...progress, facts: { ...FACTS, since: "now" } })],
    ["a list of facts", JSON.stringify({ ...progress, facts: ["a"] })],
  ])("is ignored when it is %s", async (_, text) => {
    expect(await readProgress(text, here)).toBeUndefined();
  });

  it("has nothing in it that was not asked for", async () => {
    const text = JSON.stringify({ ...progress, more: 1 });
    expect(await readProgress(text, here)).toEqual(progress);
  });
});

describe("a process", () => {
  it("has a start that stays, and another one has another or none", () => {
    expect(startOfProcess(process.pid)).toMatch(/\d/);
    expect(startOfProcess(process.pid)).toBe(startOfProcess(process.pid));
    expect(startOfProcess(2 ** 30)).toBeUndefined();
  });

  it("that is no shell is followed by /bin/sh", () => {
    expect(shellOfProcess(process.pid)).toEqual(["/bin/sh"]);
    expect(shellOfProcess(2 ** 30)).toEqual(["/bin/sh"]);
  });
});
