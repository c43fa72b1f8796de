import * as path from "node:path";
import type { Config } from "../config/config.ts";
import type { Context } from "../context.ts";
import type { Holder } from "../edges/processes/locks/lock-holder.ts";
import { type Mutex, takeMutex, waitForHolder } from "../edges/processes/locks/mutex.ts";
import { PrimeError } from "../errors.ts";

export interface TurnRequest<T> {
  /** What is done in this turn, e.g. `building for /home/me/repo`; others who wait are told. */
  readonly doing: string;
  readonly reason: string;
  /**
   * What is done without waiting any longer for a holder that shows no sign of life, e.g. `building`; for a message.
   */
  readonly beside: string;
  /** Looks whether what the turn is for is there, now that another's turn has ended. */
  readonly look: () => Promise<T | undefined>;
  /** See `waitForHolder`. */
  readonly silent?: string | undefined;
}

/** The lock of what belongs to one root. */
export function rootMutex(dataFolder: string): string {
  return path.join(dataFolder, "lock");
}

/**
 * Waits for others, and says for whom. Gives the lock, or what was wanted if another has made it meanwhile. Throws
 * `nested`.
 */
export async function takeTurn<T>(
  context: Context,
  { lock_patience_s: patience }: Config,
  file: string,
  { beside, ...request }: TurnRequest<T>,
): Promise<{ readonly lock: Mutex } | { readonly found: T }> {
  const { terminal } = context;
  const turn = await takeMutex(file, {
    ...request,
    patienceMs: patience.value * 1000,
    onWait: (holder) => terminal.say(`waiting for ${describeHolder(holder)}`),
    onImpatience: (holder) =>
      terminal.warn(`${nameOf(holder)} shows no sign of life: ${beside} without waiting for it`),
    onFailure: (why) => terminal.detail(`going on without a lock: ${why}`),
  });
  if (!("within" in turn)) return turn;
  throw new PrimeError(
    "nested",
    `could not wait for ${describeHolder(turn.within)}: it started this one`,
    "take ./prime out of the build or setup command",
  );
}

/** As `takeTurn`, for what nobody else could have done meanwhile. */
export async function takeOwnTurn(
  context: Context,
  config: Config,
  file: string,
  request: Omit<TurnRequest<never>, "look">,
): Promise<Mutex> {
  const turn = await takeTurn<never>(context, config, file, { ...request, look: async () => undefined });
  return "lock" in turn ? turn.lock : turn.found;
}

/** Waits while another builds for this root, without taking a turn: most who wait have nothing to build afterwards. */
export function waitForTurn<T>(
  context: Context,
  { lock_patience_s: patience }: Config,
  file: string,
  look: () => Promise<T | undefined>,
): Promise<{ readonly found?: T; readonly silent?: string }> {
  return waitForHolder(file, {
    patienceMs: patience.value * 1000,
    onWait: (holder) => context.terminal.say(`waiting for ${describeHolder(holder)}`),
    look,
  });
}

function describeHolder(holder: Holder): string {
  return `${nameOf(holder)}, which is ${holder.doing ?? "building"}`;
}

function nameOf({ pid, host, reason }: Holder): string {
  return `process ${pid} on ${host} (${reason})`;
}
