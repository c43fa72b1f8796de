import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../build/program.ts";
import { APPS } from "../../fault/operations/app-faults.ts";
import { CHANNELS } from "../../fault/operations/channel-faults.ts";
import { NETWORK } from "../../fault/operations/network.ts";
import { SOURCES } from "../../fault/operations/source-faults.ts";
import { upgradeFaults } from "../../fault/operations/upgrade-faults.ts";

test("docs/reliability.md has the faults of upgrades, apps, the network, channels and sources, each with a test that is there", () => {
  const page = fs.readFileSync(path.join(ROOT, "docs/reliability.md"), "utf8");
  for (const part of [upgradeFaults(), APPS, NETWORK, CHANNELS, SOURCES]) expect(page).toContain(part);
  const text = [upgradeFaults(), APPS, NETWORK, CHANNELS, SOURCES].join("\n");
  const tests = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file);
  expect(tests.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([]);
});
