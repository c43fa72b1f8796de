import * as path from "node:path";
import { fetchNode, NODES, nodeBinary, OLD_NODES } from "./nodes.ts";

/**
 * Makes real Nodes available before any test runs. Nothing is built: the tests are about the committed launcher. What
 * cannot be had is told here, and the tests that need it are skipped by name.
 */
export default function setup(): void {
  const versions = [...Object.values(OLD_NODES), ...Object.values(NODES)];
  for (const version of versions) {
    const failure = fetchNode(version);
    if (failure !== undefined) console.warn(`tests with Node ${version} are skipped: ${failure}`);
  }
  const binaries = versions.map(nodeBinary).filter((file) => file !== undefined);
  process.env.PRIME_TEST_NODES ??= binaries.join(path.delimiter);
}
