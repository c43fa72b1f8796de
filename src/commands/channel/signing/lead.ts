import * as path from "node:path";
import { carryOutChange, isOffline, keysFor, type Lack, type RepositoryChange } from "../../../channels/edit.ts";
import type { NamedKey } from "../../../channels/keys.ts";
import { isAhead, moment } from "../../../channels/model/texts.ts";
import { openSession, type Session } from "../../../channels/session.ts";
import { dropWaiting, isFresh, toSign } from "../../../channels/to-sign.ts";
import { Refused } from "../../../channels/tuf/refused.ts";
import type { Context } from "../../../context.ts";
import { isHeadsOwn } from "../../../edges/terminal/secret.ts";
import { PrimeError } from "../../../errors.ts";
import { type Answer, DONE } from "../../../launch/answer.ts";
import { openPlace } from "../places.ts";
import { type Passphrase, passphraseBy, signersFor } from "./signers.ts";

/** What every command that leads a channel takes. */
export interface Options {
  /** The maintainer's folder, as the user named it. */
  readonly dir: string;
  readonly passphraseFd?: number;
}

/** What a command makes of the channel as it is: the change, and what is said when it is done. */
export type Propose = (session: Session) => Promise<{
  /** Absent: there is nothing to do. */
  readonly change?: RepositoryChange;
  readonly words: string;
  /** A key that this command has made. */
  readonly added?: NamedKey;
  /** Shown before anything is signed. */
  readonly shown?: string;
  /** What is done when customers see it. */
  readonly next?: () => Promise<Answer>;
}>;

/** One command: refresh, decide, sign, upload. */
export async function lead(
  context: Context,
  options: Options,
  propose: Propose,
  passphrase: Passphrase = passphraseBy(options.passphraseFd, { isNew: false }),
): Promise<Answer> {
  if (isHeadsOwn(options.passphraseFd ?? 0)) return { kind: "direct", node: context.node };
  const session = await sessionOf(context, options);
  const { change, words, added, shown, next } = await propose(session);
  if (change === undefined) {
    context.terminal.say(words);
    return next?.() ?? DONE;
  }
  if (change.begun === undefined && isOffline(change)) refuseSecond(session);
  if (shown !== undefined) context.terminal.say(shown);
  const wanted = keysFor(session, change);
  const keys = [...session.file.keys, ...(added === undefined ? [] : [added])].filter(({ id }) => wanted.includes(id));
  const signers = await signersFor(context, session.folder, keys, passphrase);
  const lack = await carryOutChange(session, change, { signers, now: context.startedAt });
  if (lack !== undefined) {
    context.terminal.say(
      waitingWords(session, change.begun === undefined ? `: ${words}` : "", lack, next !== undefined),
    );
    return DONE;
  }
  if (change.begun !== undefined) dropWaiting(session.folder);
  context.terminal.say(words);
  return next?.() ?? DONE;
}

/** One change waits at a time; one that the channel has moved on from makes room. */
export function refuseSecond(session: Session): void {
  const where = toSign(session.folder);
  if (isFresh(session) === true) {
    throw new PrimeError(
      "channel-waits",
      `could not begin a change: one waits for signatures in ${where}`,
      "./prime channel sign; or remove that folder",
      { exitCode: 1 },
    );
  }
  dropWaiting(session.folder);
}

function waitingWords(
  { folder, file }: Session,
  words: string,
  { by, threshold, others }: Lack,
  follows: boolean,
): string {
  const names = (ids: readonly string[]) => keyNames(file.keys, ids).join(", ");
  return [
    `signed by ${by.length} of ${threshold} (${names(by)}): nothing is uploaded yet`,
    `  waits in ${toSign(folder)}${words}`,
    `  one of ${names(others)} signs on, in a copy of this folder: ./prime channel sign --dir DIR`,
    ...(follows ? ["  no channel is promoted: do it afterwards"] : []),
  ].join("\n");
}

/** What people call keys; where they have no name here, how their ids begin. */
export function keyNames(keys: readonly NamedKey[], ids: readonly string[]): readonly string[] {
  return ids.map((one) => keys.find(({ id }) => id === one)?.name ?? one.slice(0, 8));
}

export async function sessionOf(context: Context, { dir }: Pick<Options, "dir">, isLook = false): Promise<Session> {
  const folder = path.resolve(context.cwd, dir);
  try {
    const session = await openSession(
      folder,
      (to) => openPlace({ cwd: folder, env: context.env }, to),
      (words) => context.terminal.say(words),
      isLook,
    );
    warnOfClock(context, session);
    return session;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new PrimeError(
      "channel-refused",
      `could not believe what the channel of ${folder} serves: ${error.message}`,
      `${error.reason}: somebody else may have written there; see ./prime channel verify URL`,
    );
  }
}

/** Which of two clocks is wrong, this one or that of a channel's last move, nothing tells. */
function warnOfClock({ startedAt, terminal }: Context, { pointers }: Session): void {
  for (const { channel, at } of pointers.values()) {
    if (!isAhead(at, startedAt)) continue;
    terminal.warn(
      `${channel} was moved at ${at}, and the clock says ${moment(startedAt)}, which is before: one of the two is wrong, and customers refuse what a wrong clock dates. Set this one, then move ${channel} once more`,
    );
  }
}

/** Who leads, as customers read it. */
export function byWhom({ env }: Context): string {
  return env.USER ?? env.LOGNAME ?? "somebody";
}
