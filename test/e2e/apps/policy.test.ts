import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AppBox, saying } from "../../support/apps/apps.ts";
import { type PackageIndex, packageIndex } from "../../support/servers/index-server.ts";
import { atEtc } from "../../support/system/etc.ts";

const TODAY = new Date().toISOString();
/** Never today nor tomorrow, wherever the clock is. */
const CLOSED = `windows = [{ days = ["${["sun", "mon", "tue", "wed", "thu", "fri", "sat"][(new Date().getUTCDay() + 3) % 7]}"] }]`;

/** An app with a release of long ago and one of today, on an index that tells the times. */
async function indexed(): Promise<{
  app: AppBox;
  url: string;
  index: PackageIndex;
  rule: (...lines: string[]) => void;
}> {
  const index = await packageIndex();
  const app = new AppBox();
  for (const version of ["1", "2"]) index.publishFile(app.publish(version));
  index.date("foo", "1", "2020-01-01").date("foo", "2", TODAY);
  const url = index.url.replace("127.0.0.1", "localhost");
  app.config = app.config.replace(/sources = .*/, `sources = ["index+${url}"]`);
  await app.init();
  const rule = (...lines: string[]) =>
    fs.writeFileSync(
      path.join(path.dirname(app.launcher), "foo.toml"),
      `${app.config}\n[upgrade]\n${lines.join("\n")}\n`,
    );
  return { app, url, index, rule };
}

describe("[upgrade] of an app", () => {
  it("cools down, excludes and verifies, up and down", async () => {
    const { app, rule } = await indexed();
    rule("exclude_newer = 7");
    expect(await app.says(["a"])).toBe("foo 1 a");
    expect((await app.run(["self", "update"])).stderr).toContain("foo 1 is what there is");
    rule("exclude_newer = 7", "exclude_newer_package = { foo = 0 }", 'verify = ["false"]');
    expect((await app.run(["self", "update"])).stderr).toContain("could not verify the release: `false` failed");
    rule();
    expect((await app.run(["self", "update"])).code).toBe(0);
    expect(await app.says(["b"])).toBe("foo 2 b");
    rule('exclude = ["foo >=1.5,<9"]');
    expect((await app.run(["self", "update"])).stderr).toContain("foo is 1 now");
    rule('exclude = ["foo"]');
    const refused = await app.run(["self", "update"]);
    expect([refused.code, (await app.status()).check.outcome]).toEqual([125, "refused"]);
    expect(await app.says(["c"])).toBe("foo 1 c");
    rule('platforms = ["linux-x86_64-gnu"]');
    expect((await app.run(["c"])).stderr).toContain("unknown key `upgrade.platforms`");
  });

  it("updates within its windows alone, and takes what is ready in them", async () => {
    const { app, index, rule } = await indexed();
    rule(CLOSED);
    expect(await app.says(["first"])).toBe("foo 2 first");
    index.publishFile(app.publish("3"));
    const { code, stderr } = await app.run(["self", "update"]);
    expect([code, stderr]).toEqual([
      125,
      expect.stringMatching(/may be made from .* 00:00 UTC on[\s\S]*upgrade.windows in/),
    ]);
    const status = await app.updateBeside();
    expect(status).toMatchObject({
      version: "2",
      check: { outcome: "refused", reason: "outside-windows", failures: 0 },
    });
    expect(status.check.next).toContain("T00:00:00");
    expect(await app.says(["self", "doctor"])).toBe("Nothing is wrong.");
    rule();
    expect(await app.updateBeside()).toMatchObject({ version: "2", check: { outcome: "staged" } });
    rule(CLOSED);
    expect(await app.says(["x"])).toBe("foo 2 x");
    rule();
    expect(await app.says(["x"])).toBe("foo 3 x");
  });

  it("says which hosts are asked, and by which proxy; what root says of this machine holds, too", async (test) => {
    const { app, url, rule } = await indexed();
    rule('exclude = ["foo ==2"]');
    expect(await app.says([])).toBe("foo 1");
    rule('allowed_hosts = ["elsewhere.example"]');
    expect(await app.updateBeside()).toMatchObject({ check: { outcome: "refused", reason: "network-rule" } });
    const asked: string[] = [];
    const proxy = http.createServer(({ url = "", headers }, response) => {
      asked.push(url);
      http.get(url, { headers }, (from) => from.pipe(response.writeHead(from.statusCode ?? 500, from.headers)));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    rule(
      'allowed_hosts = ["127.0.0.1", "localhost"]',
      `proxy = "http://127.0.0.1:${(proxy.address() as AddressInfo).port}"`,
    );
    const shell = atEtc(app.box, { "policy.toml": 'exclude = ["foo ==2"]\nkeep = 2\n' }, test);
    expect((await app.run(["self", "update"], { shell })).stderr).toContain("foo 1 is what there is");
    expect(asked).toContain(`${url}/foo/`);
    expect((await app.run(["self", "update"])).stderr).toContain("foo is 2 now");
    expect(asked.some((url) => url.endsWith("foo-2-py3-none-any.whl"))).toBe(true);
  });

  it("that nobody can read keeps no app from starting, and what is ready waits until it is mended", async (test) => {
    const app = new AppBox();
    app.publish("1");
    await app.init();
    await app.says([]);
    app.publish("2");
    await app.updateBeside();
    const shell = atEtc(app.box, { "policy.toml": "windows = [" }, test);
    for (const word of ["x", "y"]) {
      const started = await app.run([word], { shell });
      const stderr = expect.stringContaining("foo can't be updated: could not read /etc/prime/policy.toml");
      expect(started).toMatchObject({ code: 0, stdout: `foo 1 ${word}\n`, stderr });
    }
    expect(await app.says(["z"])).toBe("foo 2 z");
  });

  it("keeps as many releases as it says", async () => {
    const app = new AppBox("[upgrade]\nkeep = 2\n");
    for (const version of ["1", "2", "3", "4"]) {
      app.publish(version, saying(version));
      if (version === "1") await app.init();
      else await app.run(["self", "update"]);
      expect(await app.says(["x"])).toBe(`foo ${version} x`);
      await app.says(["x"]);
    }
    await app.run(["self", "update"]);
    expect(fs.readdirSync(path.join(app.home, "releases")).map((name) => name.split("-")[0])).toEqual(["3", "4"]);
  });
});
