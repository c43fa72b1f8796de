import * as fs from "node:fs";
import { good, repo, uvBeside } from "../repos.ts";
import { LONG_AGO, type Sandbox } from "../sandbox.ts";
import { type PackageIndex, packageIndex } from "../servers/index-server.ts";

/** A repo whose dependencies come from one index, locked as the index is now, and built by that lock. */
export async function locked(
  index: PackageIndex,
  dependencies: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Sandbox> {
  const box = repo({
    "pyproject.toml": `[project]
name = "demo"
version = "0.1.0"
requires-python = ">=3.8"
dependencies = ${JSON.stringify(dependencies)}

[[tool.uv.index]]
url = "${index.url}"
default = true
`,
    ...files,
  });
  await uvBeside(box, ["lock", "--quiet"]);
  fs.utimesSync(box.path("uv.lock"), LONG_AGO, LONG_AGO);
  await good(box);
  return box;
}

/** A repo with a uv.lock of one release, of which there is a newer one by now: its environment is built. */
export async function outdated(files: Readonly<Record<string, string>> = {}, at?: PackageIndex): Promise<Sandbox> {
  const index = at ?? (await packageIndex());
  index.publish("alpha", "1.0");
  index.publish("beta", "1.0");
  const box = await locked(index, ["alpha>=1", "beta>=1"], files);
  index.publish("alpha", "1.1");
  return box;
}
