import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import type * as http from "node:http";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AppBox, from, saying } from "../../../support/apps/apps.ts";
import { serve as serveFiles } from "../../../support/apps/releases.ts";

describe("files of a folder by HTTP", () => {
  it("are resumed, asked for by their validators, compared with their digests and never taken when changed", async () => {
    const app = new AppBox();
    const wheel = () => fs.readFileSync(app.publish("1"));
    let [bytes, digest] = [wheel(), ""];
    const asked: string[] = [];
    const faults: ((response: http.ServerResponse) => unknown)[] = [];
    const { url } = await serveFiles("/nonexistent", ({ url: target = "", headers }, response) => {
      const hashes = digest === "" ? {} : { hashes: { sha256: digest } };
      const files = [
        { url: "foo-1-py3-none-any.whl", ...hashes },
        { url: "http://elsewhere.example/foo-9-py3-none-any.whl" },
      ];
      if (!target.endsWith(".whl")) return response.end(JSON.stringify({ files })) !== undefined;
      const [range, tag] = [headers.range, createHash("sha256").update(bytes).digest("hex")];
      asked.push(range ?? (headers["if-none-match"] === undefined ? "whole" : "unchanged?"));
      const fault = faults.shift();
      response.setHeader("ETag", `"${tag}"`);
      if (fault !== undefined) fault(response);
      else if (headers["if-none-match"] === `"${tag}"`) response.writeHead(304).end();
      else if (range !== undefined && headers["if-range"] === `"${tag}"`) {
        const from = Number(/\d+/.exec(range)?.[0]);
        response.writeHead(206, { "Content-Range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
        response.end(bytes.subarray(from));
      } else response.end(bytes);
      return true;
    });
    from(app, url);
    await app.init();
    const cut = (response: http.ServerResponse) =>
      response
        .writeHead(200, { "Content-Length": bytes.length })
        .write(bytes.subarray(0, 100), () => response.destroy());
    faults.push(cut, (response) => response.writeHead(404).end());
    expect((await app.run([])).code).toBe(125);
    expect(await app.says(["a"])).toBe("foo 1 a");
    expect(asked).toEqual(["whole", "bytes=100-", "bytes=100-"]);
    const told = async () => (await app.run(["self", "update"])).stderr;
    expect(await told()).toContain("foo 1 is what there is");
    expect(asked.splice(0)).toEqual(["whole", "bytes=100-", "bytes=100-", "unchanged?"]);
    bytes = fs.readFileSync(app.publish("1", saying("another 1")));
    expect(await told()).toContain(`could not take ${url}foo-1-py3-none-any.whl: it is another file than before`);
    digest = "0".repeat(64);
    expect(await told()).toContain(
      `could not take ${url}foo-1-py3-none-any.whl: its sha256 is not the one listed for it`,
    );
    [bytes, digest] = [wheel(), ""];
    const short = (response: http.ServerResponse) =>
      response.writeHead(200, { "Content-Length": 50, ETag: '"short"' }).end(bytes.subarray(0, 50));
    faults.push(short, short);
    expect(await told()).toMatch(/foo-1-py3-none-any\.whl/);
    expect(await app.says(["b"])).toBe("foo 1 b");
    expect(await told()).toContain("foo 1 is what there is");
  });
});

it("a file that comes slowly and steadily is waited for as a whole, though uv waits no longer than for a byte", async () => {
  const app = new AppBox();
  const { url } = await serveFiles(app.basket, ({ url: target = "" }, response) => {
    const names = fs.readdirSync(app.basket).map((name) => `<a href="${name}">${name}</a>`);
    if (target === "/") return response.setHeader("Content-Type", "text/html").end(names.join("")) === response;
    const bytes = fs.readFileSync(path.join(app.basket, target));
    let at = 0;
    const timer = setInterval(() => {
      if (at >= bytes.length) return void response.end(() => clearInterval(timer));
      response.write(bytes.subarray(at, at + 4000));
      at += 4000;
    }, 500);
    response.on("close", () => clearInterval(timer));
    return true;
  });
  from(app, url);
  app.publish("1", saying("1", `print(len("${Array.from({ length: 1500 }, (_, at) => at ** 3).join("")}"))`));
  await app.init();
  expect(await app.says([], { UV_HTTP_TIMEOUT: "1", UV_HTTP_RETRIES: "0" })).toMatch(/foo 1$/);
});

it("a full disk is told as such, not as a file that is gone, and what came is out of the way of all else", async ({
  skip,
}) => {
  const app = new AppBox();
  const state = path.join(app.box.home, ".local/state");
  fs.mkdirSync(state, { recursive: true });
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1200k", "none", state]).status !== 0)
    skip("this user can't mount a small disk");
  onTestFinished(() => void spawnSync("umount", [state]));
  const { url } = await serveFiles(app.basket, ({ url: target }, response) => {
    const names = fs.readdirSync(app.basket).map((name) => `<a href="${name}">${name}</a>`);
    response.setHeader("ETag", '"same"');
    return target === "/" && response.setHeader("Content-Type", "text/html").end(names.join("")) === response;
  });
  from(app, url);
  app.publish("1");
  await app.init();
  await app.says([]);
  fs.writeFileSync(path.join(app.basket, "foo-2-py3-none-any.whl"), randomBytes(2_000_000));
  const { stderr } = await app.run(["self", "update"]);
  expect([/404/.test(stderr), stderr]).toEqual([false, expect.stringContaining("no space is left on the disk")]);
  expect(await app.status()).toMatchObject({
    version: "1",
    check: {
      outcome: "failed",
      message: expect.stringMatching(/could not write .*foo-2-.*\n {2}next: free some space/),
    },
  });
});
