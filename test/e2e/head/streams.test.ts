import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { anyPython } from "../../fixtures/python.ts";
import { edit, installed, repo } from "../../support/repos.ts";
import { NODES, nodeBinary } from "../../support/system/nodes.ts";

/** Standard streams that take nothing, as the end of a line of sh. */
const REDIRECTED: readonly string[] = [
  ">/dev/full",
  "2>/dev/full",
  ">/dev/full 2>/dev/full",
  "<&-",
  ">&-",
  "2>&-",
  ">&- 2>&-",
  "<&- >&- 2>&-",
];

/** Starts a command on a terminal that has gone away: each write gives EIO. */
const GONE = `
import os, pty, subprocess, sys
master, slave = pty.openpty()
process = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=slave)
os.close(master)
os.close(slave)
sys.exit(process.wait())
`;

const BINARIES = ["18", "24"].flatMap((name) => {
  const file = nodeBinary(NODES[name] ?? "");
  return file === undefined ? [] : [{ name, node: file }];
});

describe.each(BINARIES)("streams that take nothing stop no start, under Node $name", ({ node }) => {
  const words = ["run", "sh", "-c", "echo said; echo said >&2; echo done >did"];

  it.each(REDIRECTED)("%s", (redirected) => {
    const box = repo({ "requirements.txt": "six\n" });
    const start = () => {
      fs.rmSync(box.path("did"), { force: true });
      const { status, signal } = spawnSync("sh", ["-c", `exec "$@" ${redirected}`, "sh", box.launcher, ...words], {
        cwd: box.root,
        env: box.envOf({ node }),
      });
      return [status, signal, fs.existsSync(box.path("did"))];
    };
    expect(start()).toEqual([0, null, true]);
    expect(installed(box)).toHaveProperty("six");
    expect(start()).toEqual([0, null, true]);
    edit(box, "requirements.txt", "six\niniconfig\n");
    expect(start()).toEqual([0, null, true]);
    expect(installed(box)).toHaveProperty("iniconfig");
  });

  it("a terminal that went away", () => {
    const box = repo({ "requirements.txt": "six\n" });
    for (const _ of ["cold", "warm"]) {
      fs.rmSync(box.path("did"), { force: true });
      const { status, signal } = spawnSync(anyPython(), ["-c", GONE, box.launcher, ...words], {
        cwd: box.root,
        env: box.envOf({ node }),
      });
      expect([status, signal, fs.existsSync(box.path("did"))]).toEqual([0, null, true]);
    }
    expect(installed(box)).toHaveProperty("six");
  });
});
