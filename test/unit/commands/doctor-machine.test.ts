import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { machineFindings } from "../../../src/commands/doctor/examine/machine.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-machine-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const file = path.join(folder, "bundle.pem");
fs.writeFileSync(file, "# one\n-----BEGIN CERTIFICATE-----\n");

function wrongs(env: Record<string, string>, now = Date.now()): string[] {
  const node = { path: "/node", version: "v20" };
  const findings = machineFindings({ env, node, dropped: [], now, files: [file, path.join(folder, "absent")] });
  return findings.filter(({ status }) => status === "finding").map(({ check, found }) => `${check}: ${found}`);
}

describe("the doctor finds nothing in", () => {
  it.each<[string, Record<string, string>]>([
    ["nothing set", {}],
    ["certificates that are there", { SSL_CERT_FILE: file, SSL_CERT_DIR: `${folder}:`, REQUESTS_CA_BUNDLE: folder }],
    [
      "proxies",
      { HTTP_PROXY: "http://me:pw@proxy:3128/", https_proxy: "proxy.example:8080", ALL_PROXY: "socks5h://[::1]:1" },
    ],
    ["a proxy that wants a password, without a scheme", { https_proxy: "me:pw@proxy:3128" }],
    ["one proxy in both spellings", { http_proxy: "http://a", HTTP_PROXY: "http://a" }],
  ])("%s", (_, env) => expect(wrongs(env)).toEqual([]));
});

describe("the doctor finds", () => {
  it.each<[string, Record<string, string>, string]>([
    ["a bundle that is gone", { PIP_CERT: "/no/such" }, "certificates: PIP_CERT=/no/such is no file"],
    ["a bundle that is none", { CURL_CA_BUNDLE: import.meta.filename }, "holds no certificate"],
    ["a folder in place of a bundle", { SSL_CERT_FILE: folder }, "is no file"],
    ["a folder that is gone", { SSL_CERT_DIR: `${folder}:/no/such` }, "/no/such, which is no folder"],
    ["a proxy of an unknown kind", { ALL_PROXY: "ftp://proxy" }, "proxy: ALL_PROXY has the scheme ftp"],
    ["a proxy that is no address", { https_proxy: "http://" }, "proxy: https_proxy is no address"],
    ["two proxies", { HTTP_PROXY: "http://a", http_proxy: "http://b" }, "http_proxy and HTTP_PROXY differ"],
  ])("%s", (_, env, found) => expect(wrongs(env)).toEqual([expect.stringContaining(found)]));

  it("a clock that went back", () => {
    expect(wrongs({}, Date.now() - 3_600_000)).toEqual([
      expect.stringMatching(/^clock: it is \S+ \S+ here, and \S+bundle\.pem/),
    ]);
  });
});

it("the doctor says where PATH does not lead to the Node that it runs by", () => {
  const node = { path: fs.realpathSync(process.execPath), version: "v20" };
  const found = (PATH: string) => machineFindings({ env: { PATH }, node, dropped: [], now: Date.now(), files: [] })[0];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-machine-"));
  fs.symlinkSync(process.execPath, path.join(folder, "nodejs"));
  expect(found(`/nonexistent:${folder}`)?.found).toBe(`${node.path} v20`);
  expect(found("/nonexistent")?.found).toBe(`${node.path} v20, to which no entry of PATH leads`);
  fs.rmSync(folder, { recursive: true });
});
