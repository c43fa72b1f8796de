import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NO_LOCK, type PrimeLock, primeLockText } from "../../../src/config/lock/prime-lock.ts";
import { readPrimeLock } from "../../../src/config/lock/read.ts";
import { InputCollector } from "../../../src/inputs/collector.ts";

let root: string;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-lock-")));
});

afterEach(() => fs.rmSync(root, { recursive: true }));

const build = (platform: string, variant: string | null = null) => ({
  implementation: "cpython",
  version: "3.14.0rc1",
  platform,
  variant,
  build: "20260814",
  url: `https://host.example/${platform}.tar.gz`,
  sha256: "ab".repeat(32),
});

const LOCK: PrimeLock = {
  python: {
    implementation: "cpython",
    version: "3.14.0rc1",
    builds: [build("linux-x86_64-gnu"), build("linux-aarch64-gnu", "freethreaded")],
  },
  pins: [
    { name: "zope-interface", version: "7.0", until: null, reason: null },
    { name: "aaa", version: "1!2.0+local", until: "2026-12-31", reason: 'waits for "bbb" \\ ü' },
  ],
};

async function read(text: string | undefined) {
  if (text !== undefined) fs.writeFileSync(path.join(root, "prime.lock"), text);
  const files = new InputCollector();
  return { lock: await readPrimeLock(root, files), inputs: files.list() };
}

describe("prime.lock", () => {
  test("what is written is what is read, in an order of its own", async () => {
    const { lock, inputs } = await read(primeLockText(LOCK));
    expect(lock.python?.builds.map(({ platform }) => platform)).toEqual(["linux-aarch64-gnu", "linux-x86_64-gnu"]);
    expect(lock.pins.map(({ name }) => name)).toEqual(["aaa", "zope-interface"]);
    expect(primeLockText(lock)).toBe(primeLockText(LOCK));
    expect(lock.python?.builds[0]).toEqual(LOCK.python?.builds[1]);
    expect(lock.pins[0]).toEqual(LOCK.pins[1]);
    expect(inputs).toEqual([{ kind: "file", path: path.join(root, "prime.lock") }]);
  });

  test("its absence is an input, and nothing to keep is no text", async () => {
    const { lock, inputs } = await read(undefined);
    expect(lock).toEqual(NO_LOCK);
    expect(inputs).toEqual([{ kind: "absent", path: path.join(root, "prime.lock") }]);
    expect(primeLockText(NO_LOCK)).toBe("");
  });

  test.each([
    ["torn", "version = 1\n[python\n", /could not read .*prime\.lock:2/],
    ["of a newer prime", "version = 2\n", /prime\.lock:1: a newer prime wrote it, in form 2/],
    ["in conflict", "<<<<<<< HEAD\nversion = 1\n=======\n>>>>>>> other\n", /prime\.lock/],
    ["without a form", "", /`version` is missing/],
    ["with a key that nobody knows", "version = 1\nfoo = 1\n", /prime\.lock:2: unknown key `foo`/],
    ["without a digest", primeLockText(LOCK).replace(/^sha256.*\n/m, ""), /`sha256` is missing/],
    [
      "with a short digest",
      primeLockText(LOCK).replace("abab", "ab"),
      /prime\.lock:8.*`python.build\[0\].sha256` must be 64 hexadecimal digits/,
    ],
    ["with another scheme", primeLockText(LOCK).replaceAll("https:", "ftp:"), /an address/],
    ["with a version that is a path", primeLockText(LOCK).replace("3.14.0rc1", "../x"), /a whole version/],
    ["with a day that is none", primeLockText(LOCK).replace("12-31", "13-31"), /a date/],
  ])("%s: refused by its line", async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
