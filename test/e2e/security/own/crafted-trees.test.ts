import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { listing } from "../../../support/listing.ts";
import { Random } from "../../../support/random.ts";
import { generations, good, repo } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { spoil } from "./crafted-trees.ts";

/** `npm run fuzz` tries them all; a seed after another, so that PRIME_TEST_FUZZ=17 tries one again. */
const WHOLE = 500;
const SAMPLE = 12;
const asked = process.env.PRIME_TEST_FUZZ ?? "";
const seeds = /^\d+$/.test(asked)
  ? [Number(asked)]
  : Array.from({ length: asked === "whole" ? WHOLE : SAMPLE }, (_, seed) => seed);
const AT_ONCE = 10;

const COMMANDS = [
  ["gc"],
  ["gc", "--keep", "0", "--older", "0"],
  [],
  ["run", "true"],
  ["reboot"],
  ["status"],
  ["doctor"],
  ["doctor", "--fix"],
  ["history"],
  ["why"],
  ["rollback"],
  ["rollback", "ID"],
  ["rollback", "--cancel"],
  ["adopt"],
  ["adopt", "ID"],
  ["verify"],
];

/** A user's home with a repo that had three environments, and what a crafted tree could lead to. */
async function place(): Promise<{
  box: Sandbox;
  outside: string;
  restore: () => void;
  others: () => string[];
  ids: string[];
}> {
  const box = repo({ "src/letter": "keep\n" });
  const outside = path.join(box.base, "outside");
  for (const name of [
    "letter",
    "Documents/letter",
    "venv/pyvenv.cfg",
    "venv/bin/python",
    "11111111-22222222/prime.json",
  ]) {
    fs.mkdirSync(path.dirname(path.join(outside, name)), { recursive: true });
    fs.writeFileSync(path.join(outside, name), "keep\n");
  }
  execFileSync("mkfifo", [path.join(outside, "fifo")]);
  for (const name of [".bashrc", ".ssh/id", ".netrc"]) {
    fs.mkdirSync(path.dirname(path.join(box.home, name)), { recursive: true });
    fs.writeFileSync(path.join(box.home, name), "keep\n");
  }
  for (const text of ["", "six==1.16.0\n", "six==1.17.0\n"]) {
    box.file("requirements.txt", text, { mtime: 1_700_000_000 + text.length });
    await good(box);
  }
  const kept = [box.path(".prime"), box.path(".venv"), path.join(box.home, ".local/state/prime")];
  const copies = path.join(box.base, "tmp/copies");
  fs.mkdirSync(copies);
  for (const [index, file] of kept.entries()) execFileSync("cp", ["-a", file, path.join(copies, String(index))]);
  const restore = () => {
    for (const [index, file] of kept.entries()) {
      execFileSync("chmod", ["-R", "u+rwX", path.dirname(file)]);
      fs.rmSync(file, { recursive: true, force: true });
      execFileSync("cp", ["-a", path.join(copies, String(index)), file]);
    }
  };
  const own = [...kept, path.join(box.home, ".cache/prime"), path.join(box.base, "tmp")];
  return { box, outside, restore, others: () => listing(box.base, own), ids: generations(box) };
}

describe("whatever a `.prime` holds", () => {
  const groups = Array.from({ length: Math.ceil(seeds.length / AT_ONCE) }, (_, index) =>
    seeds.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );

  it.each(groups.map((group) => [group[0] as number, group] as const))(
    "nothing outside changes, from seed %i on",
    async (_, group) => {
      const { box, outside, restore, others, ids } = await place();
      for (const seed of group) {
        const random = new Random(seed);
        restore();
        const what = spoil({ random, data: box.path(".prime"), link: box.path(".venv"), outside });
        const before = others();
        for (let left = 3; left > 0; left -= 1) {
          const args = random.of(COMMANDS).map((word) => (word === "ID" ? random.of(ids) : word));
          const { code, stderr } = await box.run(args);
          const told = `seed ${seed} (${what}): ./prime ${args.join(" ")}: ${stderr}`;
          expect(others(), told).toEqual(before);
          expect([code === null, stderr.includes("defect")], told).toEqual([false, false]);
        }
      }
      restore();
    },
  );
});
