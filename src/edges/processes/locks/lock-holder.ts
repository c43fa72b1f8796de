import * as v from "valibot";
import { parseJson, TEXT } from "../../files/own/own-json.ts";
import { readText, sha256 } from "../../files/read.ts";
import { bootId, hostName, isRunning, processSpace, startOfProcess } from "../../machine.ts";

/** Who holds a lock, as its file says. */
export interface Holder {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  /** What its process number is counted in: containers of one machine can share its name. */
  readonly space?: string;
  readonly host: string;
  /** What it does, e.g. `building for /home/me/repo`. */
  readonly doing?: string;
  /** Why it does that. */
  readonly reason: string;
}

/** A short name for one text of a lock. */
export function markOf(text: string): string {
  return sha256(text).slice(0, 16);
}

export function describeSelf({ doing, reason }: Required<Pick<Holder, "doing" | "reason">>): Holder {
  return {
    pid: process.pid,
    start: startOfProcess(process.pid) ?? "",
    boot: bootId(),
    space: processSpace(),
    host: hostName(),
    doing,
    reason,
  };
}

/** In another container or on another host nothing is known of its processes: only its heartbeat counts. */
export function isNear(holder: Holder): boolean {
  return holder.host === hostName() && (holder.space ?? processSpace()) === processSpace();
}

/** Known only of one that is near. */
export function isDead(holder: Holder): boolean {
  return isNear(holder) && (holder.boot !== bootId() || !isRunning(holder.pid, holder.start));
}

/** Whether a file with this text is a lock, be it one whose maker did not come to write its name. */
export function isLockText(text: string): boolean {
  return text === "" || parseHolder(text) !== undefined;
}

const HOLDER = v.object({
  pid: v.number(),
  start: TEXT,
  boot: TEXT,
  space: v.exactOptional(TEXT),
  host: TEXT,
  doing: v.exactOptional(TEXT),
  reason: TEXT,
});

export function parseHolder(text: string): Holder | undefined {
  return parseJson(text, HOLDER);
}

/** Who held a lock and ended without giving it back; the next one that wants it takes it over. */
export function deadHolder(file: string): Holder | undefined {
  const holder = parseHolder(readText(file) ?? "");
  return holder !== undefined && isDead(holder) ? holder : undefined;
}
