import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "../../../build/program.ts";
import { goodPython } from "../../support/machine.ts";
import type { Ended, Sandbox } from "../../support/sandbox.ts";
import { UV_CACHE } from "../../support/seed.ts";
import { SETUPS, type Setup } from "./setups.ts";

/*
 * Wrong set-ups and what prime says. `npm run errors` writes docs/errors.md from the real messages.
 */
const PAPER = path.join(ROOT, "docs/errors.md");
const writes = process.env.PRIME_WRITE_ERRORS === "1";
const told = new Map<Setup, string>();

/** The message without what differs from one machine or run to the next. */
function shown({ stderr }: Ended, box: Sandbox): string {
  return stderr
    .replaceAll(fs.realpathSync(box.root), "/repo")
    .replaceAll(box.root, "/repo")
    .replaceAll(box.base, "")
    .replaceAll(UV_CACHE, "~/.cache/uv")
    .replaceAll(path.dirname(path.dirname(goodPython())), "/usr")
    .replace(/127\.0\.0\.1(?::\d{2,5})?/g, "index.example")
    .replace(/\/prime-index-\w+(?=\/)/g, "")
    .replace(/\/work-[0-9a-f-]+(?:\.\w+)+(?=\/)/g, "/work-…")
    .replace(/\/tmp\/tmp[\w.-]+/g, "…")
    .replace(/\.tmp-?\w+/g, "…")
    .replace(/[ \t]+$/gm, "")
    .replace(/process \d+ on \S+/g, "process 4711 on host")
    .replace(/\d{4}-\d\d-\d\dT[\d-]+Z-\d+\.log/g, "….log")
    .trimEnd();
}

describe("a set-up that is wrong:", () => {
  it.for(SETUPS)("$what", async (setup, { skip }) => {
    const ended = await setup.start();
    if (ended === undefined) return skip("this machine can't be set up so: it has no small disks");
    const text = shown(ended, ended.box);
    told.set(setup, text);
    for (const part of setup.says) expect(text).toMatch(part);
    if (ended.code !== 0 && ended.signal === null) {
      expect(text).toMatch(/^prime: error: .+$/m);
      expect(text).toMatch(/^ {2}next: .+$/m);
      expect(text).toMatch(/^ {2}id: [a-z-]+$/m);
    }
    expect(text).not.toMatch(/\bundefined\b|\bat .*prime:\d+:\d+|^\s+at /m);
  });
});

afterAll(() => {
  if (!writes) return;
  const parts = SETUPS.map(
    (setup) => `## ${setup.what}\n\n\`\`\`console\n$ ${setup.typed}\n${told.get(setup) ?? ""}\n\`\`\`\n`,
  );
  fs.writeFileSync(PAPER, `${HEAD}\n${parts.join("\n")}`);
});

const HEAD = `# What prime says when something is wrong

Each message says what was being done, to what, why it failed and what to do next; its \`id\` stays the same from release to release. These are real ones, of
twenty wrong set-ups: \`npm run errors\` makes this page, and the tests make each of them again.
`;

it("the paper has each of them", () => {
  const paper = fs.readFileSync(PAPER, "utf8");
  if (!writes)
    for (const { what, typed } of SETUPS) expect(paper).toContain(`## ${what}\n\n\`\`\`console\n$ ${typed}\n`);
});
