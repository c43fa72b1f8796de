import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Customer, leading, Maintainer, putServer } from "../../support/apps/channel.ts";
import { serve } from "../../support/apps/releases.ts";
import { atEtc } from "../../support/system/etc.ts";

describe("customers of a channel", () => {
  it("go forwards and backwards with it, unnoticed, by launchers that hold what they trust", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1", "3.2.2"]);
    const customer = await new Customer().install(maintainer);
    fs.renameSync(maintainer.box.path("channel/root.json"), maintainer.box.path("root.away"));
    expect(await customer.says([])).toBe("foo 3.2.0");
    fs.renameSync(maintainer.box.path("root.away"), maintainer.box.path("channel/root.json"));
    await maintainer.good("promote", "stable", "3.2.2");
    expect(await customer.follow()).toBe("foo 3.2.2");
    await maintainer.good("fallback", "stable", "3.2.1", "--reason", "3.2.2 loses data");
    const ended = await customer.run([], { env: { PRIME_UPDATE: "wait" } });
    expect(ended.stdout).toBe("foo 3.2.1\n");
    expect(await customer.says([])).toBe("foo 3.2.1"); // the trial is over
    expect(await customer.warm([])).toMatchObject({ code: 0, stdout: "foo 3.2.1\n", stderr: "" });
    expect(await customer.says(["self", "status"])).toContain(`follows stable of ${maintainer.to}: 3.2.1 since `);
    expect(await customer.says(["self", "status"])).toContain("(serial 3, fallback: 3.2.2 loses data)");
  });

  it("follow another channel and a pin of their own, and say so", { timeout: 240_000 }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1", "3.2.2"]);
    await maintainer.good("promote", "beta", "3.2.2");
    const customer = await new Customer().install(maintainer);
    expect(await customer.says([])).toBe("foo 3.2.0");
    await customer.says(["self", "follow", "beta"]);
    expect(await customer.follow()).toBe("foo 3.2.2");
    await customer.says(["self", "pin", "3.2.1"]);
    expect(await customer.follow()).toBe("foo 3.2.1");
    await customer.says(["self", "pin", "--off"]);
    await customer.says(["self", "follow", "--off"]);
    expect(await customer.follow()).toBe("foo 3.2.0");
    for (const [command, word, there] of [
      ["follow", "bata", "stable, beta"],
      ["pin", "3.3", "3.2.0, 3.2.1, 3.2.2"],
    ] as const) {
      const chosen = await customer.run(["self", command, word]);
      const isTold = chosen.stderr.includes(`the channel had no ${word} when it was last asked, only ${there}`);
      expect([chosen.code, isTold]).toEqual([0, command === "follow"]);
      const { stderr } = await customer.run(["self", "update"]);
      expect(stderr).toContain(
        `${maintainer.to} has no ${word}\n  next: \`foo self ${command}\` takes ${there}, or --off`,
      );
      await customer.says(["self", command, "--off"]);
    }
    expect(await customer.follow()).toBe("foo 3.2.0");

    await customer.says(["self", "pin", "3.2.1"]);
    expect(await customer.follow()).toBe("foo 3.2.1");
    await maintainer.good("withdraw", "3.2.1", "--reason", "loses data");
    expect(await customer.follow()).toBe("foo 3.2.1");
    const { message } = (await customer.status()).check;
    expect(message).toMatch(/its pin .`pin --off` ends it. points where it may not: 3\.2\.1 was withdrawn: loses data/);
    await customer.says(["self", "pin", "--off"]);
    expect(await customer.follow()).toBe("foo 3.2.0");
  });

  it("refuse yesterday's files, a release that was swapped, and what has expired, and run on", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    const customer = await new Customer().install(maintainer);
    const yesterday = path.join(maintainer.box.base, "yesterday");
    fs.cpSync(maintainer.to, yesterday, { recursive: true });
    expect(await customer.says([])).toBe("foo 3.2.0");
    await maintainer.good("promote", "stable", "3.2.1");
    const today = path.join(maintainer.box.base, "today");
    fs.cpSync(maintainer.to, today, { recursive: true });
    expect(await customer.follow()).toBe("foo 3.2.1");
    const refusedFor = async (): Promise<unknown> => {
      expect(await customer.follow()).toBe("foo 3.2.1");
      const { outcome, reason } = (await customer.status()).check as unknown as { outcome: string; reason: string };
      return [outcome, reason];
    };
    fs.rmSync(maintainer.to, { recursive: true });
    fs.cpSync(yesterday, maintainer.to, { recursive: true });
    expect(await refusedFor()).toEqual(["refused", "rollback"]);
    fs.rmSync(maintainer.to, { recursive: true });
    fs.cpSync(today, maintainer.to, { recursive: true });
    await maintainer.good("fallback", "stable", "3.2.0", "--reason", "x");
    const wheels = fs.readdirSync(path.join(maintainer.to, "targets/releases/3.2.0"));
    const wheel = path.join(
      maintainer.to,
      "targets/releases/3.2.0",
      wheels.find((name) => name.endsWith(".whl")) as string,
    );
    fs.rmSync(path.join(customer.home, "channel/files"), { recursive: true });
    const right = fs.readFileSync(wheel);
    fs.writeFileSync(wheel, Buffer.concat([right.subarray(0, -1), Buffer.from("x")]));
    expect(await refusedFor()).toEqual(["refused", "digest"]);
    fs.writeFileSync(wheel, Buffer.concat([right, Buffer.from("x")]));
    expect(await refusedFor()).toEqual(["refused", "length"]);
    fs.writeFileSync(wheel, right);
    expect(await customer.follow()).toBe("foo 3.2.0");
  });

  it("are reached by a rollout, or are not, and wait for a serial to try again what failed here", {
    timeout: 240_000,
  }, async () => {
    const maintainer = new Maintainer();
    await maintainer.begin();
    await maintainer.good("publish", maintainer.wheel("3.2.0"), "--promote", "stable");
    const customer = await new Customer().install(maintainer, maintainer.to, 'verify = ["foo | grep -v 3.2.1"]\n');
    expect(await customer.says([])).toBe("foo 3.2.0");
    await maintainer.good("publish", maintainer.wheel("3.2.1"));
    await maintainer.good("promote", "stable", "3.2.1", "--percent", "0");
    expect(await customer.follow()).toBe("foo 3.2.0");
    expect(((await customer.status()).check as { outcome: string }).outcome).toBe("current");
    await maintainer.good("promote", "stable", "3.2.1", "--percent", "100");
    expect(await customer.follow()).toBe("foo 3.2.0");
    expect(((await customer.status()).check as { outcome: string }).outcome).not.toBe("staged");
  });

  it("obey their machine's policy: its windows, what is excluded, and how far what is urgent may go", {
    timeout: 240_000,
  }, async (test) => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder);
    const maintainer = await leading(["3.2.0", "3.2.1", "3.2.2"], server.url);
    const customer = await new Customer().install(maintainer);
    expect(await customer.says([])).toBe("foo 3.2.0");
    const inThreeDays = new Date(Date.now() + 3 * 86_400_000).toUTCString().slice(0, 3).toLowerCase();
    const closed = `windows = [{ days = ["${inThreeDays}"] }]\n`;
    /** A start that looks, under a policy: what runs, why nothing was taken, and what the server was asked for. */
    const look = async (policy: string) => {
      (server.asked as string[]).length = 0;
      const shell = atEtc(customer.box, { "policy.toml": policy }, test);
      const { stdout } = await customer.run([], { env: { PRIME_UPDATE: "wait" }, shell });
      const { reason } = (await customer.status()).check as unknown as { reason: string | null };
      return [stdout.trim(), reason, server.asked.length, server.asked.filter((one) => one.endsWith(".whl")).length];
    };
    await maintainer.good("promote", "stable", "3.2.1");
    expect(await look(closed)).toEqual(["foo 3.2.0", "outside-windows", 0, 0]);
    expect(await look(`${closed}urgent = true\n`)).toEqual(["foo 3.2.0", "outside-windows", expect.any(Number), 0]);
    expect(server.asked).toContain("GET /metadata/timestamp.json");
    await maintainer.good("promote", "stable", "3.2.2", "--urgent", "--percent", "0");
    expect(await look(closed)).toEqual(["foo 3.2.0", "outside-windows", 0, 0]);
    expect(await look("urgent = false\n")).toEqual(["foo 3.2.1", null, expect.any(Number), 1]);
    expect(await look(`${closed}urgent = true\n`)).toEqual(["foo 3.2.2", null, expect.any(Number), 1]);
    await maintainer.good("fallback", "stable", "3.2.1", "--reason", "x");
    expect(await look('exclude = ["foo ==3.2.1"]\n')).toEqual(["foo 3.2.2", "excluded", expect.any(Number), 0]);

    const examined = await customer.run(["self", "doctor", "--channel"]);
    expect([examined.code, examined.stdout]).toEqual([0, expect.stringContaining("stable: 3.2.1 (serial 4, foo)")]);
    expect(examined.stdout).toMatch(/signed until 20\d\d-.* \((?:timestamp|snapshot)\)/);
    const elsewhere = await customer.run(["self", "doctor", "--channel", `${server.url}elsewhere`]);
    expect([elsewhere.code, elsewhere.stdout]).toEqual([1, expect.stringContaining("malformed")]);
  });

  it("follow a server, and run on when it is gone", { timeout: 240_000 }, async () => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder);
    const maintainer = await leading(["3.2.0", "3.2.1"], server.url);
    const customer = await new Customer().install(maintainer);
    expect(await customer.says([])).toBe("foo 3.2.0");
    await maintainer.good("promote", "stable", "3.2.1");
    const fail = () => server.failing.set("GET /metadata/timestamp.json", 500);
    fail();
    expect(await customer.says([], { PRIME_UPDATE: "wait", UV_HTTP_RETRIES: "0" })).toBe("foo 3.2.0");
    fail(); // asked again, it has it
    expect(await customer.follow()).toBe("foo 3.2.1");
  });

  it("keep the pointer that they choose while an update asks for files", { timeout: 240_000 }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    await maintainer.good("promote", "beta", "3.2.0");
    let isAsked: (() => void) | undefined;
    let gate = Promise.resolve();
    const server = await serve(maintainer.to, ({ url = "" }, response) => {
      if (isAsked === undefined || !url.includes("foo-3.2.1")) return false;
      isAsked();
      gate.then(() => response.end(fs.readFileSync(path.join(maintainer.to, url))));
      return true;
    });
    const customer = await new Customer().install(maintainer, server.url);
    expect(await customer.says([])).toBe("foo 3.2.0");
    await maintainer.good("promote", "stable", "3.2.1");
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const update = customer.run(["self", "update"]);
    await asked;
    await customer.says(["self", "follow", "beta"]);
    open();
    expect(await update).toMatchObject({ code: 0, stderr: expect.stringContaining("foo 3.2.0 is what there is") });
    expect(await customer.says(["self", "status"])).toContain("follows beta of");
    const other = await new Customer().install(maintainer, maintainer.to, 'follow = "gone"\n');
    expect((await other.run([])).stderr).toMatch(/has no gone\n.*its `follow` can be (?:stable, beta|beta, stable)\n/);
    expect(await customer.says([])).toBe("foo 3.2.0");
  });
});
