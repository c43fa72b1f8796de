import * as path from "node:path";
import { type Change, carryOut, keysFor } from "../../../channels/edit.ts";
import type { NamedKey } from "../../../channels/keys.ts";
import { openSession, type Session } from "../../../channels/session.ts";
import { Refused } from "../../../channels/tuf/refused.ts";
import type { Context } from "../../../context.ts";
import { isHeadsOwn } from "../../../edges/terminal/secret.ts";
import { PrimeError } from "../../../errors.ts";
import type { Answer } from "../../../launch/answer.ts";
import { placeOf } from "../places.ts";
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
  readonly change?: Change;
  readonly words: string;
  /** A key that this command has made. */
  readonly added?: NamedKey;
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
  const { change, words, added } = await propose(session);
  if (change === undefined) {
    context.terminal.say(words);
    return { kind: "exit", code: 0 };
  }
  const wanted = keysFor(session, change);
  const keys = [...session.file.keys, ...(added === undefined ? [] : [added])].filter(({ id }) => wanted.includes(id));
  const signers = await signersFor(context, session.folder, keys, passphrase);
  await carryOut(session, change, { signers, now: context.startedAt });
  context.terminal.say(words);
  return { kind: "exit", code: 0 };
}

export async function sessionOf(context: Context, { dir }: Pick<Options, "dir">): Promise<Session> {
  const folder = path.resolve(context.cwd, dir);
  try {
    return await openSession(
      folder,
      (to) => placeOf({ cwd: folder, env: context.env }, to),
      (words) => context.terminal.say(words),
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new PrimeError(
      "channel-refused",
      `could not believe what the channel of ${folder} serves: ${error.message}`,
      {
        hint: `${error.reason}: somebody else may have written there; ./prime channel verify URL tells what a customer's client says`,
      },
    );
  }
}

/** Who leads, as customers read it. */
export function byWhom({ env }: Context): string {
  return env.USER ?? env.LOGNAME ?? "somebody";
}
