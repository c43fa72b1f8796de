import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { App } from "../../../src/apps/app.ts";
import { readCheck, writeCheck } from "../../../src/apps/state.ts";

it("what a check came to is kept, however long the words of others in it are", () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "prime-state-"));
  onTestFinished(() => fs.rmSync(home, { recursive: true }));
  const check = { ...readCheck({ home }), outcome: "failed", failures: 3, message: "x".repeat(500_000) } as const;
  writeCheck({ home } as App, check);
  expect(readCheck({ home })).toMatchObject({
    failures: 3,
    message: expect.stringMatching(/^x+… \(\d+ characters more\)$/),
  });
});
