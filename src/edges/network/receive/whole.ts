import { gunzipSync } from "node:zlib";
import { PrimeError, reasonOf } from "../../../errors.ts";
import { withoutSecrets } from "../../../secrets.ts";
import { pause } from "../../clock.ts";
import { type Asking, exchange, type Line, type ServerAnswer } from "../exchange.ts";
import { follow, insist, refusal } from "./receive.ts";

/**
 * Milliseconds within which an answer has to be whole, and bytes in one of them for what may be larger: a server that lets a byte drip now and
 * then is as good as none.
 */
const WHOLE_MS = 60_000;
const LEAST = 80;
/** Bytes of what a server says to a file that it gets. */
const MOST_SAID = 1_000_000;
/** Milliseconds before a busy server is asked again. */
const WAITS = [500, 2000, 5000];

export interface Whole {
  readonly bytes: Buffer;
  /** The ETag (RFC 9110, 8.8.3). */
  readonly tag: string | undefined;
}

/**
 * The whole of a file at a URL; undefined where the server has none. Throws what `receive` does. What is longer than `most` bytes is cut
 * behind one more.
 */
export function fetchWhole(url: URL, line: Line, most: number): Promise<Whole | undefined> {
  const request = { url, most, orNone: true, ...line };
  return insist(request, { size: 0, validator: undefined }, async (limits) => {
    const answer = await follow(request, {}, limits);
    if (answer.statusCode !== 200) return undefined;
    return { bytes: unpacked(url, await bytesOf(answer, most), most), tag: answer.headers.etag };
  });
}

/**
 * Stores such as S3 send what was put there packed by gzip (RFC 1952, 2.3.1) to those as well who don't ask for that; nothing that prime
 * reads whole begins so but what is named so. Throws `download`.
 */
export function unpacked(url: URL, bytes: Buffer, most: number): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || /\.t?gz$/.test(url.pathname)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    throw refusal(url, `it can't be unpacked: ${reasonOf(error)}`, { hint: "check the address" });
  }
}

/** Puts a file to a URL (RFC 9110, 9.3.4); false when the condition among the headers did not hold (412; 409 where others write it right now). */
export async function putWhole(
  url: URL,
  line: Line,
  { bytes, headers }: { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> },
): Promise<boolean> {
  try {
    const { status } = await ask(url, line, { method: "PUT", body: bytes, headers }, MOST_SAID);
    if (status === 412 || status === 409) return false;
    if (status >= 200 && status < 300) return true;
    throw new Error(`the server says ${status}`);
  } catch (error) {
    if (error instanceof PrimeError) throw error;
    throw new PrimeError(
      "network",
      `could not put ${withoutSecrets(url.href)}: ${reasonOf(error)}`,
      "check the address, and user and password in ~/.netrc",
    );
  }
}

interface Answered {
  readonly status: number;
  readonly headers: ServerAnswer["headers"];
  /** Cut behind one more than was wanted. */
  readonly bytes: Buffer;
}

/** Asks a server, and again where it is busy; the answer is whole. Throws what `exchange` does, and what broke off. */
export async function ask(url: URL, line: Line, asking: Asking, most: number): Promise<Answered> {
  for (let tries = 0; ; tries += 1) {
    const answer = await exchange(url, line, asking);
    const { statusCode: status = 0, headers } = answer;
    const bytes = status === 404 ? Buffer.alloc(0) : await bytesOf(answer, most);
    if (status === 404) answer.destroy();
    const wait = status === 429 || status === 503 ? WAITS[tries] : undefined;
    if (wait === undefined) return { status, headers, bytes };
    await pause(wait);
  }
}

/** The body of an answer. */
export async function bytesOf(answer: ServerAnswer, most: number): Promise<Buffer> {
  const limitMs = Math.max(WHOLE_MS, most / LEAST);
  const late = setTimeout(
    () => answer.destroy(new Error(`it was not whole within ${Math.round(limitMs / 1000)} s`)),
    limitMs,
  );
  try {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length;
      parts.push(part);
      if (size > most) break;
    }
    if (size <= most && !answer.complete) throw new Error("the connection broke off");
    return Buffer.concat(parts).subarray(0, most + 1);
  } finally {
    clearTimeout(late);
    answer.destroy();
  }
}
