import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { expect, it } from "vitest";
import { program } from "../../support/machine.ts";
import { generations, good, hashes, repo, shown, uvBeside } from "../../support/repos.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

/** An extension module that does this when it is loaded. */
const source = (act: string) => `#include <stdlib.h>
#include <stdio.h>
void *PyInit_broken(void) { ${act} return NULL; }
`;

it.each([
  ["crashes", "abort();"],
  ["ends the interpreter", "exit(0);"],
])("names the extension module that %s when it is imported, and changes nothing", async (_, act) => {
  const cc = program("cc");
  const index = await packageIndex();
  index.publish("alpha", "1.0");
  const box = repo({
    "broken.c": source(act),
    "pyproject.toml": `[project]
name = "demo"
version = "0.1.0"
requires-python = ">=3.8"
dependencies = ["alpha"]

[[tool.uv.index]]
url = "${index.url}"
default = true
`,
  });
  execFileSync(cc, ["-shared", "-fPIC", "-o", box.path("broken.so"), box.path("broken.c")]);
  await uvBeside(box, ["lock", "--quiet"]);
  fs.utimesSync(box.path("uv.lock"), LONG_AGO, LONG_AGO);
  await good(box);
  index.publishWith("alpha", "1.1", box.path("broken.so"));
  const [before, files] = [shown(box), hashes(box)];
  const { code, stderr } = await box.run(["upgrade"]);
  expect([code, stderr]).toEqual([4, expect.stringContaining("broken")]);
  expect([shown(box), hashes(box), generations(box)]).toEqual([before, files, [before]]);
});
