import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AppBox, saying } from "../../support/apps.ts";
import { NO_NODE } from "../../support/no-node.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { skip } from "../../support/users.ts";

async function installed(keys = "", versions = ["1"]): Promise<AppBox> {
  const app = new AppBox(keys);
  app.publish("1");
  await app.init();
  await app.says([]);
  for (const version of versions.slice(1)) app.publish(version);
  return app;
}

/** Ends all that a job leaves behind together with it, as service managers and containers do. */
const KILLING = ["unshare", "-p", "-f", "--mount-proc", "--kill-child"];

describe("an update that is killed with its start", () => {
  it("is counted, and after two a start lasts until it is done", async () => {
    if (spawnSync("unshare", [...KILLING.slice(1), "true"]).status !== 0) skip("no PID namespace can be made here");
    const app = await installed("linger_s = 120\n");
    app.publish("2", saying("2", "sys.exit(int(sys.argv[1]))"));
    const due = (args: string[]) => app.run(args, { shell: [...KILLING, "/bin/sh"], env: { PRIME_UPDATE: "due" } });
    for (const attempts of [1, 2]) {
      expect(await due(["a"])).toMatchObject({ code: 0, stdout: "foo 1 a\n", stderr: "" });
      expect(await app.status()).toMatchObject({ staged: null, updater: null, check: { attempts } });
    }
    const third = await due(["b"]);
    expect(third).toMatchObject({ code: 0, stdout: "foo 1 b\n", stderr: expect.stringContaining("120 s longer") });
    expect(await app.status()).toMatchObject({ staged: expect.stringContaining("2-"), check: { attempts: 0 } });
    expect(await due(["7"])).toMatchObject({ code: 7, stderr: "" });
  });
});

describe("a start that is due", () => {
  it("looks, as no other does: never where it is told so, in CI only where the schedule was chosen", async () => {
    const app = await installed();
    const due = () => fs.utimesSync(path.join(app.home, "due"), LONG_AGO, LONG_AGO);
    expect(await app.warm(["a"])).toMatchObject({ code: 0, stdout: "foo 1 a\n" });
    due();
    for (const env of [{ PRIME_UPDATE: "never" }, { CI: "true" }])
      expect(await app.warm(["b"], { env })).toMatchObject({ code: 0, stdout: "foo 1 b\n" });
    expect(await app.warm(["c"])).toMatchObject({ code: 125, stderr: expect.stringContaining(NO_NODE) });
    expect(await app.run(["self", "update"], { env: { PRIME_UPDATE: "sometimes" } })).toMatchObject({ code: 0 });
    expect(await app.run(["d"], { env: { PRIME_UPDATE: "sometimes" } })).toMatchObject({ code: 2 });
    app.config += 'check = "hourly"\n';
    await app.init();
    fs.utimesSync(app.launcher, LONG_AGO, LONG_AGO + 1);
    await app.says(["e"], { PRIME_UPDATE: "never" });
    due();
    expect((await app.warm(["f"], { env: { CI: "true" } })).code).toBe(125);
  });
});

describe("adopt", () => {
  it("now waits for what is new, as long as it has patience; wait as long as it takes", async () => {
    const app = await installed('adopt = "now"\npatience_s = 120\n');
    app.publish("2");
    expect(await app.says(["x"], { PRIME_UPDATE: "due" })).toBe("foo 2 x");
    app.config = app.config.replace("now", "ask").replace("120", "0.05");
    await app.init();
    app.publish("3");
    await app.updateBeside();
    expect(await app.run(["y"])).toMatchObject({
      stdout: "foo 2 y\n",
      stderr: expect.stringContaining("`foo self update` takes it"),
    });
    expect(await app.says(["z"], { PRIME_UPDATE: "wait" })).toBe("foo 3 z");
    fs.renameSync(app.basket, `${app.basket}-away`);
    const { stdout, stderr } = await app.run(["z"], { env: { PRIME_UPDATE: "wait" } });
    expect([stdout, stderr]).toEqual([
      "foo 3 z\n",
      expect.stringMatching(/foo could not be updated: .*there is no such folder/),
    ]);
  });
});

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

describe("a network that is none", () => {
  it("holds no start up, and the status tells what it was and when it is tried again", async () => {
    const app = await installed();
    const from = (source: string) =>
      fs.writeFileSync(
        path.join(path.dirname(app.launcher), "foo.toml"),
        app.config.replace(/sources = .*/, `sources = ["${source}"]`),
      );
    const web = await listening(
      http.createServer(({ url = "" }, answer) => {
        if (url.startsWith("/busy")) answer.writeHead(503, { "Retry-After": "7200" }).end();
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
    const through = { HTTPS_PROXY: `http://127.0.0.1:${proxy}`, UV_HTTP_RETRIES: "0", UV_HTTP_TIMEOUT: "1" };
    const silent = await listening(net.createServer());
    const cases: [string, NodeJS.ProcessEnv, { outcome: string; message: RegExp }, number][] = [
      [`index+http://127.0.0.1:1/simple/`, through, { outcome: "offline", message: /127\.0\.0\.1:1/ }, 4],
      [`index+http://127.0.0.1:${silent}/simple/`, through, { outcome: "offline", message: /timed out|timeout/ }, 12],
      [
        `index+https://packages.invalid/simple/`,
        through,
        { outcome: "denied", message: /the proxy wants a password/ },
        36,
      ],
      [`http://127.0.0.1:${web}/wheels/`, {}, { outcome: "failed", message: /lists no wheel/ }, 108],
      ["https://packages.invalid/wheels/", through, { outcome: "denied", message: /\(407\)/ }, 324],
      [`http://127.0.0.1:${web}/busy/`, {}, { outcome: "failed", message: /503, to be asked again in 7200 s/ }, 119],
    ];
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
    fs.utimesSync(path.join(path.dirname(app.launcher), "foo.toml"), LONG_AGO, LONG_AGO);
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
