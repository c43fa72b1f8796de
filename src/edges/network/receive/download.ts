import { createHash } from "node:crypto";
import { PrimeError } from "../../../errors.ts";
import type { Environment } from "../../command.ts";
import { openGrowing, writeAtomic } from "../../files/change.ts";
import { MOST, streamOf } from "../../files/open.ts";
import { remove } from "../../files/own/remove.ts";
import { facts, readText } from "../../files/read.ts";
import type { Line } from "../exchange.ts";
import { patienceOf } from "./patience.ts";
import { type Progress, type Request, receive, type Sink } from "./receive.ts";
import { unpacked } from "./whole.ts";

export interface DownloadRequest extends Request, Line {
  /** Absolute; made here, and gone again after a failure. */
  readonly file: string;
  /** What came stays after a failure, and is gone on with by the next one of this file, whoever that is. */
  readonly isResumed?: boolean;
}

export interface Downloaded {
  /** Of all bytes, in hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** By which the server tells whether it has still the same. */
  readonly validator: string | undefined;
}

/** Beside a file of which only the beginning is there: how the server named the whole. */
export const VALIDATOR = ".validator";

/** Gets what a URL leads to into a file, hashed as it comes. Throws what `receive` does. */
export async function download({ file, isResumed = false, ...request }: DownloadRequest): Promise<Downloaded> {
  const beside = file + VALIDATOR;
  const validator = isResumed ? readText(beside) : undefined;
  if (validator === undefined && isResumed) remove(file);
  const progress: Progress = { size: validator === undefined ? 0 : (facts(file)?.size ?? 0), validator };
  let hash = createHash("sha256");
  if (progress.size > 0) for await (const bytes of streamOf(file, MOST.hashed)) hash.update(bytes);
  const out = openGrowing(file, progress.size === 0);
  let noted = validator;
  try {
    const sink: Sink = {
      restart: async () => {
        out.empty();
        hash = createHash("sha256");
      },
      take: async (bytes) => {
        if (isResumed && noted !== progress.validator) {
          remove(beside);
          if (progress.validator !== undefined) writeAtomic(beside, progress.validator);
          noted = progress.validator;
        }
        hash.update(bytes);
        out.add(bytes);
      },
    };
    const size = await receive(request, sink, progress);
    remove(beside);
    return { sha256: hash.digest("hex"), size, validator: progress.validator };
  } catch (error) {
    const isFull = error instanceof PrimeError && error.id === "file-system"; // what came is in the way of all else
    if (isFull || !isResumed || noted === undefined) for (const one of [file, beside]) remove(one);
    throw error;
  } finally {
    out.close();
  }
}

/** Milliseconds that a text may take as a whole: a minute, unless the user has less patience. */
export function wholeTextMs(env: Environment): number {
  return Math.min(60_000, 2 * patienceOf(env).silentMs);
}

/** Gets what a URL leads to as a text in UTF-8: a list, a page of data; within a minute. Throws what `receive` does. */
export async function fetchText(request: Request & Line): Promise<string> {
  const all: Buffer[] = [];
  await receive(
    { ...request, limits: { wholeMs: wholeTextMs(request.env), ...request.limits } },
    { restart: async () => void all.splice(0), take: async (bytes) => void all.push(bytes) },
  );
  return unpacked(request.url, Buffer.concat(all), request.most).toString("utf8");
}
