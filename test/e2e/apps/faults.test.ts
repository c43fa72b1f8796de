import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { AppBox, saying } from "../../support/apps/apps.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { readOnly, userOf } from "../../support/system/users.ts";

async function installed(keys = ""): Promise<AppBox> {
  const app = new AppBox(keys);
  app.publish("1");
  await app.init();
  await app.says([]);
  return app;
}

describe("the state of an app", () => {
  it("that is deleted, half-written or garbage is made anew without its source, and the release stays", async () => {
    const app = await installed();
    app.publish("2");
    await app.updateBeside();
    await app.says([]);
    fs.renameSync(app.basket, `${app.basket}-away`);
    const names = ["selection.json", "check.json", "app.json", "due", "update.log"];
    for (const spoil of [
      (file: string) => fs.rmSync(file),
      (file: string) => fs.writeFileSync(file, fs.readFileSync(file, "utf8").slice(0, 9)),
      (file: string) => fs.writeFileSync(file, Buffer.from([0, 255, 10, 123, 0])),
    ]) {
      for (const name of names) {
        const file = path.join(app.home, name);
        if (fs.existsSync(file)) spoil(file);
        const { code, stdout, stderr } = await app.run(["x"]);
        expect([name, code, stdout, code === 0 ? "" : stderr]).toEqual([name, 0, "foo 2 x\n", ""]);
        expect(stderr.includes("selection.json was lost")).toBe(name === "selection.json");
      }
    }
    expect(await app.status()).toMatchObject({ version: "2" });
    const release = path.join(app.home, "releases", (await app.status()).release ?? "");
    const lib = path.join(release, ".venv/lib");
    fs.writeFileSync(path.join(lib, fs.readdirSync(lib)[0] ?? "", "site-packages/new.py"), "");
    const mended = await app.run(["x"]);
    expect(mended).toMatchObject({
      code: 0,
      stdout: "foo 2 x\n",
      stderr: expect.stringContaining("was changed by hand"),
    });
    expect(mended.stderr).not.toContain("./prime adopt");
    fs.rmSync(path.join(release, ".venv/bin/python"));
    const told = await app.run(["self", "doctor"]);
    expect(told).toMatchObject({ code: 1, stdout: expect.stringContaining("bin/python is gone") });
    expect(told.stdout).toContain("`PRIME_UPDATE=due foo` makes it anew");
    expect(await app.run(["x"], { env: { PRIME_UPDATE: "due" } })).toMatchObject({ code: 0, stdout: "foo 2 x\n" });
    fs.rmSync(release, { recursive: true });
    const before = await app.run(["x"]);
    expect(before).toMatchObject({ code: 0, stdout: "foo 1 x\n", stderr: expect.stringContaining("is gone from") });
    fs.renameSync(`${app.basket}-away`, app.basket);
    fs.rmSync(path.join(app.home, "releases"), { recursive: true });
    expect(await app.run(["x"])).toMatchObject({ code: 0, stdout: "foo 2 x\n" });
  });

  it("that can't be written to stops no start, due or not, and is named by the doctor", async () => {
    const app = await installed();
    app.publish("2");
    const shell = [...readOnly(app.box.home), "/bin/sh"];
    for (const PRIME_UPDATE of ["", "due", "wait"]) {
      fs.utimesSync(path.join(app.home, "due"), LONG_AGO, LONG_AGO);
      const { code, stdout, stderr } = await app.run(["x"], { shell, env: { PRIME_UPDATE } });
      expect([code, stdout, /foo can't be updated: could not write .*claim/.test(stderr)]).toEqual([
        0,
        "foo 1 x\n",
        PRIME_UPDATE !== "",
      ]);
    }
    const { code, stdout } = await app.run(["self", "doctor"], { shell });
    expect([code, stdout]).toEqual([1, `${app.home} can't be written to: no update can be made\n`]);
    expect(await app.run(["x"], { env: { XDG_STATE_HOME: "/proc" } })).toMatchObject({
      code: 125,
      stderr: expect.stringContaining("could not make the folder /proc/prime"),
    });
  });

  it("that can be written in part alone holds no start up, not even one that waits for an update", async () => {
    const app = await installed();
    fs.rmSync(path.join(app.home, "check.json"));
    fs.mkdirSync(path.join(app.home, "check.json"));
    app.publish("2");
    for (const word of ["x", "y"]) {
      const { code, stdout, stderr } = await app.run([word], { env: { PRIME_UPDATE: "wait" } });
      expect([code, stdout]).toEqual([0, `foo 1 ${word}\n`]);
      expect(stderr).toMatch(/foo can't be updated: could not write .*check\.json: it is a folder/);
    }
  });

  it("is none that a clock ten years off has written", async () => {
    const app = await installed();
    app.publish("2");
    const later = Date.now() / 1000 + 10 * 365 * 86_400;
    const check = path.join(app.home, "check.json");
    const told = JSON.parse(fs.readFileSync(check, "utf8"));
    fs.writeFileSync(check, JSON.stringify({ ...told, at: later * 1000, next: (later + 86_400) * 1000 }));
    for (const name of ["check.json", "due"]) fs.utimesSync(path.join(app.home, name), later, later);
    expect(await app.says(["x"])).toBe("foo 1 x");
    await app.idle();
    for (const _ of ["on trial", "settled"]) expect(await app.says(["y"])).toBe("foo 2 y");
    expect(await app.warm(["z"])).toMatchObject({ code: 0, stdout: "foo 2 z\n" });
    fs.utimesSync(path.join(app.home, "due"), later, later);
    app.config += "linger_s = 61\n";
    await app.init();
    fs.utimesSync(app.launcher, LONG_AGO, LONG_AGO + 1);
    const { at } = (await app.status()).check;
    expect(await app.says(["x"])).toBe("foo 2 x");
    await app.idle(at);
    expect(fs.statSync(path.join(app.home, "due")).mtimeMs).toBeLessThan(later * 1000);
  });

  it("that may be neither read nor written holds no start up, which says what is in the way of updates", async () => {
    const app = new AppBox();
    app.publish("1");
    await app.init();
    const user = userOf(app.box);
    const home = path.join(user.env.HOME ?? "", ".local/state/prime/apps/foo");
    const PATH = `/usr/local/bin:/usr/bin:/bin:${path.dirname(process.execPath)}`;
    const env = { ...user.env, XDG_STATE_HOME: undefined, PATH, PRIME_UPDATE: "due" };
    const start = async () => {
      const { code, stdout, stderr } = await app.run(["x"], { ...user, env });
      return { code, stdout, told: code === 0 && !stderr.includes("can't be updated") ? "" : stderr };
    };
    const runs = { code: 0, stdout: "foo 1 x\n", told: "" };
    expect(await start()).toEqual(runs);
    for (const [count, name] of ["selection.json", "check.json", "app.json", "due", "log.jsonl", "wanted"].entries()) {
      fs.chmodSync(path.join(home, name), 0);
      fs.utimesSync(app.launcher, LONG_AGO, LONG_AGO + count + 1);
      expect([name, await start()]).toEqual([name, runs]);
    }
    await app.run(["self", "update"], { ...user, env }); // waits for the updater that is at it
    fs.rmSync(path.join(home, "update.log"));
    fs.mkdirSync(path.join(home, "update.log"));
    const told = expect.stringContaining("foo can't be updated: could not write to");
    let last = await start();
    while (last.told === "") last = await start(); // its plan has begun one, which ends at once
    expect(last).toEqual({ ...runs, told });
  });
});

describe("a release that was torn", () => {
  it("runs as it was with a word, whatever it was made of is gone or garbage, until an update makes it whole", async () => {
    const app = await installed();
    const release = path.join(app.home, "releases", (await app.status()).release ?? "");
    const files = fs.readdirSync(path.join(release, "files")).map((name) => `files/${name}`);
    for (const name of ["pylock.toml", ...files]) {
      const file = path.join(release, name);
      for (const spoil of [() => fs.rmSync(file), () => fs.writeFileSync(file, "\0{[")]) {
        spoil();
        const started = await app.run(["x"]);
        const told = expect.stringMatching(/prime: warning: foo 1-\w+ runs as it was: .*`foo self update`/s);
        expect([name, started]).toEqual([
          name,
          expect.objectContaining({ code: 0, stdout: "foo 1 x\n", stderr: told }),
        ]);
        await app.says(["self", "update"]);
        expect([name, await app.run(["x"])]).toEqual([name, expect.objectContaining({ code: 0, stderr: "" })]);
      }
    }
  });

  it("is made whole by a start where what it runs is gone, and is left where it is on trial", async () => {
    const app = await installed();
    const id = (await app.status()).release ?? "";
    for (const name of ["bin/python", "bin/foo"]) {
      expect((await app.warmInTheEnd(["w"])).stdout).toBe("foo 1 w\n");
      fs.rmSync(path.join(app.home, "releases", id, ".venv", name));
      const stderr = expect.stringContaining(`changed by hand: ${name} is gone`);
      expect(await app.run(["x"])).toMatchObject({ code: 0, stdout: "foo 1 x\n", stderr });
    }
    app.publish("2");
    const { staged } = await app.updateBeside();
    const release = path.join(app.home, "releases", staged ?? "");
    fs.rmSync(path.join(release, "files"), { recursive: true });
    fs.rmSync(path.join(release, ".prime/generations"), { recursive: true });
    const stderr = expect.stringMatching(/foo 2-\w+ did not work .*: 1-\w+ runs again/s);
    expect(await app.run(["x"])).toMatchObject({ code: 0, stdout: "foo 1 x\n", stderr });
  });
});

describe("a launcher that is replaced while its app runs", () => {
  it("leaves what runs alone, and the next start is the new one's", async () => {
    const app = await installed();
    const gate = app.box.path("gate");
    app.publish(
      "2",
      `import time\n${saying("2", `print("up", flush=True)\n    while sys.argv[1:] == ["x"] and not os.path.exists("${gate}"): time.sleep(0.02)`)}`,
    );
    await app.updateBeside();
    await app.says([]);
    const env = { XDG_STATE_HOME: path.join(app.box.home, ".local/state") };
    const running = app.box.start(["x"], { launcher: app.launcher, env });
    await running.until("up");
    await app.init();
    expect(await app.says(["y"])).toBe("up\nfoo 2 y");
    fs.writeFileSync(gate, "");
    expect(await running.ended).toMatchObject({ code: 0, stdout: "up\nfoo 2 x\n" });
  });

  it("by a part of it, as a copy that was cut, says so", async () => {
    const app = await installed();
    const whole = fs.readFileSync(app.launcher);
    for (const size of [40_000, 500_000]) {
      fs.writeFileSync(app.launcher, whole.subarray(0, size));
      const stderr = `prime: error: ${app.launcher} is not whole, as a copy that was cut\n  next: put the whole file there\n`;
      expect(await app.run(["x"])).toMatchObject({ code: 125, stderr });
    }
    fs.writeFileSync(app.launcher, whole);
    expect(await app.says(["x"])).toBe("foo 1 x");
  });
});
