import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { appWheel, saying } from "../../support/apps/apps.ts";
import { filesBelow, Maintainer, PASSPHRASE } from "../../support/apps/channel.ts";
import { serve } from "../../support/apps/releases.ts";
import { goodPython } from "../../support/machine.ts";

/** Three releases, of which stable points at the first. */
async function three(maintainer = new Maintainer()): Promise<Maintainer> {
  await maintainer.begin();
  await maintainer.good("publish", maintainer.wheel("3.2.0"), "--promote", "stable");
  await maintainer.good("publish", maintainer.wheel("3.2.1"), maintainer.wheel("3.2.1"));
  await maintainer.good("publish", maintainer.wheel("3.2.2"), "--notes", "faster");
  return maintainer;
}

describe("channel", () => {
  it("leads a channel through the day of a bad release", { timeout: 240_000 }, async () => {
    const maintainer = await three();
    expect(await maintainer.good("promote", "stable", "3.2.1", "--percent", "20")).toContain(
      "stable points at 3.2.1 for 20 %, 3.2.0 for the others (promote, serial 2)",
    );
    await maintainer.good("promote", "stable", "3.2.1");
    expect((await maintainer.run(["promote", "stable", "3.2.0"])).stderr).toContain("channel fallback stable 3.2.0");
    await maintainer.good("fallback", "stable", "3.2.0", "--reason", "3.2.1 loses data");
    expect((await maintainer.status()).channels.stable).toMatchObject({
      serial: 4,
      version: "3.2.0",
      direction: "fallback",
      reason: "3.2.1 loses data",
    });
    expect(await maintainer.good("withdraw", "3.2.1", "--reason", "loses data")).toContain("3.2.1 is withdrawn");
    const refused = await maintainer.run(["promote", "stable", "3.2.1"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("3.2.1 was withdrawn: loses data")]);
    expect(refused.stderr).toContain("there are: 3.2.0, 3.2.2");
    await maintainer.good("promote", "stable", "3.2.2");
    await maintainer.good("floor", "stable", "3.2.2");
    expect((await maintainer.run(["fallback", "stable", "3.2.0", "--reason", "x"])).stderr).toContain(
      "below the floor",
    );
    expect((await maintainer.run(["undo", "stable"])).stderr).toContain("below the floor of stable, 3.2.2");
    const { stdout } = await maintainer.run(["verify", maintainer.to]);
    expect(stdout).toMatch(/^stable: 3\.2\.2 \(serial 5, foo\)\nsigned until 20\d\d-.+ \(timestamp\)\n$/);
    const { expires, releases } = await maintainer.status();
    expect([expires.root?.days, expires.timestamp?.days]).toEqual([364, 29]);
    expect(releases.map(({ version, withdrawn }) => [version, withdrawn])).toEqual([
      ["3.2.0", null],
      ["3.2.1", "loses data"],
      ["3.2.2", null],
    ]);
  });

  it("tells no key and no passphrase to anybody", { timeout: 240_000 }, async () => {
    const maintainer = await three();
    await maintainer.good("rotate-key", "online");
    await maintainer.good("rotate-key", "offline");
    await maintainer.good("resign", "--all");
    const wrong = await maintainer.run(["withdraw", "3.2.0"], { stdin: "another\n" });
    expect([wrong.code, wrong.stderr]).toEqual([125, expect.stringContaining("the passphrase does not open it")]);
    const { box } = maintainer;
    const keys = box.path("channel/keys");
    const secrets = [PASSPHRASE];
    for (const name of fs.readdirSync(keys)) {
      const file = path.join(keys, name);
      expect(fs.statSync(file).mode & 0o777).toBe(0o600);
      secrets.push(
        ...fs
          .readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => line.length > 20 && !line.startsWith("-")),
      );
    }
    expect(secrets.length).toBeGreaterThan(4);
    const told = maintainer.said.join("\n");
    const written = filesBelow(box.base)
      .map((name) => path.join(box.base, name))
      .filter((file) => path.dirname(file) !== keys && !file.includes("/.cache/") && file !== box.launcher)
      .map((file) => fs.readFileSync(file, "latin1"));
    for (const secret of secrets) for (const text of [told, ...written]) expect(text.includes(secret)).toBe(false);
  });

  it("goes to the place that was named, from wherever it is led, and keeps no password of it", async () => {
    const { box } = new Maintainer();
    const options = { cwd: box.root, stdin: `${PASSPHRASE}\n` };
    const init = ["channel", "init", "--app", "foo", "--simple", "--passphrase-fd", "0", "--dir", "lead", "--to"];
    const refused = await box.run([...init, "https://u:secret@127.0.0.1/x"], options);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("~/.netrc")]);
    expect(refused.stderr).not.toContain("secret");
    expect(await box.run([...init, "served"], options)).toMatchObject({ code: 0 });
    const before = filesBelow(box.path("served"));
    expect(await box.run(["channel", "resign", "--dir", box.path("lead")], { cwd: "/" })).toMatchObject({ code: 0 });
    expect(filesBelow(box.path("served")).length).toBeGreaterThan(before.length);
  });

  it("says what it can't do without a terminal, and what else is missing", async () => {
    const { box, to } = new Maintainer();
    const init = ["channel", "init", "--app", "foo", "--to", to, "--simple"];
    const shell = ["setsid", "--wait"];
    const { code, stderr } = await box.run(init, { cwd: box.root, shell });
    expect([code, stderr]).toEqual([125, expect.stringMatching(/there is no terminal\n.*--passphrase-fd 7 7<FILE/)]);
    const none = await box.run(["channel", "promote", "stable", "1"], { cwd: box.root });
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("./prime channel init makes one")]);
    for (const to of ["https://", "https://a b/", "file://host/served", "S3://bucket"]) {
      const wrong = await box.run(["channel", "init", "--app", "foo", "--to", to, "--simple"], { cwd: box.root });
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining(`could not use ${to}: `)]);
    }
    const empty = await box.run([...init, "--passphrase-fd", "0"], { cwd: box.root, stdin: "\n" });
    expect(empty.stderr).toContain("it was empty");
  });

  it("refuses another file under a version that was released, and repeats what was", async () => {
    const maintainer = await new Maintainer().begin();
    const wheel = maintainer.wheel("3.2.0");
    await maintainer.good("publish", wheel);
    expect(await maintainer.good("publish", wheel)).toContain("3.2.0 is published already");
    const { code, stderr } = await maintainer.run(["publish", maintainer.wheel("3.2.0", "bar; extra == 'x'")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("a release never changes: give it another version")]);
    maintainer.box.file("dist/foo-3.2.3.tar.gz", "");
    const source = await maintainer.run(["publish", "dist/foo-3.2.3.tar.gz"]);
    expect(source.stderr).toContain("neither a wheel nor a pylock.toml");
    maintainer.box.file("dist/foo-3.2.4-py3-none-any.whl", "no archive");
    expect((await maintainer.run(["publish", "dist/foo-3.2.4-py3-none-any.whl"])).stderr).toContain("is no wheel");
  });

  it("releases no file but what the lock has by its digest, and no password", async () => {
    const maintainer = await new Maintainer().begin();
    const { box } = maintainer;
    const wheel = maintainer.wheel("1");
    const digest = createHash("sha256").update(fs.readFileSync(wheel)).digest("hex");
    const publish = (path: string) => {
      const wheels = (place: string) => `wheels = [{ ${place}, hashes = { sha256 = "${digest}" } }]\n`;
      const foo = `[[packages]]\nname = "foo"\nversion = "1"\n${wheels(`path = "${path}"`)}`;
      const bar = `[[packages]]\nname = "bar"\nversion = "1"\nindex = "https://joe:s3cret@a.example/simple"\n`;
      const far = wheels('url = "https://joe:s3cret@a.example/bar-1-py3-none-any.whl"');
      box.file("pylock.toml", `lock-version = "1.0"\ncreated-by = "me"\n${bar}${far}${foo}`);
      return maintainer.run(["publish", "pylock.toml", "--release-version", "1"]);
    };
    box.file("../secret", "mine");
    const secret = path.join(path.dirname(box.root), "secret");
    const refused = await publish("../secret");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`${secret} has another sha256`)]);
    expect(await publish(path.relative(box.root, wheel))).toMatchObject({ code: 0 });
    const served = filesBelow(maintainer.to).map((file) => fs.readFileSync(path.join(maintainer.to, file), "latin1"));
    expect(served.filter((text) => text.includes("a.example/bar-1")).length).toBe(1);
    expect(served.filter((text) => text.includes("s3cret") || text === "mine")).toEqual([]);
  });

  it("makes no keys for a place that can't be written to, so that the same works once it can", async () => {
    let status = 403;
    const served = new Map<string, Buffer>();
    const { url } = await serve("/nonexistent", (request, response) => {
      const [parts, name]: [Buffer[], string] = [[], request.url ?? ""];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        if (request.method === "GET") return response.writeHead(served.has(name) ? 200 : 404).end(served.get(name));
        if (status < 300) served.set(name, Buffer.concat(parts));
        return response.writeHead(status).end();
      });
      return true;
    });
    const maintainer = new Maintainer(url);
    const init = () => maintainer.run(["init", "--app", "foo", "--to", url, "--simple"]);
    expect(await init()).toMatchObject({ code: 125, stderr: expect.stringContaining("the server says 403") });
    status = 201;
    expect(await init()).toMatchObject({ code: 0 });
  });

  it("makes no keys where they would be served", async () => {
    const { box } = new Maintainer();
    const options = { cwd: box.root, stdin: `${PASSPHRASE}\n` };
    const init = (...words: readonly string[]) =>
      box.run(["channel", "init", "--app", "foo", "--simple", "--passphrase-fd", "0", ...words], options);
    fs.symlinkSync(".", box.path("link"));
    for (const words of [
      ["--to", "channel"],
      ["--to", "."],
      ["--to", "link", "--dir", "lead"],
      ["--to", `file://${box.root}`],
    ]) {
      const { code, stderr } = await init(...words);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/would serve the keys in .*\n.*--dir DIR/)]);
    }
    expect(fs.existsSync(box.path("channel"))).toBe(false);
    expect(await init("--to", "channel/served")).toMatchObject({ code: 0 });
  });

  it("signs nothing that no client would read, and goes on as it was", { timeout: 120_000 }, async () => {
    const maintainer = new Maintainer();
    const named = await maintainer.run(["init", "--app", "my app", "--to", maintainer.to, "--simple"]);
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining("`app` must be")]);
    await maintainer.begin();
    const wheel = maintainer.wheel("3.2.0");
    const long = "x".repeat(4097);
    const publish = (...words: string[]) => maintainer.run(["publish", wheel, ...words]);
    const refuses = async (ended: ReturnType<typeof publish>, words: string) => {
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    };
    await refuses(publish("--notes", long), "`notes` must be 4096 characters at most");
    await refuses(publish("--min-launcher", "new"), "`launcher` must be a version");
    await refuses(publish("--release-version", "next"), "`version` must be a version");
    expect(await maintainer.good("publish", wheel, "--promote", "stable", "--percent", "10")).toContain(
      "stable points at 3.2.0 for all, since nothing was before",
    );
    await refuses(maintainer.run(["promote", "sta/ble", "3.2.0"]), "`channel` must be");
    await refuses(maintainer.run(["promote", "stable", "latest"]), "there is no release latest");
    await refuses(maintainer.run(["promote", "stable", "3.2.0", "--reason", long]), "`reason` must be");
    await refuses(maintainer.run(["withdraw", "3.2.0", "--reason", long]), "`withdrawn.3.2.0.reason` must be");
    await refuses(maintainer.run(["floor", "sta ble", "3.2.0"]), "`floor.sta ble` must be");
    expect((await maintainer.run(["verify", maintainer.to])).stdout).toContain("stable: 3.2.0");
    maintainer.box.git("init", "--quiet");
    maintainer.box.git("add", "channel");
    expect(maintainer.box.git("ls-files", "channel")).not.toContain(".pem");
  });

  it("makes a page that asks for nothing elsewhere, whatever is written in it", async () => {
    const maintainer = await new Maintainer().begin();
    const notes = "<script>alert(1)</script>";
    await maintainer.good("publish", maintainer.wheel("3.2.0"), "--promote", "stable", "--notes", notes);
    await maintainer.good("status", "--html", "page.html");
    const page = fs.readFileSync(maintainer.box.path("page.html"), "utf8");
    expect(page).toContain("3.2.0");
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|\bsrc=|\bhref=|\son\w+=/);
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(page).toMatch(/name="viewport" content="width=device-width/);
    expect(page).toMatch(/color-scheme: light dark/);
    expect(page).toMatch(/<time datetime="20\d\d-\d\d-\d\dT[\d:]+Z">20\d\d-\d\d-\d\d \d\d:\d\d UTC</);
    // Each element is closed, in its order.
    const open: string[] = [];
    for (const [, end, name = ""] of page.replace(/<!doctype[^>]*>/, "").matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
      if (end === "/") expect(open.pop()).toBe(name);
      else if (name !== "meta") open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe("channel, for those who must keep pip", () => {
  it("writes an index whose package goes backwards with the channel, by pip's own upgrade", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await three();
    const { box } = maintainer;
    const python = box.path("venv/bin/python");
    const upgrade = async () => {
      await maintainer.good("export-index", "out");
      const words = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--upgrade",
        "--no-cache-dir",
        "--index-url",
        `file://${box.path("out/simple")}`,
      ];
      const { code, stderr } = await box.run([...words, "foo-stable"], {
        launcher: python,
        env: { PIP_CONFIG_FILE: "/dev/null" },
      });
      expect([code, stderr]).toEqual([0, ""]);
      return (await box.run([], { launcher: box.path("venv/bin/foo") })).stdout.trim();
    };
    await box.run(["-m", "venv", box.path("venv")], { launcher: goodPython() });
    expect(await upgrade()).toBe("foo 3.2.0");
    await maintainer.good("promote", "stable", "3.2.2");
    expect(await upgrade()).toBe("foo 3.2.2");
    await maintainer.good("fallback", "stable", "3.2.1", "--reason", "slow");
    expect(await upgrade()).toBe("foo 3.2.1");
    await maintainer.good("promote", "stable", "3.2.2", "--percent", "10");
    expect(await upgrade()).toBe("foo 3.2.1");
    appWheel(box.path("dist"), "bar", "1", saying("1"));
    await maintainer.good("publish", maintainer.wheel("3.2.3", "bar"));
    await maintainer.good("export-index", "out");
    const page = (name: string) => fs.readFileSync(box.path(`out/simple/${name}/index.html`), "utf8");
    expect([page("foo"), page("bar")]).toEqual([expect.stringContaining("3.2.3"), expect.stringContaining("bar-1")]);
    await maintainer.good("withdraw", "3.2.3");
    await maintainer.good("export-index", "out");
    expect([page("foo"), page("bar")].filter((text) => /3\.2\.3|bar-1/.test(text))).toEqual([]);
  });
});
