import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { rename, setTimes, swapLink, writePlain } from "../../../src/edges/files/change.ts";
import { removeFile } from "../../../src/edges/files/own/remove.ts";
import { linkFacts } from "../../../src/edges/files/read.ts";

function place(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-remove-")));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with something of the user's in it, and one to remove beside it. */
function twoFolders(): { mine: string; doomed: string; base: string } {
  const base = place();
  const [mine, doomed] = [path.join(base, "mine"), path.join(base, "doomed")];
  for (const folder of [mine, doomed]) fs.mkdirSync(folder);
  fs.writeFileSync(path.join(mine, "letter"), "keep\n");
  return { mine, doomed, base };
}

function isWhole(mine: string): boolean {
  return fs.readdirSync(mine).join() === "letter" && fs.readFileSync(path.join(mine, "letter"), "utf8") === "keep\n";
}

/** The same files as they are loaded on another system: how an open folder is worked in is decided once. */
async function on(platform: NodeJS.Platform): Promise<typeof import("../../../src/edges/files/own/remove.ts")> {
  const real = process.platform;
  vi.resetModules();
  Object.defineProperty(process, "platform", { value: platform });
  try {
    return await import("../../../src/edges/files/own/remove.ts");
  } finally {
    Object.defineProperty(process, "platform", { value: real });
  }
}

describe.each(["linux", "darwin"] as const)("remove on %s", async (platform) => {
  const { remove, removeFile } = await on(platform);

  it("takes links and all that is odd for what it is, and follows nothing", () => {
    const { mine, doomed } = twoFolders();
    fs.symlinkSync(mine, path.join(doomed, "link"));
    fs.symlinkSync("/nowhere", path.join(doomed, "dangling"));
    fs.mkdirSync(path.join(doomed, "a\nb", "c"), { recursive: true });
    fs.symlinkSync("../../../mine", path.join(doomed, "a\nb", "c", "-rf"));
    fs.writeFileSync(Buffer.concat([Buffer.from(`${doomed}/`), Buffer.from([0xff, 0xfe])]), "");
    execFileSync("mkfifo", [path.join(doomed, "fifo")]);
    fs.linkSync(path.join(mine, "letter"), path.join(doomed, "other-name"));
    remove(doomed);
    expect(fs.existsSync(doomed)).toBe(false);
    expect(isWhole(mine)).toBe(true);
  });

  it("removes a link itself, and nothing there is fine", () => {
    const { mine, base } = twoFolders();
    const link = path.join(base, "link");
    fs.symlinkSync("mine", link);
    remove(link);
    remove(link);
    remove(path.join(base, "no/such/folder"));
    expect(fs.readdirSync(base).sort()).toEqual(["doomed", "mine"]);
    expect(isWhole(mine)).toBe(true);
  });

  it.each([
    ["itself", "at"],
    ["above it", "at/.prime"],
  ])("refuses what is reached by a link %s", (_, folder) => {
    const { mine, base } = twoFolders();
    fs.mkdirSync(path.join(mine, ".prime"));
    fs.symlinkSync("mine", path.join(base, "at"));
    fs.writeFileSync(path.join(mine, ".prime", "letter"), "");
    const file = path.join(base, folder, "letter");
    for (const act of [remove, removeFile]) expect(() => act(file)).toThrow(/a link leads from there to/);
    expect(() => rename(file, path.join(base, "away"))).toThrow(/a link leads from there to/);
    expect(() => rename(path.join(base, "doomed"), file)).toThrow(/a link leads from there to/);
    expect(() => swapLink(file, "text")).toThrow(/a link leads from there to/);
    expect(fs.readFileSync(path.join(mine, "letter"), "utf8")).toBe("keep\n");
  });

  it("refuses another folder than the one that is meant", () => {
    const { mine, doomed } = twoFolders();
    const meant = linkFacts(doomed);
    fs.rmdirSync(doomed);
    fs.renameSync(mine, doomed);
    expect(() => remove(doomed, meant)).toThrow(/it is another folder by now/);
    expect(isWhole(doomed)).toBe(true);
  });

  it("tells what it frees, without what has other names", () => {
    const { mine, doomed } = twoFolders();
    fs.linkSync(path.join(mine, "letter"), path.join(doomed, "letter"));
    const empty = fs.statSync(doomed).blocks * 512;
    fs.writeFileSync(path.join(doomed, "own"), "x".repeat(10_000));
    const own = fs.statSync(path.join(doomed, "own")).blocks * 512;
    expect(remove(doomed)).toBe(empty + own);
  });
});

it("a file is removed only as long as it is none that holds others", () => {
  const { mine } = twoFolders();
  expect(() => removeFile(mine)).toThrow(/could not remove/);
  expect(isWhole(mine)).toBe(true);
});

describe("what is changed in place", () => {
  it.each([
    ["a link", (file: string, mine: string) => fs.symlinkSync(path.join(mine, "letter"), file)],
    ["another name of a file", (file: string, mine: string) => fs.linkSync(path.join(mine, "letter"), file)],
    ["a FIFO", (file: string) => execFileSync("mkfifo", [file])],
  ])("is refused when it is %s", (_, make) => {
    const { mine, base } = twoFolders();
    const file = path.join(base, "file");
    make(file, mine);
    expect(() => writePlain(file, "other")).toThrow(/could not write/);
    expect(isWhole(mine)).toBe(true);
  });

  it("has the time set of a link, and not of what it leads to", () => {
    const { mine, base } = twoFolders();
    const link = path.join(base, "link");
    fs.symlinkSync("mine/letter", link);
    const before = fs.statSync(path.join(mine, "letter")).mtimeMs;
    setTimes(link, 1);
    expect([fs.lstatSync(link).mtimeMs, fs.statSync(path.join(mine, "letter")).mtimeMs]).toEqual([1000, before]);
  });
});
