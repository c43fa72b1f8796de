import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { AppBox, saying } from "../../support/apps.ts";
import { folderOf } from "../../support/failures.ts";
import { goodPython } from "../../support/machine.ts";
import { NO_NODE } from "../../support/no-node.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { skip } from "../../support/users.ts";

async function installed(keys = "", versions = ["1"]): Promise<AppBox> {
  const app = new AppBox(keys);
  app.publish("1");
  await app.init();
  await app.says([]);
  for (const version of versions.slice(1)) app.publish(version);
  return app;
}

/** Ends all that a job leaves behind together with it, as service managers and containers do. */
const KILLING = ["unshare", "-p", "-f", "--mount-proc", "--kill-child"];

describe("an update that is killed with its start", () => {
  it("is counted, and after two a start lasts until it is done", async () => {
    if (spawnSync("unshare", [...KILLING.slice(1), "true"]).status !== 0) skip("no PID namespace can be made here");
    const app = await installed("linger_s = 120\n");
    app.publish("2", saying("2", "sys.exit(int(sys.argv[1]))"));
    const due = (args: string[]) => app.run(args, { shell: [...KILLING, "/bin/sh"], env: { PRIME_UPDATE: "due" } });
    for (const attempts of [1, 2]) {
      expect(await due(["a"])).toMatchObject({ code: 0, stdout: "foo 1 a\n", stderr: "" });
      expect(await app.status()).toMatchObject({ staged: null, updater: null, check: { attempts } });
    }
    const third = await due(["b"]);
    expect(third).toMatchObject({ code: 0, stdout: "foo 1 b\n", stderr: expect.stringContaining("120 s longer") });
    expect(await app.status()).toMatchObject({ staged: expect.stringContaining("2-"), check: { attempts: 0 } });
    expect(await due(["7"])).toMatchObject({ code: 7, stderr: "" });
  });
});

describe("where PATH has nothing but an interpreter and a Node", () => {
  it("an update by hand goes through its stages, and one beside a start comes to its end", async () => {
    const app = await installed("", ["1", "2"]);
    const PATH = folderOf(app.box, "tools", { node: process.execPath, python3: goodPython() });
    const updated = await app.run(["self", "update"], { env: { PATH } });
    expect(updated).toMatchObject({ code: 0, stderr: expect.stringContaining("foo is 2 now") });
    app.publish("3");
    expect(await app.updateBeside({ PATH })).toMatchObject({ staged: expect.stringContaining("3-") });
  });
});

describe("a start that is due", () => {
  it("looks, as no other does: never where it is told so, in CI only where the schedule was chosen", async () => {
    const app = await installed();
    const due = () => fs.utimesSync(path.join(app.home, "due"), LONG_AGO, LONG_AGO);
    expect(await app.warm(["a"])).toMatchObject({ code: 0, stdout: "foo 1 a\n" });
    due();
    for (const env of [{ PRIME_UPDATE: "never" }, { CI: "true" }])
      expect(await app.warm(["b"], { env })).toMatchObject({ code: 0, stdout: "foo 1 b\n" });
    expect(await app.warm(["c"])).toMatchObject({ code: 125, stderr: expect.stringContaining(NO_NODE) });
    expect(await app.run(["self", "update"], { env: { PRIME_UPDATE: "sometimes" } })).toMatchObject({ code: 0 });
    expect(await app.run(["d"], { env: { PRIME_UPDATE: "sometimes" } })).toMatchObject({ code: 2 });
    app.config += 'check = "hourly"\n';
    await app.init();
    fs.utimesSync(app.launcher, LONG_AGO, LONG_AGO + 1);
    await app.says(["e"], { PRIME_UPDATE: "never" });
    due();
    expect((await app.warm(["f"], { env: { CI: "true" } })).code).toBe(125);
  });
});

describe("adopt", () => {
  it("now waits for what is new, as long as it has patience; wait as long as it takes", async () => {
    const app = await installed('adopt = "now"\npatience_s = 120\n');
    app.publish("2");
    expect(await app.says(["x"], { PRIME_UPDATE: "due" })).toBe("foo 2 x");
    app.config = app.config.replace("now", "ask").replace("120", "0.05");
    await app.init();
    app.publish("3");
    await app.updateBeside();
    expect(await app.run(["y"])).toMatchObject({
      stdout: "foo 2 y\n",
      stderr: expect.stringContaining("`foo self update` takes it"),
    });
    expect(await app.says(["z"], { PRIME_UPDATE: "wait" })).toBe("foo 3 z");
    fs.renameSync(app.basket, `${app.basket}-away`);
    const { stdout, stderr } = await app.run(["z"], { env: { PRIME_UPDATE: "wait" } });
    expect([stdout, stderr]).toEqual([
      "foo 3 z\n",
      expect.stringMatching(/foo could not be updated: .*there is no such folder/),
    ]);
  });
});
