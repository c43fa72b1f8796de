import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { locked } from "../../support/pythons/upgrades.ts";
import { good, isWarm } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { packageIndex } from "../../support/servers/index-server.ts";
import { atEtc } from "../../support/system/etc.ts";

async function lockedAlpha(policy = ""): Promise<Sandbox> {
  const index = await packageIndex();
  index.publish("alpha", "1.0");
  return locked(index, ["alpha>=1"], { "prime.toml": policy });
}

describe("a machine's policy", () => {
  it("that others could have written is refused", async (test) => {
    const box = await lockedAlpha();
    const shell = atEtc(box, { "policy.toml": "keep = 5\n" }, test);
    fs.chmodSync(path.join(box.base, "etc-prime/policy.toml"), 0o666);
    const { code, stderr } = await box.run(["upgrade", "--dry-run"], { shell });
    expect([code, stderr.includes("others can write /etc/prime/policy.toml")]).toEqual([3, true]);
  });

  it("tightens what the repo says, and eval shows both, without passwords", async (test) => {
    const box = await lockedAlpha('[upgrade]\nexclude = ["alpha ==1.2"]\nmax_minor = "3.13"\n');
    const policy = 'exclude = ["alpha ==1.1"]\nmax_minor = "3.12"\nproxy = "http://user:hunter2@proxy:3128"\n';
    const shell = atEtc(box, { "policy.toml": policy }, test);
    const { stdout, stderr } = await good(box, ["eval"], { shell });
    expect(stdout).toMatch(/^upgrade\.max_minor\s+= "3\.13"\s+# prime\.toml, upgrade\.max_minor$/m);
    expect(stdout).toMatch(/^# and upgrade\.max_minor\s+= "3\.12"\s+# \/etc\/prime\/policy\.toml, max_minor$/m);
    const json = await good(box, ["eval", "--json"], { shell });
    expect(JSON.parse(json.stdout).machine_policy.value.max_minor).toBe("3.12");
    for (const text of [stdout, stderr, json.stdout, json.stderr]) expect(text).not.toContain("hunter2");
  });

  it.for([
    ["torn", "exclude = [\n", "as TOML"],
    ["of an unknown key", "\nexcludes = []\n", "policy.toml:2: unknown key `excludes`; did you mean `exclude`?"],
    ["of a wrong value", "keep = 0\n", "`keep` must be a whole number from 2 to 1000"],
    ["in a table", "[upgrade]\nkeep = 3\n", "unknown key `upgrade`"],
  ])("that is %s is refused, and a warm start does not care", async ([, text = "", message = ""], test) => {
    const box = await lockedAlpha();
    const shell = atEtc(box, { "policy.toml": text }, test);
    for (const words of [["upgrade", "--dry-run"], ["upgrade"], ["pin", "alpha==1.1"], ["eval"]]) {
      const { code, stderr } = await box.run(words, { shell });
      expect([words, code]).toEqual([words, 3]);
      expect(stderr).toContain(message);
      expect(stderr).toContain("root alone may own and write");
    }
    expect((await box.run(["run", "true"], { shell })).code).toBe(0);
    expect(await isWarm(box)).toBe(true);
  });
});
