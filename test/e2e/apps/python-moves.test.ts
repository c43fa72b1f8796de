import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { realPython } from "../../fixtures/python.ts";
import { AppBox, appWheel, saying } from "../../support/apps/apps.ts";
import { serve } from "../../support/apps/releases.ts";
import { buildServer, keptIn, packed } from "../../support/pythons/builds.ts";
import { install, link, type RealPython, twoMinors, withoutPython } from "../../support/pythons/interpreters.ts";
import { dumbIndex, pypiserver, serverTools } from "../../support/servers/indexes.ts";

const BY = "import sys; sys.argv.append('%d.%d.%d' % sys.version_info[:3])";
const code = (version: string) => saying(version, BY);

/** An app whose first start finds the older of two interpreters on PATH. */
class TwoPythons extends AppBox {
  readonly older: RealPython;
  readonly newer: RealPython;
  readonly env: NodeJS.ProcessEnv;
  readonly hidden: string;

  constructor(keys = "") {
    super(keys, { python: null });
    [this.older, this.newer] = twoMinors();
    const place = path.join(this.box.base, "pythons");
    for (const name of ["python3", `python${this.older.minor}`]) link(path.join(place, name), this.older.file);
    this.hidden = path.join(place, `python${this.newer.minor}`);
    this.env = withoutPython(this.box, place).env ?? {};
    this.install();
  }

  /** Puts the newer one on PATH, too, or takes it away. */
  install(isThere = true): void {
    if (isThere) link(this.hidden, this.newer.file);
    else fs.rmSync(this.hidden);
  }

  get onlyNewer(): string {
    return `>=${this.newer.minor}`;
  }

  async update() {
    const { code: ended, stderr } = await this.run(["self", "update"], { env: this.env });
    return { ended, stderr };
  }

  runs(word = "x"): Promise<string> {
    return this.says([word], this.env);
  }

  /** Events of the log without their times. */
  async events(kind: string): Promise<{ release: string; from: string | null; message: string }[]> {
    const lines = (await this.says(["self", "log", "--json"], this.env)).split("\n").map((line) => JSON.parse(line));
    return lines.filter(({ event }) => event === kind);
  }
}

describe("a release for another Python", { timeout: 300_000 }, () => {
  it("of a folder brings its interpreter, and a rollback goes back to both; no rule that is in the way is passed over", async () => {
    const app = new TwoPythons();
    const { older, newer, onlyNewer } = app;
    const move = `Python ${older.version} to ${newer.version}`;
    app.publish("1", code("1"));
    await app.init();
    expect(await app.runs()).toBe(`foo 1 x ${older.version}`);
    app.publish("2", code("2"), [onlyNewer]);
    const plain = app.config;
    const need = `foo 1 is what there is; foo==2 requires Python ${onlyNewer}: it stays with Python ${older.version}, since Python ${newer.version} is`;
    const rules: Record<string, string> = {
      [`[upgrade]\nmax_minor = "${older.minor}"\n`]: `${need} above ${older.minor} (upgrade.max_minor in`,
      [`exclude = ["python ==${newer.version}"]\n`]: `${need} excluded by app.exclude in`,
    };
    for (const [rule, why] of Object.entries(rules)) {
      app.config = plain + rule;
      await app.init();
      expect(await app.update()).toEqual({ ended: 0, stderr: expect.stringContaining(why) });
      expect((await app.status()).check).toMatchObject({ outcome: "current", reason: "python" });
      expect((await app.events("check")).at(-1)?.message).toContain(why);
    }
    app.config = plain;
    app.install(false);
    await app.init();
    expect((await app.update()).stderr).toContain("nothing on this machine is such a Python: install one");
    app.install();
    expect((await app.update()).stderr).toContain("foo is 2 now");
    expect(await app.runs()).toBe(`foo 2 x ${newer.version}`);
    const release = (await app.status()).release;
    for (const event of ["stage", "activate"])
      expect((await app.events(event)).at(-1)).toMatchObject({ release, message: move });
    expect((await app.update()).stderr).toMatch(/foo 2 is what there is$/m);
    expect(await app.events("stage")).toHaveLength(1);
    await app.says(["self", "rollback"], app.env);
    expect(await app.runs()).toBe(`foo 1 x ${older.version}`);
    const back = `rolled back by hand; Python ${newer.version} to ${older.version}`;
    expect(await app.says(["self", "history"], app.env)).toMatch(
      new RegExp(`fallback  ${release} -> 1-\\w+: ${back}$`, "m"),
    );
    expect((await app.update()).stderr).toContain(`${release} is not taken again: rolled back by hand`);
    expect(await app.runs()).toBe(`foo 1 x ${older.version}`);
    const third = realPython("3.11");
    if (third !== undefined) link(path.join(path.dirname(app.hidden), "python3.11"), third);
    app.publish("3", code("3"), [`!=${older.minor}.*`]);
    expect((await app.update()).stderr).toContain("foo is 3 now");
    expect(await app.runs()).toBe(`foo 3 x ${newer.version}`);
    await app.says(["self", "rollback"], app.env);
    expect((await app.update()).stderr).toMatch(
      /it stays with .*since 3-\w+ is not taken again: rolled back by hand$/m,
    );
    await app.says(["self", "rollback", "3"], app.env);
    expect(await app.runs()).toBe(`foo 3 x ${newer.version}`);
    for (const version of ["1", "2", "3"]) app.withdraw(version);
    app.publish("0.9", code("0.9"), [`<${newer.minor}`]); // an upper bound, which uv passes over and pip does not
    expect((await app.update()).stderr).toContain("foo is 0.9 now");
    expect(await app.runs()).toBe(`foo 0.9 x ${older.version}`);
    expect((await app.events("activate")).at(-1)?.message).toBe(`Python ${newer.version} to ${older.version}`);
    app.publish("0.9.1", code("0.9.1"));
    expect((await app.update()).stderr).toContain("foo is 0.9.1 now");
    expect(await app.runs()).toBe(`foo 0.9.1 x ${older.version}`);
  });

  it("of an address with a wheel for each Python is staged once, and one that all releases are for is taken at once", async () => {
    const app = new TwoPythons();
    const { url } = await serve(app.basket, ({ url: target }, response) => {
      if (target !== "/") return false;
      const links = fs.readdirSync(app.basket).map((name) => `<a href="${name}">${name}</a>`);
      return response.setHeader("Content-Type", "text/html").end(links.join("\n")) !== undefined;
    });
    app.config = app.config.replace(/sources = .*/, `sources = ["${url}"]`);
    const tagged = (wheel: string, { minor }: RealPython) => {
      const tag = `cp${minor.replace(".", "")}`;
      fs.renameSync(wheel, wheel.replace("py3-none-any", `${tag}-none-any`));
    };
    for (const python of [app.older, app.newer])
      tagged(appWheel(app.basket, "helper", "1", `x = "${python.minor}"\n`), python);
    tagged(app.publish("1", code("1"), ["helper"]), app.newer);
    await app.init();
    expect(await app.runs()).toBe(`foo 1 x ${app.newer.version}`);
    tagged(app.publish("2", code("2"), ["helper"]), app.older);
    expect((await app.update()).stderr).toContain("foo is 2 now");
    expect(await app.runs()).toBe(`foo 2 x ${app.older.version}`);
    const { release } = await app.status();
    expect(fs.readdirSync(path.join(app.home, "releases", release ?? "", "files")).sort()).toEqual([
      `foo-2-cp${app.older.minor.replace(".", "")}-none-any.whl`,
      `helper-1-cp${app.older.minor.replace(".", "")}-none-any.whl`,
      "prime_app-1-py3-none-any.whl",
    ]);
    expect((await app.update()).stderr).toMatch(/foo 2 is what there is$/m);
  });

  it("is fetched by the list of interpreters and its digest where that is said, and is not where it lies", async () => {
    const app = new TwoPythons();
    const server = await buildServer();
    const { newer, older } = app;
    app.install(false);
    app.publish("1", code("1"));
    app.config += `[upgrade]\nmanifest = "${server.list}"\n`;
    await app.init();
    await app.runs();
    app.publish("2", code("2"), [app.onlyNewer]);
    const archive = server.publish({ version: newer.version, bytes: fs.readFileSync(packed(newer)) });
    server.instead.set(archive, Buffer.from("no archive"));
    expect((await app.update()).stderr).toMatch(/it stays with Python .*sha256/s);
    expect(await app.runs()).toBe(`foo 1 x ${older.version}`);
    server.instead.delete(archive);
    expect((await app.update()).stderr).toContain("foo is 2 now");
    expect(await app.runs()).toBe(`foo 2 x ${newer.version}`);
    expect(keptIn(app.box)).toContainEqual(expect.stringMatching(`-${newer.version}$`));
    expect((await app.update()).stderr).toMatch(/foo 2 is what there is$/m);
  });

  it("is what is left where the interpreter of an app is gone: that very start moves to it", async () => {
    const app = new TwoPythons();
    const { older, newer } = app;
    app.install(false);
    const python3 = path.join(path.dirname(app.hidden), "python3");
    const own = install(older, path.join(app.box.base, "own"));
    for (const name of [python3, path.join(path.dirname(python3), `python${older.minor}`)]) link(name, own.file);
    app.publish("1", code("1"));
    await app.init();
    app.env.UV_PYTHON_DOWNLOADS = "never";
    for (const word of ["x", "y"]) expect(await app.runs(word)).toBe(`foo 1 ${word} ${older.version}`);
    fs.rmSync(path.join(app.box.base, "own"), { recursive: true });
    fs.rmSync(path.join(path.dirname(python3), `python${older.minor}`));
    link(python3, newer.file);
    const moved = await app.run(["z"], { env: app.env });
    expect(moved).toMatchObject({ code: 0, stdout: `foo 1 z ${newer.version}\n` });
    expect(moved.stderr).toMatch(/prime: warning: environment \S+ can't be used: it stands on \S+own\/bin/);
    expect(await app.run(["z"], { env: app.env })).toMatchObject({ stdout: `foo 1 z ${newer.version}\n`, stderr: "" });
  });

  it("is none that a running app's `require` is given, which imports at once", async () => {
    const app = new TwoPythons();
    const requires = `import prime_app; prime_app.require(["helper"]); import helper; sys.argv.append(helper.x)`;
    app.publish("1", saying("1", requires));
    await app.init();
    await app.run(["x"], { env: app.env });
    appWheel(app.basket, "helper", "1", 'x = "helps"\n');
    app.publish("2", code("2"), [app.onlyNewer]);
    expect(await app.runs()).toBe("foo 1 x helps");
    expect((await app.update()).stderr).toContain(`is ready (Python ${app.older.version} to ${app.newer.version})`);
  });

  describe("of a real index", () => {
    let tools = "";
    beforeEach(async (context) => {
      tools = (await serverTools()) ?? "";
      if (tools === "") context.skip("this machine can't have pypiserver");
    }, 600_000);

    it("is taken on trial beside a start, and gone back from with its interpreter where it does not work", async () => {
      const app = new TwoPythons();
      const url = await pypiserver(tools, app.basket);
      app.config = app.config.replace(/sources = .*/, `sources = ["index+${url}"]`);
      app.publish("1", code("1"));
      await app.init();
      expect(await app.runs()).toBe(`foo 1 x ${app.older.version}`);
      app.publish("2", "import nothing_of_that_name\n", [app.onlyNewer]);
      expect(await app.updateBeside(app.env)).toMatchObject({ version: "1", check: { outcome: "staged" } });
      expect(await app.runs()).toBe(`foo 1 x ${app.older.version}`);
      expect((await app.events("fallback")).at(-1)?.message).toContain(
        `Python ${app.newer.version} to ${app.older.version}`,
      );
      app.publish("3", code("3"), [app.onlyNewer]);
      expect(await app.updateBeside(app.env)).toMatchObject({ check: { outcome: "staged" } });
      expect(await app.runs()).toBe(`foo 3 x ${app.newer.version}`);
    });

    it("is no question where it is a pre-release that nobody asked for", async () => {
      const app = new TwoPythons();
      const url = await pypiserver(tools, app.basket);
      app.config = app.config.replace(/sources = .*/, `sources = ["index+${url}"]`);
      app.publish("1", code("1"));
      await app.init();
      expect(await app.runs()).toBe(`foo 1 x ${app.older.version}`);
      app.publish("2rc1", code("2rc1"), [app.onlyNewer]);
      expect(await app.update()).toEqual({ ended: 0, stderr: expect.stringMatching(/foo 1 is what there is$/m) });
      expect((await app.status()).check).toMatchObject({ outcome: "current", reason: null });
      app.publish("1.5", code("1.5"), [app.onlyNewer]);
      expect((await app.update()).stderr).toContain("foo is 1.5 now");
      expect(await app.runs()).toBe(`foo 1.5 x ${app.newer.version}`);
      app.config = app.config.replace('"foo"', '"foo >=2rc1"');
      await app.init();
      expect((await app.update()).stderr).toContain("foo is 2rc1 now");
    });

    it("that tells of its files which Python they are for is taken by a first start, too", async () => {
      const app = new TwoPythons();
      const { url } = await serve(app.basket, ({ url: target = "" }, response) => {
        const page = path.join(app.basket, target, "index.html");
        if (!target.endsWith("/") || !fs.existsSync(page)) return false;
        return response.setHeader("Content-Type", "text/html").end(fs.readFileSync(page)) !== undefined;
      });
      app.config = app.config.replace(/sources = .*/, `sources = ["index+${url}simple/"]`);
      app.publish("1", code("1"));
      const wheel = path.basename(app.publish("2", code("2"), [app.onlyNewer]));
      dumbIndex(tools, app.basket, {}, { [wheel]: app.onlyNewer });
      await app.init();
      expect(await app.runs()).toBe(`foo 2 x ${app.newer.version}`);
    });
  });
});
