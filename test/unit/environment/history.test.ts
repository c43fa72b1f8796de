import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { foldersOf } from "../../../src/environment/folders.ts";
import { type HistoryEntry, readHistory, recordHistory } from "../../../src/environment/history.ts";

it("tells of every patch below one generation, and of each once", () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "history-"));
  onTestFinished(() => fs.rmSync(root, { recursive: true }));
  const folders = foldersOf(root, root);
  const patch = (change: string): HistoryEntry => ({
    at: 1,
    what: "patch",
    why: "",
    flags: "",
    from: "a",
    to: "a",
    changes: [change],
  });
  for (const change of ["3.11.1 -> 3.11.2", "3.11.1 -> 3.11.2", "3.11.2 -> 3.11.3"])
    recordHistory(folders, patch(change));
  expect(readHistory(folders).flatMap(({ changes }) => changes)).toEqual(["3.11.1 -> 3.11.2", "3.11.2 -> 3.11.3"]);
});
