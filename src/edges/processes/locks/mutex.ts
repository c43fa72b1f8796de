import * as path from "node:path";
import { passOn, tolerate } from "../../../errors.ts";
import { elapsed, now, pause } from "../../clock.ts";
import { makeFolder, rename, setTimes, writeExclusive, writePlain } from "../../files/change.ts";
import { temporaryName } from "../../files/own/maker-mark.ts";
import { removeFile } from "../../files/own/remove.ts";
import { facts, physicalPath, readText } from "../../files/read.ts";
import { isAncestor } from "../../machine.ts";
import { describeSelf, type Holder, isDead, isNear, markOf, parseHolder } from "./lock-holder.ts";

export interface Mutex {
  /** Taken from a holder that was silent for too long, and may go on. */
  readonly isTaken: boolean;
  /** Gives the lock back; a lock that somebody else took over is left alone. */
  release(): void;
}

export interface WaitOptions<T> {
  /** Milliseconds without a sign of life after which a holder is no longer waited for. */
  readonly patienceMs: number;
  /** Called for each holder that is waited for. */
  readonly onWait: (holder: Holder) => void;
  /** Asked each time when a holder that was waited for is gone: what is wanted may be there now. */
  readonly look: () => Promise<T | undefined>;
}

export interface LockOptions<T> extends WaitOptions<T> {
  readonly doing: string;
  readonly reason: string;
  /** Called when the lock was taken from a silent holder. */
  readonly onImpatience: (holder: Holder) => void;
  /** Called when there can be no lock; all goes on without one. */
  readonly onFailure: (why: string) => void;
  /** The mark of a holder that `waitForHolder` gave up. */
  readonly silent?: string | undefined;
}

/** `within`: the holder waits for this very process, which a command of its own has started. */
export type Turn<T> = { readonly lock: Mutex } | { readonly found: T } | { readonly within: Holder };

const LOOK_AGAIN_MS = { first: 50, growth: 1.3, last: 1000 };
/** A file without a holder's name: its writer is a moment behind, or gone. */
const TORN_MS = 1000;
const HEARTBEAT_MS = 1000;

const QUIETLY = { onWait: () => {}, onImpatience: () => {}, onFailure: () => {} };

/** All locks that this process holds: it gives them back when a signal ends it. */
const held = new Set<Mutex>();

/** For the end of this process: others need not find out that it has died. */
export function releaseMutexes(): void {
  for (const lock of held) lock.release();
}

/**
 * Waits until nobody else holds the lock, or until what is wanted is there. A lock saves double work only, and nothing
 * breaks when it is lost or can't be made: every builder has a folder of its own. A dead holder is replaced at once, a
 * silent one when patience ends. The file is always one holder's: whoever replaces or removes it holds the lock of
 * that very text.
 */
export async function takeMutex<T>(place: string, options: LockOptions<T>): Promise<Turn<T>> {
  const own = JSON.stringify(describeSelf(options));
  try {
    makeFolder(path.dirname(place));
  } catch (error) {
    return without(error, options);
  }
  const file = physicalPath(place);
  return untilDone<T, Turn<T>>(file, options, async (watch) => {
    try {
      if (writeExclusive(file, own)) return { lock: keep(file, own, false, options) };
      const { state, text, holder } = watch.see();
      if (state === "within" && holder !== undefined) return { within: holder };
      if ((state !== "dead" && state !== "silent") || !(await replace(file, text, own))) return undefined;
      if (state === "silent" && holder !== undefined) options.onImpatience(holder);
      return { lock: keep(file, own, state === "silent", options) };
    } catch (error) {
      return without(error, options);
    }
  });
}

/** As `takeMutex`, without taking it: ends when the holder is gone, dead or silent; the mark of one whose file is still there is given. */
export function waitForHolder<T>(
  file: string,
  options: WaitOptions<T>,
): Promise<{ readonly found?: T; readonly silent?: string }> {
  return untilDone(file, options, (watch) =>
    tolerate(
      () => {
        const { state, text } = watch.see();
        if (state === "silent" || state === "dead") return { silent: markOf(text) };
        return state === "alive" ? undefined : {};
      },
      () => ({}),
    ),
  );
}

/** Looks again and again, until what is wanted is there or `act` comes to something. */
async function untilDone<T, U>(
  file: string,
  options: WaitOptions<T>,
  act: (watch: Watch) => U | undefined | Promise<U | undefined>,
): Promise<U | { readonly found: T }> {
  const watch = new Watch(file, options);
  for (let interval = LOOK_AGAIN_MS.first; ; interval = Math.min(interval * LOOK_AGAIN_MS.growth, LOOK_AGAIN_MS.last)) {
    const found = watch.isOver() ? await options.look() : undefined;
    if (found !== undefined) return { found };
    const done = await act(watch);
    if (done !== undefined) return done;
    await pause(interval);
  }
}

interface Seen {
  readonly state: "free" | "alive" | "dead" | "silent" | "within";
  readonly text: string;
  readonly holder: Holder | undefined;
}

/**
 * One lock as somebody who waits sees it. Silence is what this process has seen of it by its own clock: another host's clock
 * can be wrong, and while a machine sleeps nobody is silent.
 */
class Watch {
  private text: string | undefined;
  private beat: string | undefined;
  private silentMs = 0;
  private seenAt = elapsed();
  private waitedFor: string | undefined;
  private readonly file: string;
  private readonly options: WaitOptions<unknown> & Partial<Pick<LockOptions<unknown>, "silent">>;

  constructor(file: string, options: WaitOptions<unknown> & Partial<Pick<LockOptions<unknown>, "silent">>) {
    this.file = file;
    this.options = options;
  }

  see(): Seen {
    const text = readText(this.file);
    if (text === undefined) return { state: "free", text: "", holder: undefined };
    this.listen(text);
    const holder = parseHolder(text);
    const isAwaited = markOf(text) === this.options.silent;
    if (holder === undefined) return { state: isAwaited || this.silentMs > TORN_MS ? "dead" : "alive", text, holder };
    if (isDead(holder)) return { state: "dead", text, holder };
    if (this.waitedFor !== text && isNear(holder) && isAncestor(holder.pid)) return { state: "within", text, holder };
    if (isAwaited || this.silentMs > this.options.patienceMs) {
      return { state: "silent", text, holder };
    }
    if (this.waitedFor !== text) this.options.onWait(holder);
    this.waitedFor = text;
    return { state: "alive", text, holder };
  }

  /** Whether whom this one waited for is no longer there; true once for each. */
  isOver(): boolean {
    let isThere = false;
    tolerate(() => {
      isThere = this.waitedFor === undefined || readText(this.file) === this.waitedFor;
    });
    if (!isThere) this.waitedFor = undefined;
    return !isThere;
  }

  private listen(text: string): void {
    const beat = facts(this.file)?.mtimeNs;
    const since = Math.min(elapsed() - this.seenAt, 2 * LOOK_AGAIN_MS.last);
    this.silentMs = text === this.text && beat === this.beat ? this.silentMs + since : 0;
    this.seenAt = elapsed();
    this.text = text;
    this.beat = beat;
  }
}

/** Puts a new text in the place of exactly this one; false when it was somebody else's by then. */
async function replace(file: string, text: string, own: string): Promise<boolean> {
  const claim = claimOf(file, text);
  const alone = await takeMutex(claim, {
    doing: "replacing a lock",
    reason: "",
    patienceMs: TORN_MS,
    ...QUIETLY,
    look: async () => (readText(file) === text ? undefined : true),
  });
  if (!("lock" in alone)) return false;
  try {
    if (readText(file) !== text) return false;
    const draft = temporaryName(file);
    writePlain(draft, own);
    rename(draft, file);
    return true;
  } finally {
    alone.lock.release();
  }
}

/** Who waits as long as this one would hears it several times. */
function keep(file: string, own: string, isTaken: boolean, { patienceMs }: { readonly patienceMs: number }): Mutex {
  const beat = setInterval(
    () => {
      tolerate(() => {
        if (readText(file) === own) setTimes(file, now() / 1000);
      });
    },
    Math.min(HEARTBEAT_MS, patienceMs / 4),
  );
  beat.unref();
  const lock = {
    isTaken,
    release: () => {
      clearInterval(beat);
      held.delete(lock);
      tolerate(() => removeOwn(file, own));
    },
  };
  held.add(lock);
  return lock;
}

/** Nobody may replace it between the look and the removal; who holds the lock of its text is about to do so. */
function removeOwn(file: string, own: string): void {
  const claim = claimOf(file, own);
  if (!writeExclusive(claim, own)) return;
  if (readText(file) === own) removeFile(file);
  removeFile(claim);
}

function without<T>(error: unknown, { onFailure }: LockOptions<T>): Turn<T> {
  passOn(error);
  onFailure(error.message);
  return { lock: { isTaken: false, release: () => {} } };
}

/** A lock that can't be touched any more is the next one's to find silent. */
function claimOf(file: string, text: string): string {
  return `${file}.${markOf(text)}`;
}

/** Does something that takes a moment while nobody else does; without the lock when its holder is silent, or there can be none. */
export async function oneAtATime<T>(
  place: string,
  about: Pick<LockOptions<never>, "doing" | "patienceMs">,
  act: () => T,
): Promise<T> {
  const turn = await takeMutex<never>(place, { ...QUIETLY, ...about, reason: "", look: async () => undefined });
  try {
    return act();
  } finally {
    if ("lock" in turn) turn.lock.release();
  }
}
