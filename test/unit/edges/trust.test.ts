import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { trustOf, whyOthersDecide } from "../../../src/edges/files/trust.ts";

const STRANGER = 54321;

/** Only root can give files away. */
describe.skipIf(process.getuid?.() !== 0)("who decides what stands at a path", () => {
  let top: string;
  let file: string;
  beforeEach(() => {
    top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-trust-")));
    file = path.join(top, "a/b/tool");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, "");
  });
  afterEach(() => fs.rmSync(top, { recursive: true }));

  const why = (one = file, env: NodeJS.ProcessEnv = {}) => whyOthersDecide(one, trustOf(env));
  const folder = () => path.join(top, "a");

  it("nobody else, below a sticky folder too", () => {
    expect(why()).toBeUndefined();
    fs.chmodSync(folder(), 0o1777);
    expect(why()).toBeUndefined();
  });

  it("whoever owns or may write the file, or a folder on the way", () => {
    for (const one of [file, path.dirname(file), folder()]) {
      fs.chownSync(one, STRANGER, 0);
      expect(why()).toBe(`${one} belongs to another user (uid ${STRANGER})`);
      fs.chownSync(one, 0, STRANGER);
      const mode = fs.statSync(one).mode;
      for (const open of [0o020, 0o002]) {
        fs.chmodSync(one, mode | open);
        expect(why()).toBe(`others can write ${one}`);
      }
      fs.chmodSync(one, mode);
      fs.chownSync(one, 0, 0);
    }
  });

  it("whoever could exchange a link on the way, at each of its hops", () => {
    const [first, second] = [path.join(top, "first"), path.join(folder(), "second")];
    fs.symlinkSync("a/second", first);
    fs.symlinkSync("../a/b", second);
    expect(why(`${first}/tool`)).toBeUndefined();
    fs.lchownSync(second, STRANGER, STRANGER);
    expect(why(`${first}/tool`)).toBe(`${second} belongs to another user (uid ${STRANGER})`);
    expect(why()).toBeUndefined();
    fs.lchownSync(second, 0, 0);
    fs.rmSync(second);
    fs.symlinkSync("second", second);
    expect(why(`${first}/tool`)).toContain("leads round");
  });

  it("the user who called sudo does for root; who names a folder safe answers for the way to it, and not for what links leave", () => {
    fs.chownSync(folder(), STRANGER, 0);
    expect(why(file, { SUDO_UID: String(STRANGER) })).toBeUndefined();
    expect(why(file, { PRIME_SAFE_DIRECTORY: `/no/such:${path.dirname(file)}` })).toBeUndefined();
    expect(why(file, { PRIME_SAFE_DIRECTORY: `${top}/*` })).toBeUndefined();
    expect(why(file, { PRIME_SAFE_DIRECTORY: `${top}/other` })).toContain("belongs to");
    fs.symlinkSync(path.dirname(file), path.join(folder(), "link"));
    expect(why(path.join(folder(), "link/tool"), { PRIME_SAFE_DIRECTORY: path.dirname(file) })).toContain("belongs to");
    fs.chownSync(file, STRANGER, 0);
    expect(why(file, { PRIME_SAFE_DIRECTORY: path.dirname(file) })).toContain(file);
  });
});
