import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { AppBox, appWheel, saying } from "../../support/apps/apps.ts";
import { describeEachShell, type Ended, LONG_AGO, type RunOptions } from "../../support/sandbox.ts";

/** A repo whose configuration declares the app `foo`. */
async function repo(keys = ""): Promise<AppBox> {
  const app = new AppBox(keys);
  app.box.file("prime.toml", app.config);
  app.publish("1");
  expect(await runs(app, ["first"])).toBe("foo 1 first");
  return app;
}

async function runs(app: AppBox, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await start(app, ["app", "run", ...words], { env });
  if (code !== 0) throw new Error(stderr);
  return stdout.trimEnd();
}

/** Root's for everybody are there, too. */
async function lists(app: AppBox): Promise<Array<Record<string, unknown>>> {
  const all = JSON.parse((await start(app, ["app", "list", "--json"])).stdout) as Array<Record<string, unknown>>;
  return all.filter(({ home }) => String(home).startsWith(app.box.home));
}

/** The repo's launcher, with a state folder of its own: root's is the machine's otherwise. */
function start(app: AppBox, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return app.run(args, { launcher: app.box.launcher, cwd: app.box.root, ...options });
}

describeEachShell("the app of a checkout", ({ words: shell }) => {
  it("is started by one start of the shell, with all words", async () => {
    const app = await repo();
    for (const words of [["-q", "--group", "x", "", "a b", "--", "self"], ["--", "run"], []]) {
      const ended = await start(app, ["app", "run", ...words], { shell, env: { PATH: "/nonexistent" } });
      expect(ended).toMatchObject({ code: 0, stdout: `${["foo 1", ...words].join(" ")}\n`, stderr: "" });
    }
  });
});

describe("the app of a checkout", () => {
  it("follows its releases beside the repo's own environment, and leaves in that very start what does not work", async () => {
    const app = await repo();
    app.box.file("requirements.txt", "");
    expect((await start(app, ["run", "python", "-c", "import foo"])).code).toBe(1);
    expect((await start(app, ["run", "foo"])).code).toBe(127);
    app.publish("2", "import nothing_of_that_name\n");
    expect((await start(app, ["app", "self", "update"])).stderr).toContain("foo is 2 now");
    expect(await runs(app, ["self", "x"])).toBe("foo 1 self x");
    app.publish("3");
    expect(await runs(app, ["y"], { PRIME_UPDATE: "wait" })).toBe("foo 3 y");
    const status = JSON.parse((await start(app, ["app", "self", "status", "--json"])).stdout);
    expect(status).toMatchObject({ name: "foo", version: "3", launcher: app.box.launcher });
    app.box.file("prime.toml", "[ap]\n", { mtime: LONG_AGO + 1 });
    expect((await start(app, [])).stderr).toContain("unknown key `ap`; did you mean `app`");
    app.box.file("prime.toml", "", { mtime: LONG_AGO + 2 });
    expect((await start(app, ["app", "run"])).stderr).toContain("`app` is missing");
  });

  it("has its launcher made of the same table, which runs the same releases", async () => {
    const app = await repo();
    app.box.file("prime.toml", `freshness = "strict"\n${app.config}`);
    await app.box.run(["init", "--app", "prime.toml", "--out", app.launcher]);
    expect(await app.says(["x"])).toBe("foo 1 x");
    expect(await lists(app)).toHaveLength(1);
  });
});

describe("all apps of a user", () => {
  it("are listed, and removed where they are proved to be prime's; two with one name are apart", async () => {
    const app = new AppBox();
    app.publish("1");
    await app.init();
    await app.says([]);
    const other = path.join(app.box.base, "other");
    fs.mkdirSync(other);
    appWheel(other, "foo", "7", saying("7"));
    const second = path.join(app.box.base, "second/foo");
    app.box.file("foo.toml", app.config.replace(app.basket, other));
    await app.box.run(["init", "--app", "foo.toml", "--out", second]);
    expect((await app.run(["x"], { launcher: second })).stdout).toBe("foo 7 x\n");
    expect(await app.says(["x"])).toBe("foo 1 x");
    const apps = await lists(app);
    expect(apps).toMatchObject([
      { name: "foo", version: "1", from: [app.basket], launcher: app.launcher, check: { outcome: "current" } },
      { name: expect.stringMatching(/^foo\+[0-9a-f]{8}$/), version: "7", launcher: second, hasLauncher: true },
    ]);

    const name = apps[1]?.name as string;
    const home = path.join(path.dirname(app.home), name);
    const outside = path.join(app.box.base, "outside");
    fs.renameSync(home, outside);
    fs.symlinkSync(outside, home);
    fs.mkdirSync(path.join(path.dirname(app.home), "mine"));
    expect((await start(app, ["app", "remove", name])).stderr).toContain(
      `a link leads from there to ${outside}, and prime removes nothing by one`,
    );
    expect((await start(app, ["app", "remove", "mine"])).stderr).toContain("there is no such app");
    fs.rmSync(home);
    fs.renameSync(outside, home);
    fs.rmSync(second);
    expect((await start(app, ["app", "list"])).stdout).toContain(`${second} (which is gone)`);
    expect((await start(app, ["app", "remove", name])).stderr).toMatch(/removed \S+ \(\d+\.\d [KM]B\)/);
    expect(fs.readdirSync(path.dirname(app.home)).sort()).toEqual(["foo", "mine"]);
    expect(await app.says(["x"])).toBe("foo 1 x");
  });
});

describe("an app's launcher", () => {
  it("may be replaced while it runs; what it is made of by then is run, and never another app's release", async () => {
    const app = new AppBox('self_command = ""\n');
    const waits = "import time\n    while len(sys.argv) > 1 and not os.path.exists(sys.argv[1]): time.sleep(0.02)";
    app.publish("1", saying("1", waits));
    await app.init();
    expect(await app.says([])).toBe("foo 1");
    const end = path.join(app.box.base, "end");
    const running = app.run([end]);
    const other = path.join(app.box.base, "other");
    fs.mkdirSync(other);
    appWheel(other, "foo", "9", saying("9"));
    appWheel(other, "bar", "1", saying("bar"));
    app.config = app.config.replace(app.basket, other);
    await app.init();
    expect(await app.says(["self"], { PRIME_UPDATE: "wait" })).toBe("foo 9 self");
    app.config = app.config.replace('["foo"]', '["bar"]\nname = "foo"\nentry = "bar"');
    await app.init();
    expect(await app.says(["x"])).toBe("foo bar x");
    fs.writeFileSync(end, "");
    expect(await running).toMatchObject({ code: 0, stdout: `foo 1 ${end}\n` });
  });
});
