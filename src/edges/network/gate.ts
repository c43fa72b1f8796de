import { randomBytes } from "node:crypto";
import * as http from "node:http";
import { type Duplex, pipeline } from "node:stream";
import { PrimeError, reasonOf } from "../../errors.ts";
import { Forbidden } from "./connect.ts";
import { basic, type Line, plainLine, proxyHeaders, proxyRefusal, tunnel } from "./exchange.ts";
import { portOf } from "./receive/shelf.ts";
import { isRuled, type NetworkRules, type Ruling, refusedByRule, whyNotHost } from "./rules.ts";

/** A proxy on loopback through which other programs' traffic goes by the rules. */
export interface Gate {
  /** With user and password, which no other process of this machine knows. */
  readonly url: string;
  /** The first thing that was refused since it was last asked, if anything was. */
  takeRefusal(): PrimeError | undefined;
  close(): void;
}

/** For one connection (RFC 9110, 7.6.1), and what is said to a proxy alone. */
const NOT_PASSED_ON = /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
/** How TLS begins: a handshake record (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;

/**
 * Opens the gate. Names, addresses after each look-up, and the lack of TLS are judged as prime's own downloads are; where there is
 * another proxy, it goes through that. It does not keep this process alive.
 */
export async function startGate(line: Line): Promise<Gate> {
  const user = `prime:${randomBytes(24).toString("hex")}`;
  const expected = basic(user);
  const open = new Set<Duplex>();
  let refusal: PrimeError | undefined;
  /** Remembers why, and gives the words for the program that asked. */
  const refuse = (target: string, error: unknown): string => {
    const told = error instanceof Forbidden ? refusedByRule(`reach ${target}`, error.ruling) : error;
    if (told instanceof PrimeError) refusal ??= told;
    return told instanceof PrimeError ? told.message : `could not reach ${target}: ${reasonOf(told)}`;
  };
  const isAsked = (request: http.IncomingMessage) => request.headers["proxy-authorization"] === expected;
  const server = http.createServer(async (request, response) => {
    if (!isAsked(request)) return void response.writeHead(407, CHALLENGE).end();
    const target = `${request.method} ${request.url}`;
    try {
      await passOn(request, response, line);
    } catch (error) {
      const why = refuse(target, error);
      if (!response.headersSent) response.writeHead(error instanceof Forbidden ? 403 : 502, PLAIN).end(`${why}\n`);
      else response.destroy();
    }
  });
  server.on("connect", async (request, client: Duplex, early: Buffer) => {
    client.on("error", () => client.destroy());
    if (!isAsked(request))
      return void client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${lines(CHALLENGE)}\r\n`);
    open.add(client);
    client.once("close", () => open.delete(client));
    const target = request.url ?? "";
    try {
      await connectThrough(target, client, early, line, (ruling) => void refuse(target, new Forbidden(ruling)));
    } catch (error) {
      const why = refuse(target, error);
      const status = error instanceof Forbidden ? "403 Forbidden" : "502 Bad Gateway";
      client.end(
        `HTTP/1.1 ${status}\r\n${lines({ ...PLAIN, "Content-Length": String(Buffer.byteLength(why)) })}\r\n${why}`,
      );
    }
  });
  const port = await portOf(server);
  server.unref();
  return {
    url: `http://${user}@127.0.0.1:${port}`,
    takeRefusal: () => {
      const taken = refusal;
      refusal = undefined;
      return taken;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
      for (const one of open) one.destroy();
    },
  };
}

const CHALLENGE = { "Proxy-Authenticate": 'Basic realm="prime"', "Content-Length": "0", Connection: "close" };
const PLAIN = { "Content-Type": "text/plain; charset=utf-8", Connection: "close" };

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}

/** A plain request, which names its whole URL (RFC 9112, 3.2.2). */
async function passOn(request: http.IncomingMessage, response: http.ServerResponse, line: Line): Promise<void> {
  const url = new URL(request.url ?? "");
  if (url.protocol !== "http:") throw new Error("it is asked by http alone, and by CONNECT");
  judge(line.rules, url.hostname, true);
  const { socket, proxy } = await plainLine(url, line);
  const headers = { ...passedOn(request.headers), host: url.host, ...(proxy === undefined ? {} : proxyHeaders(proxy)) };
  const path = proxy === undefined ? `${url.pathname}${url.search}` : url.href;
  const onward = http.request({ method: request.method, path, headers, createConnection: () => socket });
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    onward.on("response", resolve);
    onward.on("error", reject);
    response.once("close", () => onward.destroy());
    request.pipe(onward);
  });
  const { statusCode = 502 } = answer;
  if (proxy !== undefined && statusCode === 407) throw proxyRefusal(proxy, statusCode);
  response.writeHead(statusCode, passedOn(answer.headers));
  pipeline(answer, response, () => {});
}

async function connectThrough(
  authority: string,
  client: Duplex,
  early: Buffer,
  line: Line,
  tell: (ruling: Ruling) => void,
): Promise<void> {
  const url = new URL(`https://${authority}`);
  judge(line.rules, url.hostname, false);
  const server = await tunnel(url, line);
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  const first = early.length > 0 || !isRuled(line.rules) ? early : await firstOf(client);
  const isTls = first[0] === undefined || first[0] === TLS_HANDSHAKE;
  const ruling = isTls ? undefined : whyNotHost(line.rules, url.hostname, true);
  if (ruling !== undefined) {
    tell(ruling);
    server.destroy();
    client.destroy();
    return;
  }
  server.write(first);
  pipeline(client, server, client, () => {
    client.destroy();
    server.destroy();
  });
}

function firstOf(client: Duplex): Promise<Buffer> {
  return new Promise((resolve) => {
    client.once("data", (bytes: Buffer) => {
      client.pause();
      resolve(bytes);
    });
    client.once("close", () => resolve(Buffer.alloc(0)));
  });
}

function judge(rules: NetworkRules, host: string, isPlain: boolean): void {
  const ruling = whyNotHost(rules, host, isPlain);
  if (ruling !== undefined) throw new Forbidden(ruling);
}

function passedOn(headers: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.test(name)));
}
