import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { remove } from "../files/own/remove.ts";
import type { Line } from "./exchange.ts";
import { type Request, receive } from "./receive.ts";

export interface DownloadRequest extends Request, Line {
  /** Absolute; made here, and gone again after a failure. */
  readonly file: string;
}

export interface Downloaded {
  /** Of all bytes, in hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Gets what a URL leads to into a file, hashed as it comes. Throws what `receive` does. */
export async function download({ file, ...request }: DownloadRequest): Promise<Downloaded> {
  let hash = createHash("sha256");
  const begin = () => createWriteStream(file, { flags: "wx", mode: 0o600 }).on("error", () => {}); // told to whoever writes
  let out = begin();
  const close = async () => {
    out.end();
    if (!out.closed) await once(out, "close");
  };
  try {
    await once(out, "open");
    const size = await receive(request, {
      restart: async () => {
        await close();
        remove(file);
        hash = createHash("sha256");
        out = begin();
      },
      take: async (bytes) => {
        hash.update(bytes);
        await new Promise<void>((resolve, reject) => out.write(bytes, (error) => (error ? reject(error) : resolve())));
      },
    });
    await close();
    return { sha256: hash.digest("hex"), size };
  } catch (error) {
    out.destroy();
    remove(file);
    throw error;
  }
}

/** Milliseconds that a text may take as a whole. */
const WHOLE_TEXT_MS = 60_000;

/** Gets what a URL leads to as a text in UTF-8: a list, a page of data; within a minute. Throws what `receive` does. */
export async function fetchText(request: Request & Line): Promise<string> {
  const all: Buffer[] = [];
  await receive(
    { ...request, limits: { wholeMs: WHOLE_TEXT_MS, ...request.limits } },
    { restart: async () => void all.splice(0), take: async (bytes) => void all.push(bytes) },
  );
  return Buffer.concat(all).toString("utf8");
}
