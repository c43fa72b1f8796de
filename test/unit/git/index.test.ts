import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { trackedBy } from "../../../src/git/index.ts";

function place(): { top: string; git: (...args: string[]) => void; write: (name: string) => void } {
  const top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-index-")));
  onTestFinished(() => fs.rmSync(top, { recursive: true, force: true }));
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: string[]) => void execFileSync("git", args, { cwd: top, env });
  const write = (name: string) => {
    fs.mkdirSync(path.dirname(path.join(top, name)), { recursive: true });
    fs.writeFileSync(path.join(top, name), "");
  };
  return { top, git, write };
}

const NEAR = [".pri", ".primer", ".prime0", ".prim/e", ".prime-x/y", "a/.prime", "z", ".gitignore"];

describe.each([
  ["sha1", 2],
  ["sha1", 3],
  ["sha1", 4],
  ["sha256", 2],
  ["sha256", 4],
] as const)("an index of %s, version %i", (format, version) => {
  it("tells a folder that is tracked from names like it", () => {
    const { top, git, write } = place();
    git("init", "--quiet", `--object-format=${format}`);
    git("config", "index.version", String(version));
    for (const name of NEAR) write(name);
    git("add", "--all");
    if (version === 3) {
      git("update-index", "--skip-worktree", "z"); // which only version 3 can tell
    }
    const index = path.join(top, ".git/index");
    expect(fs.readFileSync(index).readUInt32BE(4)).toBe(version);
    expect(trackedBy(path.join(top, ".prime"))).toBeUndefined();
    expect(trackedBy(path.join(top, "a/.prime"))).toBe(index);
    write(".prime/generations/x/y");
    git("add", "--all");
    expect(trackedBy(path.join(top, ".prime"))).toBe(index);
    git("rm", "-r", "--quiet", "--cached", ".prime");
    expect(trackedBy(path.join(top, ".prime"))).toBeUndefined();
    fs.rmSync(path.join(top, ".prime"), { recursive: true });
    fs.symlinkSync("..", path.join(top, ".prime"));
    git("add", "--all");
    expect(trackedBy(path.join(top, ".prime"))).toBe(index);
  });
});

it.each([
  ["is torn", (index: string) => fs.truncateSync(index, 40)],
  ["is no index", (index: string) => fs.writeFileSync(index, "x".repeat(1000))],
  [
    "tells of more than there is",
    (index: string) => fs.writeFileSync(index, Buffer.from("DIRC\0\0\0\x04\xff\xff\xff\xff", "latin1")),
  ],
  [
    "is a FIFO",
    (index: string) => {
      fs.rmSync(index);
      execFileSync("mkfifo", [index]);
    },
  ],
])("an index that %s tells nothing", (_, spoil) => {
  const { top, git, write } = place();
  git("init", "--quiet");
  write(".prime/x");
  git("add", "--all");
  spoil(path.join(top, ".git/index"));
  expect(trackedBy(path.join(top, ".prime"))).toBeUndefined();
});
