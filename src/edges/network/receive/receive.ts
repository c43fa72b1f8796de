import type { IncomingMessage } from "node:http";
import { PrimeError, reasonOf } from "../../../errors.ts";
import { quoted } from "../../../quoted.ts";
import { withoutSecrets } from "../../../secrets.ts";
import { elapsed, now, pause } from "../../clock.ts";
import { Forbidden } from "../connect.ts";
import { exchange, type Line } from "../exchange.ts";
import { refusedByRule } from "../rules.ts";
import { isLoopback } from "../url.ts";
import { patienceOf } from "./patience.ts";

export interface Request {
  /** `http:`, `https:` */
  readonly url: URL;
  /** Bytes; an answer that is longer is refused. */
  readonly most: number;
  readonly limits?: Partial<Limits>;
  /** A web page is what is asked for. */
  readonly page?: boolean;
  /** Called with the address at which it was found in the end. */
  readonly found?: (url: URL) => void;
  /** That there is none is an answer. */
  readonly orNone?: boolean;
  /** A page has sent there, which is another host's. */
  readonly isSent?: boolean;
}

interface Limits {
  /** Milliseconds without a byte, and those in which `least` has to come. */
  readonly silentMs: number;
  /** Bytes. */
  readonly least: number;
  /** Milliseconds for all of it, from the first request on. */
  readonly wholeMs: number;
  /** Milliseconds before each further try. */
  readonly waits: readonly number[];
}

const WAITS = [500, 2000, 5000];

function limitsOf({ env, limits }: Request & Line): Limits {
  const { silentMs, retries } = patienceOf(env);
  const least = silentMs; // a kilobyte a second
  return { silentMs, least, wholeMs: 6 * 3600_000, waits: WAITS.slice(0, retries), ...limits };
}

const MOST_REDIRECTS = 5;
const MOST_TRIES = 20;
/** A server that wants to be left alone for longer is not waited for. */
const LONGEST_WAIT_MS = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Takes what comes, piece by piece. */
export interface Sink {
  take(bytes: Buffer): Promise<void>;
  /** All that came before counts no more. */
  restart(): Promise<void>;
}

/** What may be another time otherwise. */
class Passing extends Error {
  readonly waitMs: number | undefined;
  /** What came before is of no use. */
  readonly isAnew: boolean;

  constructor(why: string, waitMs?: number, isAnew = false) {
    super(why);
    this.waitMs = waitMs;
    this.isAnew = isAnew;
  }
}

/** How far it has come, and by what the server can tell that it still has the same (RFC 9110, 13.1.5). */
export interface Progress {
  size: number;
  validator: string | undefined;
}

/**
 * Gets what a URL leads to; gives its size. Redirects are followed, each judged by the rules, and never from https to http. What broke off
 * goes on where it ended, if the server has still the same; one that is busy is asked again, as it says (RFC 9110, 10.2.3). Throws
 * `network-rule`, `proxy`, `certificate`, `download`.
 */
export function receive(
  request: Request & Line,
  sink: Sink,
  progress: Progress = { size: 0, validator: undefined },
): Promise<number> {
  return insist(request, progress, (limits, until) => attempt(request, sink, progress, limits, until));
}

/** Asks again while it may go better another time. Throws what `receive` does. */
export async function insist<T>(
  request: Request & Line,
  progress: Progress,
  ask: (limits: Limits, until: number) => Promise<T>,
): Promise<T> {
  const limits = limitsOf(request);
  const until = elapsed() + limits.wholeMs;
  let failures = 0;
  for (let tries = 1; ; tries += 1) {
    const before = progress.size;
    try {
      return await ask(limits, until);
    } catch (error) {
      if (error instanceof PrimeError) throw error;
      const what = `download ${withoutSecrets(request.url.href)}`;
      if (error instanceof Forbidden) throw refusedByRule(what, error.ruling);
      if (error instanceof Passing && error.isAnew) progress.validator = undefined;
      if (progress.size > before) failures = 0;
      const wait = limits.waits[failures];
      failures += 1;
      const asked = error instanceof Passing ? error.waitMs : undefined;
      const isLast = wait === undefined || tries === MOST_TRIES || (asked ?? 0) > LONGEST_WAIT_MS;
      if (isLast || !isPassing(error) || elapsed() > until)
        throw refusal(request.url, reasonOf(error), { retryMs: asked });
      await pause(asked ?? wait);
    }
  }
}

async function attempt(
  request: Request & Line,
  sink: Sink,
  progress: Progress,
  limits: Limits,
  until: number,
): Promise<number> {
  const { size, validator } = progress;
  const isResumed = size > 0 && validator !== undefined;
  const headers = isResumed ? { Range: `bytes=${size}-`, "If-Range": validator } : {};
  const answer = await follow(request, headers, limits);
  const isRest = isResumed && answer.headers["content-range"]?.startsWith(`bytes ${size}-`) === true;
  if (answer.statusCode === 206 && !isRest) {
    answer.destroy();
    throw new Passing("the server sends another part than was asked for", undefined, true);
  }
  if (answer.statusCode === 200 && size > 0) {
    await sink.restart();
    progress.size = 0;
  }
  progress.validator = validatorOf(answer);
  await take(answer, request, sink, progress, limits, until);
  return progress.size;
}

/** Whether a server has still what it named by this validator. Throws what `receive` does. */
export async function isUnchanged(request: Request & Line, validator: string): Promise<boolean> {
  const headers = { [validator.startsWith('"') ? "If-None-Match" : "If-Modified-Since"]: validator };
  try {
    const answer = await follow(request, headers, limitsOf(request));
    answer.destroy();
    return answer.statusCode === 304 || validatorOf(answer) === validator;
  } catch (error) {
    if (error instanceof PrimeError) throw error;
    if (error instanceof Forbidden) throw refusedByRule(`look at ${withoutSecrets(request.url.href)}`, error.ruling);
    throw refusal(request.url, reasonOf(error));
  }
}

/** A strong one: the bytes are the same (RFC 9110, 8.8.1). */
function validatorOf({ headers }: IncomingMessage): string | undefined {
  return headers.etag?.startsWith('"') ? headers.etag : headers["last-modified"];
}

/** The answer at the end of all redirects: what was asked for, or with `orNone` that there is none (404). */
export async function follow(
  { url: first, page = false, found, orNone = false, isSent = false, ...line }: Request & Line,
  headers: Readonly<Record<string, string>>,
  { silentMs }: Limits,
): Promise<IncomingMessage> {
  let url = first;
  const more = headers.Range ? 206 : Object.keys(headers).length > 0 ? 304 : 200;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const answer = await exchange(url, line, { headers, silentMs, isSent: isSent || url.hostname !== first.hostname });
    const { statusCode: status = 0 } = answer;
    if ((status === 200 || status === more) && (page || !isPage(answer, url))) {
      found?.(url);
      return answer;
    }
    answer.destroy();
    if (orNone && isNone(status, url)) return answer;
    const { location } = answer.headers;
    if (!REDIRECTS.has(status) || location === undefined) throw fault(url, answer);
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const isAsSafe = next?.protocol === "http:" && url.protocol === "http:" && (isLoopback(next) || !isLoopback(url));
    if (next?.protocol !== "https:" && !isAsSafe)
      throw refusal(url, `it redirects to ${quoted(location)}, which is not https`, { hint: "check the address" });
    url = next;
  }
  throw refusal(first, `it redirects more than ${MOST_REDIRECTS} times`, { hint: "check the address" });
}

/** Stores that let nobody list say 403 where there is no next root; so the clients of TUF take it. What is closed is told by the next file. */
export function isNone(status: number, { pathname }: URL): boolean {
  return status === 404 || status === 410 || (status === 403 && /\/\d+\.root\.json$/.test(pathname));
}

/** What prime gets is a web page only where it says so. */
function isPage({ headers }: IncomingMessage, { pathname }: URL): boolean {
  return /^text\/html\b/i.test(headers["content-type"] ?? "") && !/\.html?$/i.test(pathname);
}

function fault(url: URL, answer: IncomingMessage): Error {
  const { statusCode: status = 0, headers } = answer;
  if (status === 511 || status === 200) {
    return refusal(url, "the server sends a web page instead, as a captive portal does", {
      hint: "log in to this network by a browser, or check the address",
    });
  }
  if (status === 429 || status === 408 || status >= 500) {
    const waitMs = waitOf(headers["retry-after"]);
    const later =
      waitMs !== undefined && waitMs > LONGEST_WAIT_MS ? `, to be asked again in ${Math.ceil(waitMs / 1000)} s` : "";
    return new Passing(`the server says ${status}${later}`, waitMs);
  }
  if (status === 416) return new Passing("the server has fewer bytes than before", undefined, true);
  const isClosed = status === 401 || status === 403;
  return refusal(url, `the server says ${status}`, {
    hint: isClosed
      ? `write user and password for ${url.hostname} into ~/.netrc, or into the address`
      : "check the address",
  });
}

/** Milliseconds: seconds, or a date. */
function waitOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

async function take(
  answer: IncomingMessage,
  { url, most }: Request,
  sink: Sink,
  progress: Progress,
  { silentMs, least }: Limits,
  until: number,
): Promise<void> {
  const promised = Number(answer.headers["content-length"] ?? Number.NaN);
  const refuseLarge = () => {
    answer.destroy();
    throw refusal(url, `it is larger than ${most} bytes`, { hint: "check the address" });
  };
  if (progress.size + promised > most) refuseLarge();
  const end = (why: string) => answer.destroy(new Passing(why));
  answer.setTimeout(silentMs, () => end("the server has fallen silent"));
  let seen = progress.size;
  const slow = setInterval(() => {
    if (progress.size - seen < least) end(`less than ${least} bytes came in ${silentMs / 1000} s`);
    seen = progress.size;
  }, silentMs);
  const late = setTimeout(() => end("the download takes too long"), Math.max(0, until - elapsed()));
  const expected = progress.size + promised;
  try {
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      if (progress.size + bytes.length > most) refuseLarge();
      await sink.take(bytes);
      progress.size += bytes.length;
    }
  } finally {
    clearInterval(slow);
    clearTimeout(late);
  }
  if (progress.size < expected) throw new Passing("the connection broke off");
}

function isPassing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return error instanceof Passing || /^(?:ECONNRESET|ETIMEDOUT|EPIPE|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE)$/.test(code);
}

/** Why nothing came of it; the hint of a fault of the network, unless another is given. */
export function refusal(
  url: URL,
  why: string,
  { hint = "check the network and the proxy", retryMs }: { hint?: string; retryMs?: number | undefined } = {},
): PrimeError {
  return new PrimeError("download", `could not download ${withoutSecrets(url.href)}: ${why}`, hint, { retryMs });
}
