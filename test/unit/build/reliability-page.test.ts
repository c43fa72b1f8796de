import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../build/program.ts";
import { upgradeFaults } from "../../fault/upgrade-faults.ts";

test("docs/reliability.md has the faults of upgrades, each with a test that is there", () => {
  const text = upgradeFaults();
  expect(fs.readFileSync(path.join(ROOT, "docs/reliability.md"), "utf8")).toContain(text);
  const tests = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file);
  expect(tests.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([]);
});
