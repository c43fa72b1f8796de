import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { download, fetchText } from "../../../../../src/edges/network/receive/download.ts";
import { type NetworkRules, NO_RULES } from "../../../../../src/edges/network/rules.ts";
import { certified } from "../../../../support/servers/certificates.ts";

const BYTES = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251));
const DIGEST = createHash("sha256").update(BYTES).digest("hex");
const SOON = { waits: [1, 1, 1], silentMs: 150 };

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "prime-net-"));
  onTestFinished(() => fs.rmSync(made, { recursive: true }));
  return made;
}

/** A server on loopback that answers by this; gives its port and the headers of each request. */
async function server(answer: http.RequestListener, tls?: https.ServerOptions) {
  const asked: http.IncomingMessage[] = [];
  const listener: http.RequestListener = (request, response) => {
    asked.push(request);
    answer(request, response);
  };
  const made = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    made.closeAllConnections();
    made.close();
  });
  const { port } = made.address() as AddressInfo;
  return { url: new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${port}/file`), port, asked };
}

interface Choice {
  readonly rules?: Partial<NetworkRules>;
  readonly env?: Readonly<Record<string, string>>;
  readonly most?: number;
  readonly limits?: Parameters<typeof download>[0]["limits"];
}

/** What a download comes to: the digest, or the message. Nothing stays behind a failure. */
async function outcome(url: URL, { rules, env = {}, most = 1e6, limits = SOON }: Choice = {}): Promise<string> {
  const file = path.join(folder(), "file");
  try {
    const request = { url, file, most, limits, env: { HOME: path.dirname(file), ...env } };
    const { sha256, size } = await download({ ...request, rules: { ...NO_RULES, ...rules } });
    expect([size, createHash("sha256").update(fs.readFileSync(file)).digest("hex")]).toEqual([BYTES.length, sha256]);
    return sha256;
  } catch (error) {
    expect(fs.existsSync(file)).toBe(false);
    return `${(error as { id: string }).id}: ${(error as Error).message}`;
  }
}

/** Serves BYTES as the server of a big archive does: by parts, if asked; each answer breaks off after so many bytes. */
function parts(after: number, etag: () => string): http.RequestListener {
  return ({ headers }, response) => {
    const from = headers["if-range"] === etag() ? Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0) : 0;
    const rest = BYTES.subarray(from);
    const range = from > 0 ? { "content-range": `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { etag: etag(), "content-length": rest.length, ...range });
    if (rest.length <= after) response.end(rest);
    else response.write(rest.subarray(0, after), () => setImmediate(() => response.socket?.end()));
  };
}

describe("a download", () => {
  it("goes on where it broke off", async () => {
    const { url, asked } = await server(parts(50_000, () => '"one"'));
    expect(await outcome(url)).toBe(DIGEST);
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.slice(1).every(({ headers }) => headers.range !== undefined)).toBe(true);
  });

  it("begins again where the server has something else by now", async () => {
    let count = 0;
    const { url, asked } = await server((request, response) => {
      count += 1;
      parts(count < 3 ? 90_000 : 1e6, () => `"${count}"`)(request, response);
    });
    expect(await outcome(url)).toBe(DIGEST);
    expect(asked.length).toBe(3);
  });

  it("is given up when it breaks off again and again without a byte more", async () => {
    const { url, asked } = await server((_, response) => {
      response.writeHead(200, { "content-length": BYTES.length });
      response.write(BYTES.subarray(0, 10), () => response.socket?.destroy());
    });
    expect(await outcome(url)).toMatch(/^download: .*(?:aborted|broke off|ECONNRESET)/);
    expect(asked.length).toBeLessThanOrEqual(20);
  });

  it("without an end is ended by its cap, and one that promises too much before its body", async () => {
    const endless = await server((_, response) => {
      const more = () => response.write(BYTES, () => !response.destroyed && more());
      more();
    });
    expect(await outcome(endless.url, { most: 500_000 })).toContain("it is larger than 500000 bytes");
    const large = await server((_, response) => void response.writeHead(200, { "content-length": 1e9 }).write("x"));
    expect(await outcome(large.url)).toContain("it is larger than 1000000 bytes");
  });

  it("that only drips is no progress", async () => {
    const { url } = await server((_, response) => {
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    });
    expect(await outcome(url, { limits: { ...SOON, waits: [] } })).toMatch(/less than 30000 bytes came in 0.15 s/);
    expect(await outcome(url, { limits: { waits: [], wholeMs: 100 } })).toContain("the download takes too long");
    await expect(
      fetchText({ url, most: 100, limits: { waits: [], wholeMs: 100 }, env: {}, rules: NO_RULES }),
    ).rejects.toThrow("the download takes too long");
  });

  it("from a silent server ends", async () => {
    const { url } = await server(() => {});
    expect(await outcome(url, { limits: { ...SOON, waits: [] } })).toContain("the server does not answer");
  });

  it("whose connection breaks off is told so", async () => {
    const { url } = await server(({ socket }, response) =>
      response.writeHead(200, { "content-length": 9 }).write("x", () => socket.destroy()),
    );
    expect(await outcome(url)).toContain("the connection broke off");
  });

  it("from a server that lets its header drip ends", async () => {
    const { url } = await server(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("X: y\r\n"), 20);
      socket.on("close", () => clearInterval(timer));
    });
    expect(await outcome(url, { limits: { ...SOON, waits: [] } })).toContain("the server does not answer");
  });

  it("through a proxy that lets its answer drip ends", async () => {
    const proxy = http.createServer().on("connect", (_, socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("X: y\r\n"), 20);
      socket.on("error", () => {}).on("close", () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const at = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { https_proxy: `http://${at}`, UV_HTTP_CONNECT_TIMEOUT: "1" };
    expect(await outcome(new URL("https://a.invalid/"), { env })).toContain(`the proxy ${at} does not answer`);
  });

  it("waits as the server says, if that is not too long", async () => {
    let busy = 2;
    const { url } = await server((_, response) => {
      busy -= 1;
      if (busy === 1) response.writeHead(503, { "retry-after": new Date(0).toUTCString() }).end();
      else if (busy === 0) response.writeHead(429, { "retry-after": "0" }).end();
      else response.end(BYTES);
    });
    expect(await outcome(url)).toBe(DIGEST);
    const later = await server((_, response) => response.writeHead(503, { "retry-after": "3600" }).end());
    expect(await outcome(later.url)).toContain("the server says 503, to be asked again in 3600 s");
    expect(later.asked.length).toBe(1);
  });

  it("is no web page of a captive portal", async () => {
    const { url } = await server((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<p>log in"),
    );
    expect(await outcome(url)).toContain("as a captive portal does");
    const { url: other } = await server((_, response) => response.writeHead(511).end());
    expect(await outcome(other)).toContain("as a captive portal does");
  });
});

describe("a redirect", () => {
  it("takes no credentials along to another host, be they in the address or in netrc for all hosts", async () => {
    const tls = certified(folder(), ["127.0.0.1", "localhost"]);
    const far = await server((_, response) => response.end(BYTES), tls);
    const location = `https://localhost:${far.port}/`;
    const near = await server((_, response) => response.writeHead(302, { location }).end(), tls);
    const NETRC = path.join(folder(), "netrc");
    const sent = ({ asked }: typeof far) => asked.splice(0).map(({ headers }) => headers.authorization);
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    const get = (url: URL) => outcome(url, { rules: { caFile: tls.ca }, env: { NETRC } });
    fs.writeFileSync(NETRC, "default login all password of-them\n");
    expect(await get(near.url)).toBe(DIGEST);
    expect([sent(near), sent(far)]).toEqual([[basic("all:of-them")], [undefined]]);
    const named = Object.assign(new URL(near.url), { username: "me", password: "mine" });
    expect(await get(named)).toBe(DIGEST);
    expect([sent(near), sent(far)]).toEqual([[basic("me:mine")], [undefined]]);
    fs.writeFileSync(NETRC, "machine localhost login its password own\n");
    expect(await get(near.url)).toBe(DIGEST);
    expect([sent(near), sent(far)]).toEqual([[undefined], [basic("its:own")]]);
  });

  it("is judged: never from https to http, never to a host or an address that the rules do not name", async () => {
    const tls = certified(folder(), ["127.0.0.1", "localhost"]);
    const plain = await server((_, response) => response.end(BYTES));
    let to = plain.url.href;
    const safe = await server((_, response) => response.writeHead(302, { location: to }).end(), tls);
    const choice = { rules: { caFile: tls.ca } };
    expect(await outcome(safe.url, choice)).toContain("which is not https");
    to = `https://other.invalid:${safe.port}/`;
    const hosts = ["127.0.0.1"];
    expect(await outcome(safe.url, { rules: { ...choice.rules, hosts } })).toContain(
      "network-rule: could not download",
    );
    expect(await outcome(safe.url, { rules: { ...choice.rules, hosts } })).toContain(
      "other.invalid is not among allowed_hosts (127.0.0.1)",
    );
    to = `https://localhost:${safe.port}/`;
    const networks = ["10.0.0.0/8"];
    expect(await outcome(safe.url, { rules: { ...choice.rules, networks } })).toContain(
      "127.0.0.1 is not in allowed_networks (10.0.0.0/8)",
    );
    expect(await outcome(new URL(to), { rules: { ...choice.rules, networks } })).toMatch(
      /localhost leads to (?:127\.0\.0\.1|::1), which is not in allowed_networks/,
    );
    expect(safe.asked.length).toBe(3);
    expect(plain.asked.length).toBe(0);
    const near = await server((_, response) => response.writeHead(302, { location: to }).end());
    for (to of ["http://192.0.2.1/", "https://a b/", `ftp://a.example/${"y".repeat(9000)}`]) {
      const told = await outcome(near.url);
      expect([told.length < 400, told]).toEqual([true, expect.stringMatching(/redirects to .*, which is not https$/)]);
    }
    to = plain.url.href;
    expect(await outcome(near.url)).toBe(DIGEST);
  });
});

describe("a certificate", () => {
  it("is believed if the policy's file or a variable vouches for it, and named if nobody does", async () => {
    const tls = certified(folder(), ["127.0.0.1"]);
    const { url, port } = await server((_, response) => response.end(BYTES), tls);
    expect(await outcome(url)).toMatch(
      /^certificate: could not trust 127.0.0.1: its certificate .*, which "Tested authority" issued/,
    );
    expect(await outcome(url, { rules: { caFile: tls.ca } })).toBe(DIGEST);
    for (const name of ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
      expect(await outcome(url, { env: { [name]: tls.ca } })).toBe(DIGEST);
    expect(await outcome(url, { rules: { caFile: `${tls.ca}.none` } })).toMatch(/^ca-file: /);
    expect(await outcome(new URL(`https://localhost:${port}/`), { rules: { caFile: tls.ca } })).toContain(
      "its certificate is for another host",
    );
  });

  it("of the client's is shown to a server that asks for one", async () => {
    const at = folder();
    const tls = certified(at, ["127.0.0.1"]);
    const options = { ...tls, ca: fs.readFileSync(tls.ca), requestCert: true, rejectUnauthorized: true };
    const { url } = await server((_, response) => response.end(BYTES), options);
    const client = path.join(at, "client.pem");
    fs.writeFileSync(client, Buffer.concat([tls.cert, tls.key]));
    expect(await outcome(url, { rules: { caFile: tls.ca }, limits: { waits: [] } })).toMatch(/^download: /);
    for (const name of ["SSL_CLIENT_CERT", "PIP_CLIENT_CERT"])
      expect(await outcome(url, { rules: { caFile: tls.ca }, env: { [name]: client } })).toBe(DIGEST);
  });
});
