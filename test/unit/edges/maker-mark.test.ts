import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { finalNameOf, isAbandoned, makerMark, temporaryName } from "../../../src/edges/files/own/maker-mark.ts";

/** Later than everything, so that age alone would make all abandoned; and earlier, so that nothing would be. */
const [LATER, EARLIER] = [Date.now() + 86_400_000, 0];

function made(name: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-owner-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, name);
  fs.writeFileSync(file, "");
  return file;
}

/** This process's mark with other numbers in some of its parts. */
function mark(change: { pid?: string; place?: string; start?: string } = {}): string {
  const [pid, place, start] = makerMark().split(".");
  return [change.pid ?? pid, change.place ?? place, change.start ?? start].join(".");
}

describe("what carries the mark of its maker", () => {
  it("is left alone while that process runs, however old it is", () => {
    expect(isAbandoned(made(`work-1.${mark()}`), LATER)).toBe(false);
    expect(isAbandoned(temporaryName(made("state.json")), LATER)).toBe(false);
    expect(isAbandoned(made("generation"), LATER, `work-generation.${mark()}`)).toBe(false);
  });

  it("is abandoned at once when the process has ended, or another one has its number", () => {
    expect(isAbandoned(made(`work-1.${mark({ start: "00000000" })}`), EARLIER)).toBe(true);
    expect(isAbandoned(made(`work-1.${mark({ pid: "4194305" })}`), EARLIER)).toBe(true);
  });

  it("goes by its age where its maker was on another machine, in another container, or is not named", () => {
    for (const name of [`work-1.${mark({ place: "00000000" })}`, "work-1", "state.json.7.tmp"]) {
      expect(isAbandoned(made(name), EARLIER), name).toBe(false);
      expect(isAbandoned(made(name), LATER), name).toBe(true);
    }
  });
});

describe("a temporary name", () => {
  it("tells whose place it was to take", () => {
    expect(path.dirname(temporaryName("/a/b"))).toBe("/a");
    for (const name of [".venv", "prime.json", "plan--group=dev", "a.1.tmp"]) {
      expect(finalNameOf(path.basename(temporaryName(name)))).toBe(name);
    }
  });

  it.each([
    "notes.tmp",
    "notes.12.tmp",
    ".venv",
    "x.1.aaaaaaaa.bbbbbbbb.cccccccc",
    ".1.aaaaaaaa.bbbbbbbb.cccccccc.tmp",
  ])("%s is none", (name) => expect(finalNameOf(name)).toBeUndefined());
});
