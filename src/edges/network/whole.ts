import { PrimeError, reasonOf } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import { exchange, type Line } from "./exchange.ts";

/** Milliseconds within which an answer has to be whole: a server that lets a byte drip now and then is as good as none. */
const WHOLE_MS = 60_000;

export interface Whole {
  readonly bytes: Buffer;
  /** The ETag (RFC 9110, 8.8.3). */
  readonly tag: string | undefined;
}

/** The whole of a file at a URL; undefined where the server has none (404). Throws for every other answer. What is longer than `most` bytes is cut behind one more. */
export async function fetchWhole(url: URL, line: Line, most: number): Promise<Whole | undefined> {
  return told("fetch", url, () => fetchPlainly(url, line, most));
}

async function fetchPlainly(url: URL, line: Line, most: number): Promise<Whole | undefined> {
  const answer = await exchange(url, line);
  const late = setTimeout(() => answer.destroy(new Error("it was not whole within 60 s")), WHOLE_MS);
  try {
    const { statusCode: status = 0, headers } = answer;
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`the server says ${status}`);
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length;
      parts.push(part);
      if (size > most) break;
    }
    if (size <= most && !answer.complete) throw new Error("the connection broke off");
    return { bytes: Buffer.concat(parts).subarray(0, most + 1), tag: headers.etag };
  } finally {
    clearTimeout(late);
    answer.destroy();
  }
}

/** Puts a file to a URL (RFC 9110, 9.3.4); false when the condition among the headers did not hold (412; 409 where others write it right now). */
export async function putWhole(
  url: URL,
  line: Line,
  { bytes, headers }: { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> },
): Promise<boolean> {
  return told("put", url, async () => {
    const answer = await exchange(url, line, { method: "PUT", body: bytes, headers });
    const { statusCode: status = 0 } = answer;
    answer.resume();
    if (status === 412 || status === 409) return false;
    if (status >= 200 && status < 300) return true;
    throw new Error(`the server says ${status}`);
  });
}

async function told<T>(doing: string, url: URL, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PrimeError) throw error;
    throw new PrimeError("network", `could not ${doing} ${withoutSecrets(url.href)}: ${reasonOf(error)}`, {
      hint: "check the address, and user and password in ~/.netrc; then start again",
    });
  }
}
