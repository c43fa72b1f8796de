import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { anyPython } from "../../fixtures/python.ts";
import { AppBox } from "../../support/apps/apps.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { skip } from "../../support/system/users.ts";

/** An app whose release lies in a folder, and how its source becomes another one by the TOML beside its launcher. */
async function installed(keys = "") {
  const app = new AppBox(keys);
  app.publish("1");
  await app.init();
  await app.says([]);
  const beside = path.join(path.dirname(app.launcher), "foo.toml");
  const from = (source: string) =>
    fs.writeFileSync(beside, app.config.replace(/sources = .*/, `sources = ["${source}"]`));
  return { app, beside, from };
}

/** A server on this machine, with its port. */
async function listening<T extends net.Server>(server: T): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

/** The port of a server that takes no connection up: the system drops what comes when nobody accepts what came before (listen(2)). */
async function blackHole(): Promise<number> {
  const script = `
import socket, sys
listening = socket.create_server(("127.0.0.1", 0), backlog=0)
waiting = [socket.socket() for _ in range(4)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(listening.getsockname())
print(listening.getsockname()[1], flush=True)
sys.stdin.read()
`;
  const child = spawn(anyPython(), ["-c", script]);
  onTestFinished(() => void child.stdin.end());
  return new Promise((resolve) => child.stdout.once("data", (bytes: Buffer) => resolve(Number(`${bytes}`))));
}

/** Sends a few bytes now and then, for ever. */
function drip(answer: http.ServerResponse, bytes: number): void {
  const timer = setInterval(() => answer.write(" ".repeat(bytes)), 50);
  answer.on("close", () => clearInterval(timer));
}

/** No network at all, not even loopback (network_namespaces(7)). */
const ALONE = ["unshare", "-n"];
/** All that a user can say of how long is waited for a server. */
const SOON = { UV_HTTP_RETRIES: "0", UV_HTTP_TIMEOUT: "1", UV_HTTP_CONNECT_TIMEOUT: "1" };

describe("a network that is none", () => {
  it("holds no start up, and the status tells what it was and when it is tried again", async () => {
    const { app, beside, from } = await installed();
    const web = await listening(
      http.createServer(({ url = "" }, answer) => {
        if (url.startsWith("/busy")) answer.writeHead(503, { "Retry-After": "7200" }).end();
        else if (url === "/drip/") drip(answer, 10);
        else if (url === "/flow/") drip(answer, 1000);
        else if (url === "/portal/") answer.end('<a href="foo-9-py3-none-any.whl">');
        else answer.setHeader("Content-Type", "text/html").end("<form>Log in to this network</form>");
      }),
    );
    const proxy = await listening(
      http
        .createServer()
        .on("connect", (_, socket) =>
          socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
        ),
    );
    const through = { HTTPS_PROXY: `http://127.0.0.1:${proxy}`, ...SOON };
    const page = "HTTP/1.1 200 OK\r\n\r\n<form>Log in to this network</form>";
    const hotel = await listening(http.createServer().on("connect", (_, socket) => socket.write(page)));
    const within = { HTTPS_PROXY: `http://127.0.0.1:${hotel}`, ...SOON };
    const silent = await listening(net.createServer());
    const cases: [string, NodeJS.ProcessEnv, { outcome: string; message: RegExp }, number][] = [
      [`index+http://127.0.0.1:1/simple/`, through, { outcome: "offline", message: /127\.0\.0\.1:1/ }, 4],
      [`index+http://127.0.0.1:${silent}/simple/`, through, { outcome: "offline", message: /timed out|timeout/ }, 12],
      [
        `index+https://packages.invalid/simple/`,
        through,
        { outcome: "denied", message: /the proxy wants a valid user name and password/ },
        36,
      ],
      [`http://127.0.0.1:${web}/wheels/`, {}, { outcome: "failed", message: /lists no wheel/ }, 108],
      ["https://packages.invalid/wheels/", through, { outcome: "denied", message: /\(407\)/ }, 324],
      [`http://127.0.0.1:${web}/busy/`, {}, { outcome: "failed", message: /503, to be asked again in 7200 s/ }, 119],
    ];
    const hole = await blackHole();
    const gone = (source: string, message: RegExp): (typeof cases)[number] => [
      source,
      SOON,
      { outcome: "offline", message },
      5,
    ];
    cases.push(
      gone(`http://127.0.0.1:${hole}/wheels/`, /no connection .* was made within 1 s/),
      gone(`index+http://127.0.0.1:${hole}/simple/`, /timed out|timeout|connect/),
      gone(`http://127.0.0.1:${web}/drip/`, /less than 1000 bytes came in 1 s/),
      gone(`http://127.0.0.1:${web}/flow/`, /the download takes too long/),
      [
        "https://packages.invalid/wheels/",
        within,
        { outcome: "offline", message: /packages\.invalid does not speak TLS \(/ },
        5,
      ],
      ["index+https://packages.invalid/simple/", within, { outcome: "offline", message: /does not answer/ }, 5],
      [
        "s3://bucket/eggs",
        { AWS_ENDPOINT_URL: `http://127.0.0.1:${web}`, AWS_EC2_METADATA_DISABLED: "true" },
        { outcome: "denied", message: /the server sends a web page instead/ },
        5,
      ],
      [`http://127.0.0.1:${web}/portal/`, {}, { outcome: "denied", message: /the server sends a web page instead/ }, 5],
      [
        `index+http://127.0.0.1:${web}/simple/`,
        SOON,
        { outcome: "failed", message: /no version of foo that can be had.*a page to log in may/s },
        5,
      ],
    );
    for (const [failures, [source, env, { outcome, message }, minutes]] of cases.entries()) {
      from(source);
      const { version, check } = await app.updateBeside(env);
      expect({ version, check }).toMatchObject({
        version: "1",
        check: { outcome, message: expect.stringMatching(message), failures: failures + 1 },
      });
      const wait = Date.parse(check.next ?? "") - Date.now();
      expect(wait).toBeGreaterThan(Math.min(minutes, 18 * 60) * 60_000);
    }
    fs.utimesSync(beside, LONG_AGO, LONG_AGO);
    expect(await app.says(["x"])).toBe("foo 1 x");
    expect(await app.warm(["y"])).toMatchObject({ code: 0, stdout: "foo 1 y\n" });
    from(`http://127.0.0.1:${silent}/`);
    expect(await app.run(["z"], { env: { PRIME_UPDATE: "due" } })).toMatchObject({
      code: 0,
      stdout: "foo 1 z\n",
      stderr: "",
    });
    const { updater } = await app.status(); // it waits still
    process.kill(updater?.pid ?? 0, "SIGTERM");
  });
});

describe("a start", () => {
  it("in a machine without any network runs at once", async () => {
    if (spawnSync(ALONE[0] as string, [...ALONE.slice(1), "true"]).status !== 0)
      skip("no network namespace can be made here");
    const { app, from } = await installed();
    for (const source of [
      "https://packages.invalid/wheels/",
      "index+https://packages.invalid/simple/",
      "s3://bucket/eggs",
    ]) {
      from(source);
      const { at } = (await app.status()).check;
      const env = { ...SOON, PRIME_UPDATE: "due", AWS_EC2_METADATA_DISABLED: "true" };
      const started = await app.run(["x"], { shell: [...ALONE, "/bin/sh"], env });
      expect(started).toMatchObject({ code: 0, stdout: "foo 1 x\n", stderr: "" });
      const { version, check } = await app.idle(at);
      expect({ source, version, check }).toMatchObject({ source, version: "1", check: { outcome: "offline" } });
      expect(Date.parse(check.next ?? "")).toBeGreaterThan(Date.now());
    }
  });

  it("that waits for what is new runs what is there when its patience ends, and says so", async () => {
    const { app, from } = await installed('adopt = "now"\npatience_s = 0.1\n');
    from(`http://127.0.0.1:${await listening(net.createServer())}/`);
    const started = await app.run(["x"], { env: { PRIME_UPDATE: "due" } });
    expect(started).toMatchObject({ code: 0, stdout: "foo 1 x\n" });
    expect(started.stderr).toBe(
      "foo is not updated within 0.1 s: what is there runs, and the update goes on beside it\n",
    );
    const { updater } = await app.status();
    process.kill(updater?.pid ?? 0, "SIGTERM");
  });
});
