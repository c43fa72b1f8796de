import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Maintainer, putServer } from "../../support/apps/channel.ts";

describe("channel on a server", () => {
  it("uploads what metadata name before the metadata, the timestamp last", { timeout: 120_000 }, async () => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder);
    const maintainer = await new Maintainer(server.url).begin();
    (server.asked as string[]).length = 0;
    await maintainer.good("publish", maintainer.wheel("3.2.0"));
    const put = server.asked.filter((one) => one.startsWith("PUT")).map((one) => one.replace(/[0-9a-f]{64}\./, ""));
    expect(put.map((one) => one.replace("PUT /", ""))).toEqual([
      "targets/releases/3.2.0/pylock.toml",
      "targets/releases/3.2.0/foo-3.2.0-py3-none-any.whl",
      "targets/releases/3.2.0/release.json",
      "targets/releases/state.json",
      "metadata/2.releases.json",
      "metadata/2.snapshot.json",
      "metadata/timestamp.json",
    ]);
    expect((await maintainer.run(["verify", server.url])).code).toBe(0);
  });

  it("finishes what was cut short after any file, and customers see the old or the new", {
    timeout: 240_000,
  }, async () => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder);
    const maintainer = await new Maintainer(server.url).begin();
    await maintainer.good("publish", maintainer.wheel("3.2.0"), "--promote", "stable");
    await maintainer.good("publish", maintainer.wheel("3.2.1"));
    let version = "3.2.0";
    for (const name of ["targets/channels", "metadata/", "metadata/timestamp"]) {
      const next = version === "3.2.0" ? "3.2.1" : "3.2.0";
      const move = next === "3.2.1" ? ["promote", "stable", next] : ["fallback", "stable", next, "--reason", "x"];
      server.failing.set(`PUT /${name}`, 500);
      expect((await maintainer.run(move)).code).toBe(125);
      expect((await maintainer.run(["verify", server.url])).stdout).toContain(`stable: ${version}`);
      const said = await maintainer.good(...move);
      expect(said).toContain(`stable points at ${next}`);
      expect((await maintainer.run(["verify", server.url])).stdout).toContain(`stable: ${next}`);
      version = next;
    }
  });

  it("uploads nothing for a look, and says what the next command will", { timeout: 120_000 }, async () => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder);
    const maintainer = await new Maintainer(server.url).begin();
    await maintainer.good("publish", maintainer.wheel("3.2.0"), "--promote", "stable");
    await maintainer.good("publish", maintainer.wheel("3.2.1"));
    server.failing.set("PUT /metadata/timestamp", 500);
    expect((await maintainer.run(["promote", "stable", "3.2.1"])).code).toBe(125);
    for (const look of [["status"], ["export-index", "index"]]) {
      expect(await maintainer.good(...look)).toContain("cut short: the next one finishes it");
    }
    expect((await maintainer.status()).channels.stable?.version).toBe("3.2.0");
    await maintainer.good("resign");
    expect((await maintainer.status()).channels.stable?.version).toBe("3.2.1");
  });

  it("lets one of two maintainers win, and tells the other to repeat", { timeout: 120_000 }, async () => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder);
    const first = await new Maintainer(server.url).begin();
    await first.good("publish", first.wheel("3.2.0"), "--promote", "stable");
    await first.good("publish", first.wheel("3.2.1"));
    const second = new Maintainer(server.url);
    fs.cpSync(first.box.path("channel"), second.box.path("channel"), { recursive: true });
    const moves = await Promise.all([
      first.run(["promote", "stable", "3.2.1"]),
      second.run(["promote", "stable", "3.2.1", "--percent", "10"]),
    ]);
    const codes = moves.map(({ code }) => code).sort();
    expect([
      [0, 1],
      [0, 0],
    ]).toContainEqual(codes); // or the one came after the other
    const loser = moves.find(({ code }) => code === 1);
    if (loser !== undefined) expect(loser.stderr).toContain("repeat it");
    expect((await first.run(["verify", server.url])).code).toBe(0);
    expect((await second.run(["promote", "stable", "3.2.1"])).code).toBe(0);
  });

  it("says where only one maintainer at a time may write", async () => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder, { conditions: false });
    const maintainer = new Maintainer(server.url);
    expect(await maintainer.good("init", "--app", "foo", "--to", server.url, "--simple")).toContain(
      "knows no conditional writes: let one maintainer at a time write to it",
    );
  });
});
