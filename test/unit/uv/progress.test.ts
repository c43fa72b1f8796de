import { expect, test } from "vitest";
import { countProgress, stillRunning, type Tally } from "../../../src/uv/progress.ts";

test("downloads and builds are counted from uv's own lines", () => {
  const lines = [
    "Resolved 10 packages in 50ms",
    "   Building a @ file:///a",
    "Downloading b (1.2MiB)",
    " Downloaded b",
    "      Built a",
  ];
  const seen: (Tally | undefined)[] = [];
  lines.reduce<Tally | undefined>((tally, line) => {
    const next = countProgress(tally, line);
    seen.push(next);
    return next;
  }, undefined);
  expect(seen).toEqual([
    undefined,
    { done: 0, total: 1 },
    { done: 0, total: 2 },
    { done: 1, total: 2 },
    { done: 2, total: 2 },
  ]);
});

test("an end without a beginning counts for nothing", () => {
  expect(countProgress({ done: 1, total: 1 }, " Downloaded x")).toEqual({ done: 1, total: 1 });
  expect(countProgress(undefined, "Installed 10 packages in 11ms")).toBeUndefined();
});

test("what has begun and not ended is what is waited for", () => {
  const begun = ["   Building a==1", "Downloading b (1.2MiB)", "Prepared 1 package"].reduce(stillRunning, []);
  expect(begun).toEqual(["   Building a==1", "Downloading b (1.2MiB)"]);
  expect(stillRunning(begun, " Downloaded b")).toEqual(["   Building a==1"]);
  expect([" Downloaded b", "      Built a==1"].reduce(stillRunning, begun)).toEqual([]);
});
