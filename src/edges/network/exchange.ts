import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";
import { PrimeError } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import type { Environment } from "../command.ts";
import { certificates } from "./certificates.ts";
import { credentialsFor } from "./netrc.ts";
import { proxyFor } from "./proxy.ts";

const CONNECT_MS = 10_000;
const SILENT_MS = 30_000;

/** What is asked other than to GET it. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Asks a server, through the user's proxy where there is one; the answer's body is still to be read. */
export async function exchange(url: URL, env: Environment, asking: Asking = {}): Promise<http.IncomingMessage> {
  const proxy = proxyFor(url, env);
  const credentials = credentialsFor(url, env);
  const headers = {
    "User-Agent": "prime",
    Accept: "*/*",
    ...(credentials === undefined ? {} : { Authorization: basic(credentials) }),
    ...(asking.body === undefined ? {} : { "Content-Length": String(asking.body.length) }),
    ...asking.headers,
  };
  const { method = "GET", body } = asking;
  if (url.protocol === "http:") {
    if (proxy === undefined) return answerOf(http.request(url, { method, headers }), body);
    const through = { ...headers, ...proxyHeaders(proxy), Host: url.host };
    return refuse407(proxy, await answerOf(requestTo(proxy, env, { method, path: url.href, headers: through }), body));
  }
  const ca = certificates(env);
  if (proxy === undefined) return answerOf(https.request(url, { method, headers, ca }), body);
  const socket = await tunnel(proxy, url, env);
  const createConnection = () => tls.connect({ socket, servername: url.hostname, ca });
  return answerOf(https.request(url, { method, headers, createConnection, agent: false }), body);
}

/** RFC 9110, 9.3.6. */
function tunnel(proxy: URL, url: URL, env: Environment): Promise<NonNullable<http.IncomingMessage["socket"]>> {
  const path = `${url.hostname}:${url.port || "443"}`;
  const request = requestTo(proxy, env, { method: "CONNECT", path, headers: { ...proxyHeaders(proxy), Host: path } });
  return new Promise((resolve, reject) => {
    request.setTimeout(CONNECT_MS, () => request.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
    request.on("error", reject);
    request.on("connect", (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket as NonNullable<http.IncomingMessage["socket"]>);
      socket.destroy();
      reject(proxyRefusal(proxy, answer.statusCode ?? 0));
    });
    request.end();
  });
}

function requestTo(proxy: URL, env: Environment, options: http.RequestOptions): http.ClientRequest {
  const at = {
    host: proxy.hostname,
    port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
    agent: false,
  } as const;
  return proxy.protocol === "https:"
    ? https.request({ ...at, ...options, ca: certificates(env) })
    : http.request({ ...at, ...options });
}

function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  return {
    "Proxy-Authorization": basic(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`),
  };
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

function answerOf(request: http.ClientRequest, body?: Buffer): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.setTimeout(SILENT_MS, () => request.destroy(new Error("the server does not answer")));
    const connecting = setTimeout(() => request.destroy(new Error("no connection comes about")), CONNECT_MS);
    request.on("socket", (socket) => {
      if (!socket.connecting) return clearTimeout(connecting);
      socket.once("connect", () => clearTimeout(connecting));
    });
    request.on("error", (error) => {
      clearTimeout(connecting);
      reject(error);
    });
    request.on("response", resolve);
    request.end(body);
  });
}

function refuse407(proxy: URL, answer: http.IncomingMessage): http.IncomingMessage {
  if (answer.statusCode !== 407) return answer;
  answer.destroy();
  throw proxyRefusal(proxy, 407);
}

function proxyRefusal(proxy: URL, status: number): PrimeError {
  const at = withoutSecrets(`${proxy.protocol}//${proxy.host}`);
  const why = status === 407 ? "wants a user and a password (407)" : `refuses (status ${status})`;
  return new PrimeError("proxy", `could not get through the proxy ${at}: it ${why}`, {
    hint:
      status === 407
        ? "write USER:PASSWORD@ in front of its host, in the variable that names the proxy"
        : "ask who runs the proxy, or name the host in NO_PROXY",
  });
}
