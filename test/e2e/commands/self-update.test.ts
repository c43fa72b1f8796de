import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { wheel } from "../../../build/release/wheel.ts";
import { PACKAGE } from "../../../src/commands/self-update/names.ts";
import { launcherOf, serve } from "../../support/apps/releases.ts";
import { bad, good, repo } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

const NEWER = launcherOf("0.2.0");
const digestOf = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

/** A folder of releases, as `npm run release` makes it. */
function releases(box: Sandbox): string {
  const folder = path.join(box.base, "releases");
  for (const at of [folder, path.join(folder, "0.2.0")]) {
    fs.mkdirSync(at, { recursive: true });
    fs.writeFileSync(path.join(at, "prime"), NEWER);
    fs.writeFileSync(path.join(at, "prime.sha256"), `${digestOf(NEWER)}  prime\n`);
  }
  return folder;
}

const made = () => repo({ "requirements.txt": "" });
const version = async (box: Sandbox): Promise<string> => (await good(box, ["--version"])).stdout.trim();

describe("self-update", () => {
  it("puts a release in place by its digest, and the old one back", async () => {
    const box = made();
    const before = fs.readFileSync(box.launcher, "utf8");
    fs.chmodSync(box.launcher, 0o755);
    const { stdout } = await good(box, ["self-update", "--from", releases(box)]);
    expect(stdout).toContain(`prime 0.1.0 → 0.2.0 (sha256 ${digestOf(NEWER)}`);
    expect([await version(box), fs.statSync(box.launcher).mode & 0o777]).toEqual(["0.2.0", 0o755]);
    await good(box, ["run", "true"]);
    expect((await good(box, ["verify"])).stdout).toContain("is the release 0.2.0");
    expect((await good(box, ["self-update", "0.2.0", "--from", releases(box)])).stdout).toContain(
      "is prime 0.2.0 already",
    );
    expect((await good(box, ["self-update", "--undo"])).stdout).toContain("prime 0.2.0 → 0.1.0 again");
    expect(fs.readFileSync(box.launcher, "utf8")).toBe(before);
    await good(box, ["self-update", "--undo"]);
    expect(await version(box)).toBe("0.2.0");
  });

  it("takes it from a server, which may send elsewhere, be busy once, and want a password", async () => {
    const box = made();
    let busy = true;
    const { url, asked } = await serve(releases(box), ({ url: target = "", headers }, response) => {
      if (target.startsWith("/moved/")) response.writeHead(302, { location: target.slice("/moved".length) }).end();
      else if (busy) response.writeHead(503, { "retry-after": "0" }).end();
      else if (headers.authorization !== `Basic ${Buffer.from("me:s3cret").toString("base64")}`)
        response.writeHead(401).end();
      else return false;
      if (!target.startsWith("/moved/")) busy = false;
      return true;
    });
    const words = ["self-update", "0.2.0", "--from", `${url}moved/`];
    expect(await bad(box, words)).toMatch(/the server says 401\n.*~\/\.netrc/);
    fs.writeFileSync(path.join(box.home, ".netrc"), "machine 127.0.0.1\nlogin me password s3cret\n");
    expect((await good(box, words)).stdout).toContain("prime 0.1.0 → 0.2.0");
    await good(box, ["self-update", "--undo"]);
    fs.rmSync(path.join(box.home, ".netrc"));
    const { stdout } = await good(box, ["self-update", "0.2.0", "--from", url.replace("//", "//me:s3cret@")]);
    expect(stdout).toContain("prime 0.1.0 → 0.2.0");
    expect(stdout).not.toContain("s3cret");
    expect(asked).toContain("GET /0.2.0/prime.sha256");
  });

  it("asks through the user's proxy, and says when that wants a password", async () => {
    const box = made();
    const folder = releases(box);
    const proxy = await serve(folder, ({ url = "", headers }, response) => {
      if (headers["proxy-authorization"] === undefined) response.writeHead(407).end();
      else response.end(fs.readFileSync(path.join(folder, new URL(url).pathname)));
      return true;
    });
    const words = ["self-update", "--from", "http://releases.invalid/"];
    const env = { http_proxy: proxy.url, no_proxy: "localhost" };
    expect((await box.run(words, { env })).stderr).toContain("wants a valid user name and password (407)");
    await good(box, words, { env: { ...env, http_proxy: proxy.url.replace("//", "//u:p@") } });
    expect(proxy.asked).toContain("GET http://releases.invalid/prime.sha256");
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const)(
    "ended by %s it leaves nothing for good",
    async (signal) => {
      const box = made();
      await good(box);
      const before = fs.readFileSync(box.launcher);
      const folder = releases(box);
      let reach = () => {};
      const reached = new Promise<void>((resolve) => {
        reach = resolve;
      });
      const { url } = await serve(folder, ({ url: target }) => {
        if (target !== "/prime.sha256") return false;
        reach(); // and the launcher is there
        return true;
      });
      const cache = path.join(box.home, ".cache/prime");
      const drafts = () => fs.readdirSync(cache).filter((name) => name.startsWith("self-update"));
      const started = box.start(["self-update", "--from", url]);
      await reached;
      expect(fs.readdirSync(path.join(cache, `${drafts()}`))).toContain("prime");
      process.kill(-(started.child.pid as number), signal);
      await started.ended;
      expect(fs.readFileSync(box.launcher)).toEqual(before);
      await good(box, ["gc"]);
      expect(drafts()).toEqual([]);
      await good(box, ["run", "true"]);
    },
  );

  it("takes it from an index of Python packages", async () => {
    const box = made();
    const folder = path.join(box.base, "index");
    const [[name, bytes]] = Object.entries(
      wheel({ name: PACKAGE, version: "0.2.0", launcher: Buffer.from(NEWER), license: Buffer.from("") }),
    ) as [[string, Buffer]];
    fs.mkdirSync(path.join(folder, "simple", PACKAGE), { recursive: true });
    fs.writeFileSync(path.join(folder, name), bytes);
    const { url } = await serve(folder, ({ url: target }, response) => {
      if (target !== `/simple/${PACKAGE}/`) return false;
      response.setHeader("content-type", "text/html");
      response.end(`<a href="/${name}#sha256=${digestOf(bytes)}">${name}</a>`);
      return true;
    });
    fs.writeFileSync(path.join(box.base, "tmp/uv.toml"), "no-index = true\n"); // above a cache that passes, where anybody could put it
    await good(box, ["self-update", "--from", `index+${url}simple`], { env: { PRIME_CACHE: "never" } });
    expect(await version(box)).toBe("0.2.0");
    expect(await bad(box, ["self-update", "9.9.9", "--from", `index+${url}simple`])).toContain(
      `could not get ${PACKAGE}==9.9.9`,
    );
  });

  it.each<readonly [string, string, (folder: string) => readonly string[]]>([
    ["another digest", "its sha256 is", (folder) => ["--from", `${folder}/prime#sha256=${"a".repeat(64)}`]],
    ["no digest", "without its digest", (folder) => ["--from", `${folder}/bare`]],
    ["no launcher", "it has no head", (folder) => ["--from", `${folder}/bare#sha256=${digestOf("bare")}`]],
    ["another version", "it holds 0.2.0", (folder) => ["0.3.0", "--from", `${folder}/prime`]],
    ["nothing there", "there is no such file", (folder) => ["--from", `${folder}/none`]],
    ["a server that is not there", "could not download", () => ["--from", "http://127.0.0.1:9/prime"]],
  ])("changes nothing for %s", async (_, says, wordsOf) => {
    const box = made();
    const folder = releases(box);
    fs.writeFileSync(path.join(folder, "bare"), "bare");
    const before = fs.readFileSync(box.launcher);
    expect(await bad(box, ["self-update", ...wordsOf(folder)])).toContain(says);
    expect(fs.readFileSync(box.launcher).equals(before)).toBe(true);
    expect(await bad(box, ["self-update", "--undo"])).toContain("none was replaced here");
  });

  it("says that it knows no place of releases", async () => {
    expect(await made().run(["self-update"])).toMatchObject({ code: 2, stderr: expect.stringContaining("--from URL") });
  });
});
