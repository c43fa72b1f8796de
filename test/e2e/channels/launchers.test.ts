import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Customer, leading, type Maintainer, otherBuild } from "../../support/apps/channel.ts";

/** Publishes a launcher of this version; gives what was said. */
function offer(maintainer: Maintainer, version: string, change?: (text: string) => string): Promise<string> {
  const file = maintainer.box.path(`prime-${version}`);
  fs.writeFileSync(file, otherBuild(version, change), { mode: 0o755 });
  return maintainer.good("publish", file);
}

/** Ends where a dry start begins, and nowhere else. */
const failing = (text: string) =>
  text.replace('"use strict";', '"use strict"; if (process.env.PRIME_APP_TASK === "dry") process.exit(9);');

interface Launched {
  readonly launcher: string;
  readonly runs: { readonly version: string; readonly file: string };
  readonly check: { readonly outcome: string; readonly reason: string | null; readonly message: string };
}

async function statusOf(customer: Customer): Promise<Launched> {
  return (await customer.status()) as unknown as Launched;
}

describe("a launcher as a release of the channel", () => {
  it("takes the place of the app's own once a dry start has gone well, and is gone again where not", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await leading(["3.2.0"]);
    await maintainer.good("publish", maintainer.wheel("3.2.1"), "--min-launcher", "0.9.2");
    const customer = await new Customer().install(maintainer, maintainer.to, 'verify = ["foo"]\n');
    expect(await customer.says([])).toBe("foo 3.2.0");

    await maintainer.good("promote", "stable", "3.2.1");
    expect(await customer.follow()).toBe("foo 3.2.0");
    const refused = (await statusOf(customer)).check;
    expect([refused.outcome, refused.reason]).toEqual(["refused", "launcher"]);
    expect(refused.message).toContain("it needs prime 0.9.2 or newer, and this launcher is 0.1.0");

    const before = fs.readFileSync(customer.launcher);
    expect(await offer(maintainer, "0.9.1", failing)).toContain("customers get the launcher 0.9.1");
    expect(await customer.follow()).toBe("foo 3.2.0");
    expect(fs.readFileSync(customer.launcher).equals(before)).toBe(true);
    expect(fs.readdirSync(path.join(customer.home, "launchers"))).toEqual([]);
    expect((await statusOf(customer)).check.message).toMatch(/launcher is 0\.1\.0: .*a dry start by it failed/);
    expect(await customer.says(["self", "status"])).toMatch(/launcher 0\.9\.1 .* was not taken: .*a dry start/);

    expect(await offer(maintainer, "0.9.2")).toContain("in place of 0.9.1");
    expect(await customer.follow()).toBe("foo 3.2.1");
    expect((await statusOf(customer)).runs).toEqual({ version: "0.9.2", file: customer.launcher });
    expect(fs.statSync(customer.launcher).mode & 0o777).toBe(0o755);
    for (const _ of ["on trial", "settled"]) expect(await customer.says([])).toBe("foo 3.2.1");
    expect(await customer.warmInTheEnd([])).toMatchObject({ code: 0, stdout: "foo 3.2.1\n", stderr: "" });

    // What came by the channel goes back by it, and only then.
    expect(await offer(maintainer, "0.9.0")).toContain("in place of 0.9.2");
    await maintainer.good("publish", maintainer.wheel("3.2.2"), "--promote", "stable");
    expect(await customer.follow()).toBe("foo 3.2.2");
    expect((await statusOf(customer)).runs.version).toBe("0.9.0");
  });

  it.runIf(process.geteuid?.() === 0)(
    "stands in for one that can't be written, by the plan of that one",
    {
      timeout: 240_000,
    },
    async () => {
      const maintainer = await leading(["3.2.0", "3.2.1"]);
      const customer = await new Customer().install(maintainer);
      fs.chownSync(customer.launcher, 65533, 65533);
      const before = fs.readFileSync(customer.launcher);
      expect(await customer.says([])).toBe("foo 3.2.0");
      await offer(maintainer, "0.9.1");
      await maintainer.good("promote", "stable", "3.2.1");
      expect(await customer.follow()).toBe("foo 3.2.1");
      expect(fs.readFileSync(customer.launcher).equals(before)).toBe(true);
      const { launcher, runs } = await statusOf(customer);
      expect([launcher, runs.version]).toEqual([customer.launcher, "0.9.1"]);
      expect(runs.file.startsWith(path.join(customer.home, "launchers/0.9.1-"))).toBe(true);
      expect(await customer.says(["a  b"])).toBe("foo 3.2.1 a  b");
      expect(await customer.warmInTheEnd(["x"])).toMatchObject({ code: 0, stdout: "foo 3.2.1 x\n", stderr: "" });
      await maintainer.good("fallback", "stable", "3.2.0", "--reason", "x");
      expect(await customer.says(["self", "update"])).toBe("");
      expect(await customer.says([])).toBe("foo 3.2.0");
      // Another one by hand ends that.
      fs.writeFileSync(customer.launcher, before);
      expect((await statusOf(customer)).runs).toEqual({ version: "0.1.0", file: customer.launcher });
    },
  );
});
