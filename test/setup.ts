import * as fs from "node:fs";
import * as path from "node:path";
import { anyPython, goodPython } from "./fixtures/python.ts";
import { fetchCheckers } from "./support/checkouts/checkers.ts";
import { makeSeed, makeStarted } from "./support/seed.ts";
import { fetchNode, NODES, nodeBinary, OLD_NODES } from "./support/system/nodes.ts";

/**
 * Makes real Nodes, a cache with the pinned uv and the checkers of other repos available before any test runs. Nothing is built: the tests are
 * about the committed launcher. What cannot be had is told here; the tests that need a Node are then skipped by name.
 */
export default function setup(): void {
  const versions = [...Object.values(OLD_NODES), ...Object.values(NODES)];
  for (const version of versions) {
    const failure = fetchNode(version);
    if (failure !== undefined) console.warn(`tests with Node ${version} are skipped: ${failure}`);
  }
  const binaries = versions.map(nodeBinary).filter((file) => file !== undefined);
  process.env.PRIME_TEST_NODES ??= binaries.join(path.delimiter);

  const launcher = path.join(import.meta.dirname, "../prime");
  const failure = fs.existsSync(launcher) ? makeSeed(launcher, anyPython()) : "prime is not built";
  if (failure !== undefined) console.warn(`the tests' own cache has no uv: ${failure}`);
  const slow = failure ?? makeStarted(launcher, goodPython() ?? anyPython());
  if (slow !== undefined) console.warn(`every first start of a test compiles the launcher anew: ${slow}`);

  const missing = fetchCheckers(anyPython());
  if (missing !== undefined) console.warn(`tests of what repos run on committed files are skipped: ${missing}`);
}
