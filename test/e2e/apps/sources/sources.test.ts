import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { AppBox, from, saying } from "../../../support/apps/apps.ts";
import { serve as serveFiles } from "../../../support/apps/releases.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

/** Serves the files of a folder, and `answer` for its listing. */
async function serve(
  folder: string,
  answer: () => string | Buffer | [text: string, type: string],
  type = "text/html",
): Promise<string> {
  const server = http.createServer(({ url = "" }, response) => {
    const file = path.join(folder, path.basename(decodeURIComponent(url)));
    const listing = url.endsWith("/") && answer();
    if (Array.isArray(listing)) response.setHeader("Content-Type", listing[1]).end(listing[0]);
    else if (listing) response.setHeader("Content-Type", type).end(listing);
    else if (fs.existsSync(file)) response.end(fs.readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("a folder by HTTP", () => {
  it.each([
    [
      "a page of links",
      "text/html",
      (names: string[]) => names.map((name) => `<a href='${name}'>${name}</a>`).join("\n"),
    ],
    [
      "a list in JSON",
      "application/json",
      (names: string[]) => JSON.stringify({ files: names.map((name) => ({ filename: name, url: name })) }),
    ],
  ])("is read as %s; three releases, up and down", async (_, type, listing) => {
    const app = new AppBox();
    from(app, await serve(app.basket, () => listing(fs.readdirSync(app.basket)), type));
    app.publish("1");
    await app.init();
    expect(await app.says(["a"])).toBe("foo 1 a");
    app.publish("2");
    await app.updateBeside();
    expect(await app.says(["b"])).toBe("foo 2 b");
    app.publish("3");
    await app.updateBeside();
    expect(await app.says(["c"])).toBe("foo 3 c");
    app.withdraw("3");
    app.withdraw("2");
    await app.updateBeside();
    expect(await app.says(["d"])).toBe("foo 1 d");
  });

  it("is read packed by gzip too, as stores send what was put there so; not where it is no gzip, or more than a listing has", async () => {
    const app = new AppBox();
    const list = (names: string[]) => names.map((name) => `<a href="${name}">${name}</a>`).join("\n");
    let answer = () => gzipSync(list(fs.readdirSync(app.basket)));
    from(app, await serve(app.basket, () => answer()));
    app.publish("1");
    await app.init();
    expect(await app.says(["a"])).toBe("foo 1 a");
    answer = () => Buffer.from([0x1f, 0x8b, 1, 2, 3]);
    const fails = (message: RegExp) => ({ check: { outcome: "failed", message: expect.stringMatching(message) } });
    expect(await app.updateBeside()).toMatchObject(fails(/can't be unpacked/));
    answer = () => gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
    expect(await app.updateBeside()).toMatchObject(fails(/can't be unpacked: .*larger/));
  });

  it("is read as pip reads it: nothing of comments, nothing yanked, and each name by whatever characters it is written", async () => {
    const app = new AppBox();
    const [link, file] = [
      (of: string, more = "") => `<a href="foo-${of}-py3-none-any.whl"${more}>f</a>`,
      "foo-3-py3-none-any.whl",
    ];
    let [type, answer] = ["text/html", link("1")];
    from(app, await serve(app.basket, () => [answer, type]));
    for (const version of ["1", "1.0+x", "2", "3"]) app.publish(version);
    await app.init();
    await app.says([]);
    const lists = async (text: string, as = "text/html") => {
      [answer, type] = [text, as];
      const { code, stderr } = await app.run(["self", "update"]);
      return [code, /defect/.test(stderr), await app.says([])];
    };
    expect(await lists(`${link("1")}<!-- ${link("3")} --><!--`)).toEqual([0, false, "foo 1"]);
    expect(await lists(`<!-- --> ${link("2")}${link("3", ' data-yanked=""')}`)).toEqual([0, false, "foo 2"]);
    expect(await lists(`${link("1")}${link("1.0&#43;x")}`)).toEqual([0, false, "foo 1.0+x"]);
    const json = (...odd: readonly object[]) =>
      lists(JSON.stringify({ files: [...odd, { url: "foo-2-py3-none-any.whl", yanked: false }] }), "application/json");
    expect(await json({ filename: file, yanked: true }, { url: file, yanked: "bad" })).toEqual([0, false, "foo 2"]);
    expect(await json({ url: { toString: 1 } }, { url: [[]], filename: {}, hashes: [] })).toEqual([0, false, "foo 2"]);
    expect(await lists(`{"files":[{"url":${"[".repeat(2e5)}${"]".repeat(2e5)}}]}`, "application/json")).toEqual([
      125,
      false,
      "foo 2",
    ]);
  });

  it("that is a page to log in, is empty or is gone changes nothing, and is told for what it is", async () => {
    const app = new AppBox();
    let answer = () => `<a href="foo-1-py3-none-any.whl">foo</a>`;
    from(app, await serve(app.basket, () => answer()));
    app.publish("1");
    await app.init();
    await app.says([]);
    answer = () => "<form>log in</form>";
    expect(await app.updateBeside()).toMatchObject({
      version: "1",
      check: { outcome: "failed", message: expect.stringContaining("lists no wheel") },
    });
    from(app, "http://127.0.0.1:9/");
    await app.init();
    expect(await app.updateBeside()).toMatchObject({ version: "1", check: { outcome: "offline" } });
    expect(await app.says(["x"])).toBe("foo 1 x");
  });
});

describe("a version whose file is gone from the place that lists it", () => {
  it.each(["a folder", "an index"])("is passed over with a word; of %s", async (kind) => {
    const app = new AppBox();
    const listed = ["1"];
    const { url } = await serveFiles(app.basket, ({ url: target = "" }, response) => {
      if (target.endsWith(".whl")) return false;
      if (target === "/old/") response.writeHead(302, { Location: "/new/place/" }).end();
      else {
        const links = listed.map(
          (version) => `<a href="../../../foo-${version}-py3-none-any.whl">foo-${version}-py3-none-any.whl</a>`,
        );
        response.writeHead(200, { "Content-Type": "text/html" }).end(links.join("\n"));
      }
      return true;
    });
    from(app, kind === "an index" ? `index+${url}simple/` : `${url}old/`);
    app.publish("1");
    await app.init();
    expect(await app.says(["a"])).toBe("foo 1 a");
    listed.push("2", "3");
    const told = async () => (await app.run(["self", "update"])).stderr;
    expect(await told()).toContain(
      "foo 1 is what there is; passed over, since it is listed and is not there (404): foo-3-py3-none-any.whl, foo-2-",
    );
    app.publish("2");
    expect(await told()).toMatch(/foo-3-py3-none-any.whl is listed, and is not there.*foo is 2 now/s);
    app.withdraw("2");
    fs.rmSync(path.join(app.home, "fetched"), { recursive: true, force: true });
    expect(await app.updateBeside()).toMatchObject({ version: "2", staged: null, check: { outcome: "failed" } });
  });
});

const WRITE_EGG = `
import sys, zipfile
file, version, code = sys.argv[1:]
with zipfile.ZipFile(file, "w") as egg:
    egg.writestr("foo.py", code)
    egg.writestr("EGG-INFO/PKG-INFO", f"Metadata-Version: 1.0\\nName: foo\\nVersion: {version}\\n")
    egg.writestr("EGG-INFO/entry_points.txt", "[console_scripts]\\nfoo = foo:main\\n")
`;

describe("eggs", () => {
  it("in a folder here and by HTTP are made into wheels, and said to be old; three releases, up and down", async () => {
    const app = new AppBox();
    const egg = (version: string, python = "-py3.6", code = saying(version)) => {
      const file = path.join(app.basket, `foo-${version}${python}.egg`);
      execFileSync("python3", ["-c", WRITE_EGG, file, version, code], { env: app.box.env });
      return file;
    };
    egg("1", "");
    egg("9", "-py2.7");
    egg("9", "-py3.6-linux-x86_64");
    await app.init();
    const first = await app.run(["a"]);
    expect(first).toMatchObject({ stdout: "foo 1 a\n", code: 0 });
    expect(first.stderr).toContain("foo-1.egg is an egg: making a wheel of it");
    egg("2");
    fs.mkdirSync(path.join(app.basket, "foo-7-py3-none-any.whl"));
    fs.symlinkSync("gone", path.join(app.basket, "foo-8-py3-none-any.whl"));
    await app.updateBeside();
    expect(await app.says(["b"])).toBe("foo 2 b");
    for (const version of [7, 8])
      fs.rmSync(path.join(app.basket, `foo-${version}-py3-none-any.whl`), { recursive: true });
    from(
      app,
      await serve(app.basket, () => JSON.stringify({ files: fs.readdirSync(app.basket).map((url) => ({ url })) })),
    );
    const third = egg("3");
    await app.init();
    expect(await app.says(["c"], { PRIME_UPDATE: "wait" })).toBe("foo 3 c");
    fs.writeFileSync(third, "no egg");
    expect((await app.run(["self", "update"])).stderr).toContain("could not make a wheel of foo-3-py3.6.egg");
    fs.rmSync(third);
    expect(await app.says(["d"], { PRIME_UPDATE: "wait" })).toBe("foo 2 d");
    expect(await app.says(["e"], { XDG_STATE_HOME: path.join(app.box.base, "a[b]*") })).toBe("foo 2 e");
  });
});

describe("an index", () => {
  it("has no say for a package that is bound to another place, as a dependency of others too", async () => {
    const index = await packageIndex();
    index.publish("lib", "9");
    const app = new AppBox();
    const own = path.join(app.box.base, "own");
    fs.mkdirSync(own);
    app.publish("1", "import lib\n\ndef main():\n    lib.main()\n", ["lib"]);
    fs.renameSync(app.publish("2", saying("lib 2"), [], "lib"), path.join(own, "lib-2-py3-none-any.whl"));
    app.config = `${app.config.replace(/sources = .*/, `sources = ["${app.basket}", "index+${index.url}"]`)}[[app.package]]\nname = "lib"\nsources = ["${own}"]\n`;
    await app.init();
    expect(await app.says([])).toBe("foo lib 2");
    fs.renameSync(app.publish("3", saying("lib 3"), [], "lib"), path.join(own, "lib-3-py3-none-any.whl"));
    expect((await app.run(["self", "update"])).code).toBe(0);
    expect(await app.says(["self", "history"])).toMatch(/activate +1-\w+ -> 1-\w+: lib 2 to 3$/m);
    for (const name of fs.readdirSync(own)) fs.rmSync(path.join(own, name));
    expect(await app.updateBeside()).toMatchObject({ version: "1", staged: null, check: { outcome: "failed" } });
  });
});

describe("a place that can't be asked", () => {
  it("has no later one asked in its stead, which could have another package of that name", async () => {
    const index = await packageIndex();
    index.publish("foo", "9");
    const { url } = await serveFiles("/nonexistent", ({ url: target = "" }, response) => {
      const status = Number(/\d+/.exec(target)?.[0] ?? 200);
      response.writeHead(status, { "Content-Type": "text/html" }).end("<form>log in</form>");
      return true;
    });
    const app = new AppBox();
    app.publish("1");
    const { config } = app;
    from(app, `/nowhere", "index+${index.url}`);
    await app.init();
    const first = await app.run(["a"]);
    const next = expect.stringMatching(/^ {2}next: mount or make the folder, or name another source$/m);
    expect(first).toMatchObject({ code: 125, stdout: "", stderr: next });
    app.config = config;
    await app.init();
    expect(await app.says(["a"])).toBe("foo 1 a");
    const unmounted = app.box.path("unmounted");
    fs.mkdirSync(unmounted);
    const down = [
      ["/nowhere", "failed"],
      [unmounted, "failed"],
      ["http://127.0.0.1:9/", "offline"],
      [`${url}login/`, "failed"],
      [`${url}403/`, "denied"],
      [`${url}503/`, "failed"],
      ["index+http://127.0.0.1:9/", "offline"],
      [`index+${url}login`, "failed"],
      [`index+${url}403`, "denied"],
      [`index+${url}500`, "failed"],
    ] as const;
    for (const [place, outcome] of down) {
      from(app, `${place}", "index+${index.url}`);
      await app.init();
      const { code } = await app.run(["self", "update"], { env: { UV_HTTP_RETRIES: "0" } });
      const { version, staged, check } = await app.status();
      const seen = { place, code, version, staged, outcome: check.outcome };
      expect(seen).toEqual({ place, code: 125, version: "1", staged: null, outcome });
    }
    expect(index.asked).toEqual([]);
    expect(await app.says(["b"])).toBe("foo 1 b");
  });
});

it("an index whose address has a password gives its files by that, which others can't read of the app", async () => {
  const index = await packageIndex({ user: "me:sekret" });
  const app = new AppBox();
  index.publishFile(app.publish("1"));
  from(app, `index+${index.urlFor("me:sekret")}`);
  await app.init();
  expect(await app.says(["x"])).toBe("foo 1 x");
  index.publishFile(app.publish("2"));
  expect((await app.run(["self", "update"])).stderr).toContain("foo is 2 now");
  for (const name of fs.readdirSync(app.home, { recursive: true, encoding: "utf8" })) {
    const facts = fs.lstatSync(path.join(app.home, name));
    if (facts.isFile() && fs.readFileSync(path.join(app.home, name)).includes("sekret")) {
      expect([name, facts.mode & 0o077]).toEqual([name, 0]);
    }
  }
  for (const other of ["http://127.0.0.1:80@host.example/", "http://host.example#@127.0.0.1/"]) {
    from(app, other);
    await expect(app.init()).rejects.toThrow("must be a source");
  }
});
