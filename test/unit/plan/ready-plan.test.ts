import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it, vi } from "vitest";
import { planFile, recordFile } from "../../../src/plan/place.ts";
import { removeStamps, stampsOf } from "../../../src/plan/ready-plan.ts";
import { Launcher } from "../../support/launchers.ts";

const repo = new Launcher();
const place = { state: path.join(repo.home, ".local/state/prime"), launcher: repo.file, flagKey: "" };

/** What another start that ends now takes for the stamps of the last plan. */
function takeLast(): void {
  const last = stampsOf(place);
  if (last !== undefined) removeStamps(last);
}

const isTaken = vi.hoisted(() => ({ once: false }));
/** Whether gc comes at the next stamp: no record names them yet. */
const gc = vi.hoisted(() => ({ comes: false }));
vi.mock("../../../src/plan/record.ts", async (original) => {
  const real = await original<typeof import("../../../src/plan/record.ts")>();
  const writeRecord: typeof real.writeRecord = (...args) => {
    real.writeRecord(...args);
    if (!isTaken.once) takeLast();
    isTaken.once = true;
  };
  return { ...real, writeRecord };
});
vi.mock("../../../src/edges/files/stamp.ts", async (original) => {
  const real = await original<typeof import("../../../src/edges/files/stamp.ts")>();
  const makeStamp: typeof real.makeStamp = (...args) => {
    takeLast();
    if (gc.comes) fs.rmSync(path.dirname(args[0]), { recursive: true });
    gc.comes = false;
    return real.makeStamp(...args);
  };
  return { ...real, makeStamp };
});

it("stamps that other starts take for the last ones are made once more, by a name that no record has", () => {
  const file = repo.write("requirements.txt", "six\n");
  expect(repo.ready([{ kind: "file", path: file }])).toBeUndefined();
  expect(isTaken.once).toBe(true);
  const stamps = path.basename(stampsOf(place) ?? "");
  const names = fs.readdirSync(path.dirname(recordFile(place)));
  expect(names.filter((name) => name.startsWith("stamps-") && !name.startsWith(stamps))).toEqual([]);
  expect(fs.readFileSync(planFile(place), "utf8")).toContain(stamps);
});

it("stamps that gc removes while they are made are made once more", () => {
  const file = repo.write("requirements.txt", "pluggy\n");
  gc.comes = true;
  expect(repo.ready([{ kind: "file", path: file }])).toBeUndefined();
  expect(gc.comes).toBe(false);
  expect(fs.readFileSync(planFile(place), "utf8")).toContain(path.basename(stampsOf(place) ?? "none"));
});
