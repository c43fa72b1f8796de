import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { anyPython } from "../../../fixtures/python.ts";
import { changeWheel } from "../../../support/apps/app-wheel.ts";
import { AppBox, appWheel, saying } from "../../../support/apps/apps.ts";

const LEAVE = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr('foo/../../evil.py', '')";

describe("a release that is", { timeout: 300_000 }, () => {
  it("broken in whatever way is named, and the one before runs on", async () => {
    const app = new AppBox();
    app.publish("1");
    await app.init();
    await app.says([]);
    const update = async () => {
      const { code, stderr } = await app.run(["self", "update"]);
      const { version, check } = await app.status();
      return { code, stderr, version, outcome: check.outcome };
    };
    fs.rmSync(path.join(app.home, "updater"), { force: true });
    fs.writeFileSync(path.join(app.home, "updater"), "as a backup has it");
    expect(await update()).toMatchObject({ code: 0, outcome: "current" });
    const stays = { code: 125, version: "1", outcome: "invalid" };
    const missing = app.publish("2");
    changeWheel(missing, "RECORD", "foo.py,", "gone.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nfoo.py,");
    const words = "foo-2-py3-none-any.whl: gone.py is missing, which its RECORD names";
    expect(await update()).toEqual({ ...stays, stderr: expect.stringContaining(words) });
    fs.rmSync(missing);
    const lying = app.publish("3");
    changeWheel(lying, "foo.py", '"foo"', '"f0o"');
    expect(await update()).toEqual({
      ...stays,
      stderr: expect.stringContaining("foo.py is another file than its RECORD says"),
    });
    fs.rmSync(lying);
    const leaving = app.publish("3.1");
    execFileSync(anyPython(), ["-c", LEAVE, leaving]);
    expect(await update()).toEqual({
      ...stays,
      stderr: expect.stringContaining("foo-3.1-py3-none-any.whl: 'foo/../../evil.py' leads out of it"),
    });
    fs.rmSync(leaving);
    const current = { code: 0, version: "1", outcome: "current" };
    const passed = (why: string) => expect.stringContaining(`foo 1 is what there is; ${why}: it stays with Python 3.`);
    const later = app.publish("4", saying("4"), [">=3.99"]);
    expect(await update()).toEqual({ ...current, stderr: passed("foo==4 requires Python >=3.99") });
    fs.rmSync(later);
    fs.renameSync(app.publish("5"), path.join(app.basket, "foo-5-cp399-cp399-linux_x86_64.whl"));
    expect(await update()).toEqual({ ...current, stderr: passed("foo==5 has no wheel for it") });
    const sdist = path.join(app.box.base, "foo-6");
    fs.mkdirSync(sdist);
    fs.writeFileSync(
      path.join(sdist, "setup.py"),
      "from setuptools import Extension, setup\nsetup(name='foo', version='6', py_modules=['foo'], ext_modules=[Extension('_foo', ['foo.c'])])\n",
    );
    fs.writeFileSync(path.join(sdist, "PKG-INFO"), "Metadata-Version: 2.1\nName: foo\nVersion: 6\n");
    fs.writeFileSync(path.join(sdist, "foo.py"), saying("6"));
    fs.writeFileSync(path.join(sdist, "foo.c"), "int x;\n");
    execFileSync("tar", ["-czf", path.join(app.basket, "foo-6.tar.gz"), "-C", app.box.base, "foo-6"]);
    app.config = app.config.replace(/sources = .*/, `sources = ["${app.basket}", "index"]`);
    await app.init();
    const { stderr } = await app.run(["self", "update"], { env: { CC: "/nonexistent/cc", CXX: "/nonexistent/cc" } });
    expect(stderr).toContain("CC names the compiler /nonexistent/cc, which is not there");
    expect(await app.status()).toMatchObject({ version: "1", check: { outcome: "invalid" } });
    expect(await app.says(["x"])).toBe("foo 1 x");
  });

  it("in two places under one name comes from the first one alone", async () => {
    const app = new AppBox();
    const second = path.join(app.box.base, "second");
    fs.mkdirSync(second);
    app.publish("1");
    appWheel(second, "foo", "9", saying("9"));
    app.config = app.config.replace(/sources = .*/, `sources = ["${app.basket}", "${second}"]`);
    await app.init();
    expect(await app.says(["a"])).toBe("foo 1 a");
    expect((await app.run(["self", "update"])).stderr).toMatch(/foo 1 is what there is$/m);
  });
});
