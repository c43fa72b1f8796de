import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { AppBox, saying } from "../../support/apps/apps.ts";
import { describeEachShell, LAUNCHER } from "../../support/sandbox.ts";

async function started(keys = ""): Promise<AppBox> {
  const app = new AppBox(keys);
  app.publish("3.2.0");
  app.publish("3.2.1");
  await app.init();
  expect(await app.says(["first"])).toBe("foo 3.2.1 first");
  return app;
}

describeEachShell("an app's launcher", ({ words: shell }) => {
  it("gives all words to the app, by one start of the shell, from any folder and by a link", async () => {
    const app = await started();
    const words = ["-q", "--group", "x", "run", "", "a b", "--", "status"];
    expect(await app.warm(words, { shell })).toMatchObject({
      code: 0,
      stdout: `foo 3.2.1 ${words.join(" ")}\n`,
      stderr: "",
    });
    const link = path.join(app.box.base, "link");
    fs.symlinkSync(app.launcher, link);
    expect(await app.run(["b"], { shell, launcher: link, cwd: "/" })).toMatchObject({
      code: 0,
      stdout: "foo 3.2.1 b\n",
    });
    expect(fs.readdirSync(path.dirname(app.launcher))).toEqual(["foo"]);
    execFileSync(shell[0] as string, [...shell.slice(1), "-n", app.launcher]);
  });
});

describe("an app's launcher", () => {
  it("leaves the environment as it is, but for what tells the app of itself", async () => {
    const app = new AppBox();
    app.publish("1", "import json, os\n\ndef main():\n    print(json.dumps(dict(os.environ)))\n");
    await app.init();
    const env = { VIRTUAL_ENV: "/other", PYTHONHOME: "", PRIME_TRIAL: "x" };
    const told = [await app.says([], env), await app.says([], env)].map((text) => JSON.parse(text));
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toMatchObject({ VIRTUAL_ENV: "/other", PATH: app.box.env.PATH, PRIME_LAUNCHER: app.launcher });
    expect(
      Object.keys(told[0])
        .filter((name) => name.startsWith("PRIME_"))
        .sort(),
    ).toEqual(["PRIME_GENERATION", "PRIME_LAUNCHER"]);
  });

  it("is prime's own but for the app's part, and its digest is right", async () => {
    const app = await started();
    const text = fs.readFileSync(app.launcher, "latin1");
    const [, config = ""] = /\n\/\/ app (\S+)\n# sha256/.exec(text) ?? [];
    expect(Buffer.from(config, "base64").toString()).toBe(app.config);
    const other = path.join(app.box.base, "again");
    await app.box.run(["init", "--app", "foo.toml", "--out", other]);
    expect(fs.readFileSync(other, "latin1")).toBe(text);
    expect(fs.readFileSync(LAUNCHER, "latin1").length).toBe(
      text.length - "\n// app ".length - config.length - "+app+foo".length,
    );
  });

  it("goes by the TOML beside it, where nobody else can write that", async () => {
    const app = await started('self_command = "prime"\n');
    const beside = path.join(path.dirname(app.launcher), "foo.toml");
    fs.writeFileSync(beside, app.config.replace('"prime"', '"own"'));
    expect(await app.says(["own", "status"])).toContain("foo 3.2.1");
    expect(await app.says(["prime", "status"])).toBe("foo 3.2.1 prime status");
    fs.chmodSync(beside, 0o666);
    fs.appendFileSync(beside, "# more\n"); // what says what it said when it was judged is as it was
    expect(await app.says(["prime", "status"])).toContain(`passed over: others can write ${beside}`);
    fs.rmSync(beside);
    expect(await app.says(["own"])).toBe("foo 3.2.1 own");
    fs.mkdirSync(beside);
    expect(await app.run(["own"])).toMatchObject({ code: 0, stdout: "foo 3.2.1 own\n", stderr: "" });
    fs.rmdirSync(beside);
    fs.writeFileSync(beside, app.config);
    if (process.geteuid?.() !== 0) return;
    fs.chownSync(beside, 4242, 4242);
    expect(await app.says(["prime", "status"])).toContain(`${beside} belongs to another user`);
  });

  it("says what is wrong with a configuration, and where", async () => {
    const app = new AppBox("chek = 3\n");
    await expect(app.init()).rejects.toThrow(/foo\.toml:4: unknown key `app.chek`; did you mean `check`/);
    app.config = '[app]\npackages = ["foo"]\nsources = ["http://example.org/"]\n';
    await expect(app.init()).rejects.toThrow(/foo\.toml:3: `app.sources\[0\]` must be a source/);
    for (const [keys, said] of [
      ['python = "abc"', "`app.python` must be a version in quotes"],
      ["trial = { start = 3 }", "unknown key `app.trial.start`; did you mean `starts`"],
      ['[[app.package]]\nname = "x"\nsource = ["/x"]', "unknown key `app.package[0].source`; did you mean `sources`"],
      [
        `[[app.package]]\nname = "x.y"\nsources = ["/x"]\n[[app.package]]\nname = "X-y"\nsources = ["/y"]`,
        "`app.package` must be tables [[app.package]], one for each package",
      ],
      ["[upgrade]\nkeep = 1", "`upgrade.keep` must be a whole number from 2"],
      ["[upgrade]\nurgnt = true", "unknown key `upgrade.urgnt`; did you mean `urgent`"],
    ] as const) {
      app.config = `[app]\npackages = ["foo"]\n${keys}\n`;
      await expect(app.init()).rejects.toThrow(said);
    }
    app.config = '[app]\npackages = ["foo[cli] >=3, <4; python_version > \'3\'", "foo >="]\n';
    await expect(app.init()).rejects.toThrow("`app.packages[1]` must be a requirement");
  });

  it("whose marker leaves the app itself out is told at its start", async () => {
    const app = new AppBox();
    app.publish("1");
    app.config = app.config.replace('"foo"', `"foo; python_version < '3'"`);
    await app.init();
    const stderr = expect.stringContaining("could not take foo: what `packages` say of it leaves it out");
    expect(await app.run([])).toMatchObject({ code: 125, stderr });
  });
});

describe("an update", () => {
  it("is made beside a start that is due, and the next start takes it; a withdrawn release is left", async () => {
    const app = await started();
    app.publish("3.2.2");
    expect(await app.updateBeside()).toMatchObject({ version: "3.2.1", check: { outcome: "staged" } });
    expect(await app.says(["x"])).toBe("foo 3.2.2 x");
    expect(await app.status()).toMatchObject({
      ...{ version: "3.2.2", trial: null },
      check: { outcome: "current", message: expect.stringMatching(/^foo 3\.2\.2-\w+ was taken$/) },
    });
    await app.says(["plan"]);
    expect(await app.warm(["y"])).toMatchObject({ code: 0, stdout: "foo 3.2.2 y\n" });
    app.withdraw("3.2.2");
    app.withdraw("3.2.1");
    await app.updateBeside();
    expect(await app.says(["z"])).toBe("foo 3.2.0 z");
  });

  it("by hand says what it does, and ends with a failure where it is refused", async () => {
    const app = await started('verify = ["foo --check"]\n');
    app.publish("3.2.2", saying("3.2.2", "sys.exit(7 if sys.argv[1:] == ['--check'] else 0)"));
    const refused = await app.run(["self", "update"]);
    expect(refused.code).toBe(125);
    expect(refused.stderr).toMatch(/could not verify the release: `foo --check` failed \(status 7\)[\s\S]*next: /);
    expect(await app.says(["x"])).toBe("foo 3.2.1 x");
    app.publish("3.2.3");
    expect((await app.run(["self", "update"])).stderr).toContain("foo is 3.2.3 now");
    expect(await app.says(["x"])).toBe("foo 3.2.3 x");
    expect((await app.run(["self", "update"])).stderr).toContain("foo 3.2.3 is what there is");
  });

  it("that is under way when its user pins the app makes nothing else ready", async () => {
    const app = await started();
    const gate = app.box.path("gate");
    app.publish("3.2.2", saying("3.2.2", `import time\n    while not os.path.exists("${gate}"): time.sleep(0.05)`));
    app.config += 'verify = ["foo --check"]\n';
    await app.init();
    const update = app.run(["self", "update"]);
    const check = path.join(app.home, "check.json");
    while (!/"building":"3\.2\.2/.test(fs.readFileSync(check, "utf8")))
      await new Promise((done) => setTimeout(done, 20));
    expect((await app.run(["self", "pin", "3.2.1"])).stderr).toContain("foo stays at 3.2.1");
    fs.writeFileSync(gate, "");
    expect(await update).toMatchObject({ code: 0, stderr: expect.stringContaining("foo 3.2.1 is what there is") });
    expect(await app.status()).toMatchObject({ version: "3.2.1", staged: null });
    expect(await app.says(["x"])).toBe("foo 3.2.1 x");
  });

  it("that failed is told by the status, whatever bytes the command printed", async () => {
    const app = await started(`verify = ["printf 'a\\\\000b'; foo --check"]\n`);
    app.publish("3.2.2", saying("3.2.2", "sys.exit(7 if sys.argv[1:] == ['--check'] else 0)"));
    for (const failures of [1, 2]) {
      const { check } = await app.updateBeside();
      expect(check).toMatchObject({ outcome: "invalid", message: expect.stringContaining("a\\u{0}b"), failures });
    }
    expect(await app.says(["self", "log"])).toContain("a\\u{0}b");
  });

  it("takes no file that changed under its name", async () => {
    const app = await started();
    app.publish("3.2.1", saying("3.2.1", "print('other')"));
    const { code, stderr } = await app.run(["self", "update"]);
    expect([code, stderr]).toEqual([
      125,
      expect.stringContaining(`foo-3.2.1-py3-none-any.whl: it is another file than before`),
    ]);
  });

  it("goes nowhere where the source is gone, and takes nothing away", async () => {
    const app = await started();
    fs.renameSync(app.basket, `${app.basket}-away`);
    const status = await app.updateBeside();
    expect(status).toMatchObject({ version: "3.2.1", staged: null, check: { outcome: "failed", failures: 1 } });
    expect(await app.says(["x"])).toBe("foo 3.2.1 x");
  });

  it("leaves pinned, excluded and rolled back releases alone", async () => {
    const app = await started('exclude = ["foo ==3.2.2"]\n');
    app.publish("3.2.2");
    expect((await app.updateBeside()).check.outcome).toBe("current");
    app.publish("3.2.3");
    await app.updateBeside();
    expect(await app.says(["x"])).toBe("foo 3.2.3 x");
    expect((await app.run(["self", "rollback"])).stderr).toContain("foo is 3.2.1 now");
    const left = await app.updateBeside();
    expect(left).toMatchObject({ version: "3.2.1", staged: null, check: { outcome: "refused" } });
    const [, cure = ""] = /next: `foo (.*)` runs it$/.exec(left.check.message) ?? [];
    await app.says(cure.split(" "));
    expect(await app.says(["x"])).toBe("foo 3.2.3 x");
    expect(await app.status()).toMatchObject({ previous: expect.stringContaining("3.2.1-"), skipped: [] });
    expect(await app.run(["self", "pin", "newest"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no version"),
    });
    await app.says(["self", "pin", "3.2.0"]);
    expect((await app.run(["self", "update"])).code).toBe(0);
    expect(await app.says(["x"])).toBe("foo 3.2.0 x");
    await app.says(["self", "pin", "9.9"]);
    const { stderr } = await app.run(["self", "update"]);
    expect(stderr).toContain("in `packages` of [app]; it is pinned to 9.9: `foo self pin --off`");
    expect(stderr).not.toContain("pyproject.toml");
  });

  it("says of a rollback what the next start would take, and how to stay", async () => {
    const app = await started();
    app.publish("3.2.2");
    await app.updateBeside();
    await app.says(["x"]);
    app.publish("3.2.3");
    await app.updateBeside();
    const { stderr } = await app.run(["self", "rollback"]);
    expect(stderr).toMatch(/the next start takes 3\.2\.3-\w+, unless `foo self pin`/);
    await app.says(["self", "pin"]);
    expect(await app.says(["x"])).toBe("foo 3.2.1 x");
  });
});

describe("an entry", () => {
  it("that no package brings is told, also by the status; one that is mended has what failed tried again", async () => {
    const app = new AppBox('entry = "bar"\n');
    app.publish("1");
    await app.init();
    const none = await app.run([]);
    expect([none.code, none.stderr]).toEqual([125, expect.stringContaining("its packages bring no command bar")]);
    expect(await app.status()).toMatchObject({
      version: null,
      check: {
        outcome: "invalid",
        reason: "no-entry",
        message: expect.stringContaining("there are foo, "),
        next: null,
      },
    });
    expect((await app.says(["self", "log", "--json"])).split("\n").map((line) => JSON.parse(line).event)).toEqual([
      "refuse",
    ]);
    app.config = app.config.replace('"bar"', '"foo:main"');
    await app.init();
    expect(await app.says(["x"])).toBe("foo 1 x");
    app.publish("2", "import sys\nasync def run():\n    print(sys.argv[1:])\n    return 9\n");
    const failed = await app.run(["y"], { env: { PRIME_UPDATE: "wait" } });
    expect(failed).toMatchObject({ code: 0, stdout: "foo 1 y\n", stderr: expect.stringContaining("did not work") });
    app.config = app.config.replace("foo:main", "foo:run");
    await app.init();
    for (const when of ["on trial", "settled", "warm"])
      expect(await app.run([when], { env: { PRIME_UPDATE: when === "on trial" ? "wait" : "" } })).toMatchObject({
        code: 9,
        stdout: `['${when}']\n`,
      });
    expect(await app.status()).toMatchObject({ version: "2", trial: null, skipped: [] });
    expect((await app.says(["self", "history", "--json"])).split("\n")).toHaveLength(4);
    expect(await app.says(["self", "pin", "--help"])).toContain("stay at a version");
    const full = await app.run(["self", "log"], { shell: ["/bin/sh", "-c", 'exec "$0" "$@" >/dev/full'] });
    expect([full.code, full.stderr]).toEqual([
      125,
      expect.stringMatching(/^prime: error: could not write to standard/),
    ]);
  });
});

describe("a release that does not work", () => {
  it.each([
    ["can't be imported", "import nothing_of_that_name\n", "it could not be imported"],
    ["crashes before it begins", "import os\nos.abort()\n", "it crashed (SIGABRT)"],
    ["hangs before it begins", "import time\ntime.sleep(600)\n", "it had not begun after 1 s"],
  ])("because it %s is left in that very start", async (_, code, why) => {
    const app = await started("trial = { start_s = 1 }\n");
    app.publish("3.2.2", `${code}\n${saying("3.2.2")}`);
    await app.updateBeside();
    expect(await app.says(["x", "y"])).toBe("foo 3.2.1 x y");
    const { skipped } = await app.status();
    expect(skipped).toEqual([{ id: expect.stringContaining("3.2.2-"), why: expect.stringContaining(why) }]);
    expect(await app.updateBeside()).toMatchObject({ version: "3.2.1", staged: null });
    app.publish("3.2.3");
    await app.updateBeside();
    expect(await app.says(["z"])).toBe("foo 3.2.3 z");
  });

  it("because of an exception is left when its starts are used up; a status of its own is none of that", async () => {
    const app = await started("trial = { starts = 2 }\n");
    app.publish("3.2.2", saying("3.2.2", "raise ValueError('broken')"));
    await app.updateBeside();
    for (const _ of [1, 2])
      expect(await app.run([])).toMatchObject({ code: 1, stderr: expect.stringContaining("broken") });
    expect(await app.run([])).toMatchObject({ code: 0, stderr: expect.stringContaining("did not work") });
    app.publish("3.2.3", saying("3.2.3", "sys.exit(3)"));
    await app.updateBeside();
    expect((await app.run([])).code).toBe(3);
    expect(await app.status()).toMatchObject({ version: "3.2.3", trial: null });
  });
});
