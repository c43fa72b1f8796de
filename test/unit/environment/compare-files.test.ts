import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Context } from "../../../src/context.ts";
import { compareFiles } from "../../../src/environment/compare-files.ts";

const TERMINAL = { step: () => ({ update: () => {}, done: () => {} }) } as unknown as Context["terminal"];

/** An environment whose packages `a` and `b` each bring `both/x.py`, with a text of its own. */
function sharedBy(texts: { readonly a: string; readonly b: string }, there: string): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "compare-")));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const site = path.join(folder, "lib/python3.12/site-packages");
  for (const [name, text] of Object.entries(texts)) {
    const digest = createHash("sha256").update(text).digest("base64url");
    fs.mkdirSync(path.join(site, `${name}-1.dist-info`), { recursive: true });
    fs.writeFileSync(path.join(site, `${name}-1.dist-info/RECORD`), `both/x.py,sha256=${digest},${text.length}\n`);
  }
  fs.mkdirSync(path.join(site, "both"));
  fs.writeFileSync(path.join(site, "both/x.py"), there);
  return folder;
}

it("of a file that two packages bring, what either of them brought is as RECORD tells", async () => {
  const texts = { a: "one", b: "other" };
  for (const there of Object.values(texts)) {
    expect(await compareFiles({ terminal: TERMINAL }, sharedBy(texts, there))).toMatchObject({
      packages: 2,
      unlike: [],
    });
  }
  const { unlike } = await compareFiles({ terminal: TERMINAL }, sharedBy(texts, "edited"));
  expect(unlike.map(({ name, state }) => [name, state])).toEqual([
    ["a", "edited"],
    ["b", "edited"],
  ]);
});
