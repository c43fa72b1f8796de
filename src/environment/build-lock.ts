import * as path from "node:path";
import { now, pause } from "../edges/clock.ts";
import { facts, readText, remove, setTimes, writeExclusive } from "../edges/files.ts";
import { bootId, hostName, startOfProcess } from "../edges/head.ts";

/** Who builds, as the lock file says it. */
export interface Holder {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly host: string;
  readonly reason: string;
}

export interface BuildLock {
  /** Gives the lock back; a lock that somebody else took over is left alone. */
  release(): void;
}

export interface LockOptions {
  readonly reason: string;
  /** Milliseconds without a sign of life after which a holder is no longer waited for. */
  readonly patienceMs: number;
  /** Called once when it turns out that somebody else builds. */
  readonly onWait: (holder: Holder) => void;
  /** Called when a holder is no longer waited for. */
  readonly onImpatience: (holder: Holder) => void;
}

const LOOK_AGAIN_MS = 100;
/** A file without a holder's name: its writer is a moment behind, or gone. */
const TORN_MS = 1000;
const HEARTBEAT_MS = 1000;

/**
 * Waits until nobody else builds for this root. The lock saves double work only: every builder has a folder of its own,
 * so a lock that is lost, or no longer waited for, breaks nothing. A dead holder is replaced at once.
 */
export async function takeBuildLock(folder: string, options: LockOptions): Promise<BuildLock> {
  const file = path.join(folder, "lock");
  const own = JSON.stringify(describeSelf(options.reason));
  let waitsFor: string | undefined;
  while (!writeExclusive(file, own)) {
    const text = readText(file);
    const holder = parseHolder(text);
    if (text === undefined) continue;
    if (holder === undefined ? isOld(file, TORN_MS) : isDead(holder)) {
      removeIfStill(file, text);
      continue;
    }
    if (holder !== undefined && waitsFor !== text) {
      waitsFor = text;
      options.onWait(holder);
    }
    if (holder !== undefined && isOld(file, options.patienceMs)) {
      options.onImpatience(holder);
      return { release: () => {} };
    }
    await pause(LOOK_AGAIN_MS);
  }
  const beat = setInterval(() => beatHeart(file, own), HEARTBEAT_MS);
  beat.unref();
  return {
    release: () => {
      clearInterval(beat);
      removeIfStill(file, own);
    },
  };
}

function describeSelf(reason: string): Holder {
  return {
    pid: process.pid,
    start: startOfProcess(process.pid) ?? "",
    boot: bootId(),
    host: hostName(),
    reason,
  };
}

/** On another host nothing is known of its processes: only its heartbeat counts. */
function isDead(holder: Holder): boolean {
  if (holder.host !== hostName()) return false;
  return holder.boot !== bootId() || startOfProcess(holder.pid) !== holder.start;
}

function isOld(file: string, patienceMs: number): boolean {
  const found = facts(file);
  return found !== undefined && now() - Number(BigInt(found.mtimeNs) / 1_000_000n) > patienceMs;
}

function beatHeart(file: string, own: string): void {
  if (readText(file) === own) setTimes(file, now() / 1000);
}

function removeIfStill(file: string, text: string): void {
  if (readText(file) === text) remove(file);
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const value = JSON.parse(text ?? "null") as Partial<Holder> | null;
    return typeof value?.pid === "number" && typeof value.host === "string" ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}
