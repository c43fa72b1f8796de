import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import type { Input } from "../../../src/inputs/input.ts";
import { isChangedSince } from "../../../src/inputs/observation.ts";
import { temporaryFolder } from "../../support/launchers.ts";

it("sees what has been written, put in place by a rename, made, or taken away, whatever its mtime says", () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "file");
  const none = path.join(folder, "none");
  fs.writeFileSync(file, "1");
  const kept: Input = { kind: "file", path: file };
  const inner: Input = { kind: "listing", path: folder };
  const missing: Input = { kind: "absent", path: none };
  const later = Math.floor(Number(fs.statSync(file, { bigint: true }).ctimeNs / 1_000_000n)) + 1;
  expect(isChangedSince([kept, inner, missing], later + 60_000)).toBe(false);
  fs.utimesSync(file, 1, 1);
  expect(isChangedSince([kept], later - 1)).toBe(true);
  fs.writeFileSync(none, "");
  expect(isChangedSince([missing], later + 60_000)).toBe(true);
  expect(isChangedSince([inner], later - 1)).toBe(true);
  fs.rmSync(file);
  expect(isChangedSince([kept], later + 60_000)).toBe(true);
});
