import * as fs from "node:fs";
import type * as http from "node:http";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Customer, leading, Maintainer, putServer } from "../../support/apps/channel.ts";
import { serve } from "../../support/apps/releases.ts";
import type { Sandbox } from "../../support/sandbox.ts";

interface Check {
  readonly outcome: string;
  readonly reason: string | null;
  readonly message: string;
  readonly at: string;
  readonly next: string;
}

/** How a check that looks now ends. */
async function lookOf(customer: Customer, shown: string, env: NodeJS.ProcessEnv = {}): Promise<Check> {
  expect(await customer.says([], { PRIME_UPDATE: "wait", ...env })).toBe(shown);
  return (await customer.status()).check as unknown as Check;
}

describe("what goes wrong between a channel and its customers", () => {
  it("leaves the old release, by a word that says what it was, and is over with its cause", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    let fault: ((response: http.ServerResponse, file: string) => void) | undefined;
    const { url } = await serve(maintainer.to, (request, response) => {
      if (fault === undefined || !request.url?.endsWith("/timestamp.json")) return false;
      fault(response, path.join(maintainer.to, request.url));
      return true;
    });
    const customer = await new Customer().install(maintainer, url);
    expect(await customer.says([])).toBe("foo 3.2.0");
    await maintainer.good("promote", "stable", "3.2.1");
    fault = (response) => response.writeHead(500).end();
    expect((await lookOf(customer, "foo 3.2.0")).message).toContain("the server says 500");
    fault = (response) => response.writeHead(412).end();
    expect((await lookOf(customer, "foo 3.2.0")).message).toContain("the server says 412");
    fault = (response, file) => {
      const bytes = fs.readFileSync(file);
      response.writeHead(200, { "Content-Length": bytes.length });
      response.write(bytes.subarray(0, 100), () => response.destroy());
    };
    expect((await lookOf(customer, "foo 3.2.0")).message).toMatch(/could not download .*timestamp\.json: /);
    fault = (response, file) => response.end(fs.readFileSync(file).subarray(0, 200));
    expect(await lookOf(customer, "foo 3.2.0")).toMatchObject({ outcome: "refused", reason: "malformed" });
    fault = (response, file) => response.end(Buffer.concat([fs.readFileSync(file), Buffer.alloc(40_000, " ")]));
    expect(await lookOf(customer, "foo 3.2.0")).toMatchObject({ outcome: "refused", reason: "length" });
    fault = undefined;
    expect((await lookOf(customer, "foo 3.2.1")).outcome).toMatch(/^(?:current|staged)$/);

    // What was kept of the channel is torn, unreadable, or gone.
    const kept = path.join(customer.home, "channel");
    fs.writeFileSync(path.join(kept, "metadata/snapshot.json"), "{");
    fs.writeFileSync(path.join(kept, "state.json"), "{");
    expect((await lookOf(customer, "foo 3.2.1")).outcome).toBe("current");
    fs.rmSync(kept, { recursive: true });
    await maintainer.good("fallback", "stable", "3.2.0", "--reason", "x");
    expect((await lookOf(customer, "foo 3.2.0")).outcome).toMatch(/^(?:current|staged)$/);
  });

  it("is followed where it is moved, packed, or closed to who lists; and told as any place is that is busy or has a page to log in", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    let fault: ((request: http.IncomingMessage, response: http.ServerResponse, file: string) => boolean) | undefined;
    const { url } = await serve(path.dirname(maintainer.to), (request, response) => {
      const file = path.join(path.dirname(maintainer.to), request.url ?? "");
      return fault?.(request, response, file) === true;
    });
    const web = await new Customer().install(maintainer, `${url}served`);
    const bucket = await new Customer().install(maintainer, "s3://served");
    const s3 = { AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_DISABLED: "true" };
    const closed = "<Error><Code>AccessDenied</Code></Error>";
    fault = (_, response, file) => !fs.existsSync(file) && response.writeHead(403).end(closed) === response;
    expect((await lookOf(web, "foo 3.2.0")).outcome).toMatch(/^(?:current|staged)$/);
    expect((await lookOf(bucket, "foo 3.2.0", s3)).outcome).toMatch(/^(?:current|staged)$/);
    await maintainer.good("promote", "stable", "3.2.1");
    fault = (request, response) => {
      if (request.url?.includes("metadata")) response.writeHead(403).end(closed);
      return response.writableEnded;
    };
    expect((await lookOf(web, "foo 3.2.0")).message).toMatch(/timestamp\.json: the server says 403\n.*netrc/);
    expect((await lookOf(bucket, "foo 3.2.0", s3)).message).toContain(
      "without credentials it is refused (AccessDenied)",
    );

    fault = (_, response, file) => fs.existsSync(file) && response.end(gzipSync(fs.readFileSync(file))) === response;
    expect((await lookOf(web, "foo 3.2.1")).outcome).toMatch(/^(?:current|staged)$/);
    await maintainer.good("fallback", "stable", "3.2.0", "--reason", "x");
    fault = ({ url: asked = "" }, response) => {
      if (!asked.includes("?")) response.writeHead(302, { Location: `${asked}?moved` }).end();
      return response.writableEnded;
    };
    expect((await lookOf(web, "foo 3.2.0")).outcome).toMatch(/^(?:current|staged)$/);

    fault = (_, response) => response.setHeader("Content-Type", "text/html").end("<form>Log in") === response;
    const told = { outcome: "denied", message: expect.stringContaining("the server sends a web page instead") };
    expect(await lookOf(web, "foo 3.2.0")).toMatchObject(told);
    fault = (_, response) => response.writeHead(503, { "Retry-After": "7200" }).end() === response;
    const { at, next, message } = await lookOf(web, "foo 3.2.0");
    expect([message, Date.parse(next) - Date.parse(at)]).toEqual([expect.stringContaining("503"), 7200_000]);
  });

  it("tells of a clock that is ten years off, ahead or behind, and adopts nothing by it", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    const customer = await new Customer().install(maintainer);
    expect(await customer.says([])).toBe("foo 3.2.0");
    await maintainer.good("promote", "stable", "3.2.1");
    for (const off of [10, -10]) {
      const check = await lookOf(customer, "foo 3.2.0", clockOff(customer.box, off));
      expect(check).toMatchObject({ outcome: "refused", reason: "expired" });
      expect(check.message).toMatch(/the clock says 20[13]\d-.*\n.*next: set this machine's clock/s);
    }
    expect((await lookOf(customer, "foo 3.2.1")).outcome).toMatch(/^(?:current|staged)$/);
  });
});

describe("a maintainer's clock", () => {
  it("that is ten years off is told as one of two that is wrong, and the next move mends it", {
    timeout: 240_000,
  }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    const move = async (years: number) => {
      const words = ["fallback", "stable", "3.2.0", "--reason", "x"];
      const { code, stderr } = await maintainer.run(words, { env: clockOff(maintainer.box, years) });
      expect(code).toBe(0);
      return stderr;
    };
    const told = /stable was moved at 20.+Z, and the clock says 20.+Z, which is before: one of the two is wrong/;
    const seen = async () => (await maintainer.run(["verify", maintainer.to])).stdout + maintainer.said.at(-1);
    expect(await move(-10)).toMatch(told);
    expect(await seen()).toContain("expired");
    expect(await move(0)).not.toMatch(told);
    expect(await seen()).toContain("stable: 3.2.0 (serial 3, foo)");
    await move(10);
    expect(await seen()).toContain("which is before");
    expect(await move(0)).toMatch(told);
    expect(await seen()).toContain("stable: 3.2.0 (serial 5, foo)");
  });
});

/** Has Node's clock be so many years off. */
function clockOff(box: Sandbox, years: number): { PATH: string } {
  const folder = fs.mkdtempSync(path.join(box.base, "node-"));
  const off = `const D = Date, off = ${years * 31_557_600_000};
globalThis.Date = class extends D { constructor(...a) { super(...(a.length ? a : [D.now() + off])); }
  static now() { return D.now() + off; } };`;
  fs.writeFileSync(path.join(folder, "off.cjs"), off);
  const node = `#!/bin/sh\nexec '${process.execPath}' --require '${folder}/off.cjs' "$@"\n`;
  fs.writeFileSync(path.join(folder, "node"), node, { mode: 0o755 });
  return { PATH: `${folder}:/usr/bin:/bin` };
}

describe("an upload of a channel", () => {
  it("that is answered by 503, or by 412 after it was taken, is tried again, or told", {
    timeout: 240_000,
  }, async () => {
    const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
    const server = await putServer(folder);
    const maintainer = await leading(["3.2.0", "3.2.1"], server.url);
    server.failing.set("PUT /metadata/timestamp.json", 503);
    expect(await maintainer.good("promote", "stable", "3.2.1")).toContain("stable points at 3.2.1");
    server.failing.set("PUT /metadata/timestamp.json", 412);
    const told = await maintainer.run(["fallback", "stable", "3.2.0", "--reason", "x"]);
    expect([told.code, told.stderr]).toEqual([1, expect.stringContaining("repeat it")]);
    expect((await maintainer.run(["verify", server.url])).stdout).toContain("stable: 3.2.1");
    await maintainer.good("fallback", "stable", "3.2.0", "--reason", "x");
    expect((await maintainer.run(["verify", server.url])).stdout).toContain("stable: 3.2.0");
  });
});
