import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { PrimeError, reasonOf } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import { pause } from "../clock.ts";
import type { Environment } from "../command.ts";
import { remove } from "../files/own/remove.ts";
import { exchange } from "./exchange.ts";

export interface DownloadRequest {
  readonly url: URL;
  /** Absolute; made here, and gone again after a failure. */
  readonly file: string;
  /** Bytes; an answer that is longer is refused. */
  readonly most: number;
  readonly env: Environment;
}

export interface Downloaded {
  /** Of all bytes, in hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

const MOST_REDIRECTS = 5;
/** Milliseconds before each further try. */
const WAITS: readonly number[] = [500, 2000];
const LONGEST_WAIT_MS = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What may be another time otherwise. */
class Passing extends Error {
  readonly waitMs: number | undefined;

  constructor(why: string, waitMs?: number) {
    super(why);
    this.waitMs = waitMs;
  }
}

/**
 * Gets what a URL (`http:`, `https:`) leads to, hashed as it comes. Redirects are followed, from https to https alone; a server that is
 * busy is asked again, as it says (RFC 9110, 10.2.3). Throws `download`, `proxy`.
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  for (const wait of [...WAITS, undefined]) {
    try {
      return await keep(await follow(request), request);
    } catch (error) {
      remove(request.file);
      if (error instanceof PrimeError) throw error;
      if (wait === undefined || !isPassing(error)) throw refusal(request.url, reasonOf(error));
      await pause(Math.min((error instanceof Passing ? error.waitMs : undefined) ?? wait, LONGEST_WAIT_MS));
    }
  }
  throw refusal(request.url, "it was tried too often");
}

async function follow({ url: first, env }: DownloadRequest): Promise<IncomingMessage> {
  let url = first;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const answer = await exchange(url, env);
    const { statusCode: status = 0, headers } = answer;
    if (status === 200) return answer;
    answer.destroy();
    if (!REDIRECTS.has(status) || headers.location === undefined) throw fault(url, status, headers["retry-after"]);
    const next = new URL(headers.location, url);
    if (next.protocol !== "https:" && !(next.protocol === "http:" && url.protocol === "http:")) {
      throw refusal(url, `it sends to ${withoutSecrets(next.href)}, which is not safe`);
    }
    url = next;
  }
  throw refusal(first, `it sends from place to place more than ${MOST_REDIRECTS} times`);
}

function fault(url: URL, status: number, retryAfter: string | undefined): Error {
  if (status === 429 || status >= 500) {
    const seconds = Number(retryAfter);
    return new Passing(`the server says ${status}`, Number.isFinite(seconds) ? seconds * 1000 : undefined);
  }
  const isClosed = status === 401 || status === 403;
  return refusal(url, `the server says ${status}`, {
    hint: isClosed
      ? `write user and password for ${url.hostname} into ~/.netrc, or into the address`
      : "check the address",
  });
}

function keep(answer: IncomingMessage, { file, most }: DownloadRequest): Promise<Downloaded> {
  const hash = createHash("sha256");
  const promised = Number(answer.headers["content-length"] ?? Number.NaN);
  let size = 0;
  return new Promise((resolve, reject) => {
    const out = createWriteStream(file, { flags: "wx", mode: 0o600 });
    answer.setTimeout(30_000, () => answer.destroy(new Passing("the server has fallen silent")));
    answer.on("data", (bytes: Buffer) => {
      size += bytes.length;
      hash.update(bytes);
      if (size > most) answer.destroy(new Error(`it is larger than ${most} bytes`));
    });
    answer.on("aborted", () => answer.destroy(new Passing("the connection broke off")));
    answer.on("error", (error) => {
      out.destroy();
      reject(error);
    });
    out.on("error", reject);
    out.on("finish", () => {
      if (promised > size) reject(new Passing("the connection broke off"));
      else resolve({ sha256: hash.digest("hex"), size });
    });
    answer.pipe(out);
  });
}

function isPassing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return error instanceof Passing || ["ECONNRESET", "ETIMEDOUT", "EPIPE", "EAI_AGAIN"].includes(code);
}

function refusal(
  url: URL,
  why: string,
  { hint = "check the network, and the proxy that the environment names" } = {},
): PrimeError {
  return new PrimeError("download", `could not download ${withoutSecrets(url.href)}: ${why}`, { hint });
}
