import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import { PrimeError } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import type { Environment } from "../command.ts";
import { trustFor } from "./certificates.ts";
import { connect, Forbidden, secure } from "./connect.ts";
import { credentialsFor } from "./netrc.ts";
import { proxyFor } from "./proxy.ts";
import { patienceOf } from "./receive/patience.ts";
import { type NetworkRules, whyNotHost } from "./rules.ts";

/** By which rules, and by whose variables, the network is used. */
export interface Line {
  readonly env: Environment;
  readonly rules: NetworkRules;
  /** For a server that knows its clients otherwise than by user and password. */
  readonly access?: Access;
  /** Milliseconds in which a connection to a server has to come about. */
  readonly connectMs?: number;
}

export interface Access {
  /** The headers of a request, by which it is known who sends it. */
  sign(url: URL, asking: Asking): Promise<Readonly<Record<string, string>>>;
  /** Throws what a refusal means to the user; any other answer is left to whoever asked. */
  judge?(answer: ServerAnswer, url: URL): Promise<void>;
}

export type ServerAnswer = http.IncomingMessage;

/** What is asked other than to GET it. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Milliseconds without a byte after which it is given up. */
  readonly silentMs?: number;
  /** Another host has sent there. */
  readonly isSent?: boolean;
}

const SILENT_MS = 30_000;

/** Asks a server, through the proxy where there is one; the answer's body is still to be read. Throws `Forbidden`, `proxy`, `certificate`. */
export async function exchange(url: URL, line: Line, asking: Asking = {}): Promise<http.IncomingMessage> {
  const isPlain = url.protocol === "http:";
  const ruling = whyNotHost(line.rules, url.hostname, isPlain);
  if (ruling !== undefined) throw new Forbidden(ruling);
  const { access } = line;
  const credentials = access === undefined ? credentialsFor(url, line.env, asking.isSent) : undefined;
  const headers = {
    "User-Agent": "prime",
    Accept: "*/*",
    "Accept-Encoding": "identity",
    ...(credentials === undefined ? {} : { Authorization: basic(credentials) }),
    ...(asking.body === undefined ? {} : { "Content-Length": String(asking.body.length) }),
    ...(access === undefined ? asking.headers : await access.sign(url, asking)),
  };
  const answer = await request(url, line, asking, headers);
  await access?.judge?.(answer, url);
  return answer;
}

async function request(
  url: URL,
  line: Line,
  asking: Asking,
  headers: Readonly<Record<string, string>>,
): Promise<http.IncomingMessage> {
  const { method = "GET" } = asking;
  const isPlain = url.protocol === "http:";
  if (isPlain) {
    const { socket, proxy } = await plainLine(url, line);
    const through =
      proxy === undefined ? {} : { path: withoutUser(url), headers: { ...headers, ...proxyHeaders(proxy) } };
    const answer = await answerOf(http.request(url, { method, headers, ...through, ...over(socket) }), asking);
    return proxy === undefined ? answer : refuse407(proxy, answer);
  }
  const safe = await secure(await tunnel(url, line), url.hostname, trustFor(line.env, line.rules));
  return answerOf(https.request(url, { method, headers, ...over(safe) }), asking);
}

/** Where plain requests for a URL go: to its server, or to a proxy, which wants the whole URL (RFC 9112, 3.2.2). */
export async function plainLine(url: URL, line: Line): Promise<{ readonly socket: Socket; readonly proxy?: URL }> {
  const proxy = proxyFor(url, line.env, line.rules);
  if (proxy !== undefined) return { socket: await toProxy(proxy, line), proxy };
  return { socket: await connect(url.hostname, Number(url.port || 80), line.rules, connectMsOf(line)) };
}

/** A connection to a server, on which nothing is said yet: through the proxy's tunnel where there is one (RFC 9110, 9.3.6). */
export async function tunnel(to: Pick<URL, "hostname" | "port" | "protocol">, line: Line): Promise<Socket> {
  const port = to.port || "443";
  const proxy = proxyFor(to, line.env, line.rules);
  if (proxy === undefined) return connect(to.hostname, Number(port), line.rules, connectMsOf(line));
  const path = `${to.hostname}:${port}`;
  const headers = { ...proxyHeaders(proxy), Host: path };
  const request = http.request({ method: "CONNECT", path, headers, ...over(await toProxy(proxy, line)) });
  return new Promise((resolve, reject) => {
    const end = () => request.destroy(new Error(`the proxy ${proxy.host} does not answer`));
    const late = setTimeout(end, connectMsOf(line)); // a byte now and then is no answer
    request.on("error", (error) => {
      clearTimeout(late);
      reject(error);
    });
    request.on("connect", (answer, socket, early) => {
      clearTimeout(late);
      if (answer.statusCode !== 200) {
        socket.destroy();
        return reject(proxyRefusal(proxy, answer.statusCode ?? 0));
      }
      if (early.length > 0) socket.unshift(early);
      resolve(socket as Socket);
    });
    request.end();
  });
}

function connectMsOf({ connectMs, env }: Line): number {
  return connectMs ?? patienceOf(env).connectMs;
}

async function toProxy(proxy: URL, line: Line): Promise<Socket> {
  const { env, rules } = line;
  const isSafe = proxy.protocol === "https:";
  const socket = await connect(proxy.hostname, Number(proxy.port || (isSafe ? 443 : 80)), rules, connectMsOf(line));
  return isSafe ? secure(socket, proxy.hostname, trustFor(env, rules)) : socket;
}

/** Without an agent: it would make a connection of its own. */
function over(socket: Socket): Pick<http.RequestOptions, "createConnection"> {
  return { createConnection: () => socket };
}

function withoutUser(url: URL): string {
  return `${url.origin}${url.pathname}${url.search}`;
}

export function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  return {
    "Proxy-Authorization": basic(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`),
  };
}

export function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

function answerOf(request: http.ClientRequest, { body, silentMs = SILENT_MS }: Asking): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const end = () => request.destroy(new Error("the server does not answer"));
    request.setTimeout(silentMs, end);
    request.on("finish", () => setTimeout(() => isAnswered || end(), 2 * silentMs).unref()); // a header can drip
    request.on("error", reject);
    request.on("response", (answer) => {
      isAnswered = true;
      resolve(answer);
    });
    request.end(body);
  });
}

function refuse407(proxy: URL, answer: http.IncomingMessage): http.IncomingMessage {
  if (answer.statusCode !== 407) return answer;
  answer.destroy();
  throw proxyRefusal(proxy, 407);
}

export function proxyRefusal(proxy: URL, status: number): PrimeError {
  const at = withoutSecrets(`${proxy.protocol}//${proxy.host}`);
  const why = status === 407 ? "wants a valid user name and password (407)" : `refuses (status ${status})`;
  return new PrimeError(
    "proxy",
    `could not get through the proxy ${at}: it ${why}`,
    status === 407
      ? "have USER:PASSWORD@ before the host in the variable or the `proxy` under [upgrade] that names it"
      : "ask who runs the proxy, or name the host in NO_PROXY",
  );
}
