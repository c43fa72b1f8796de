import { PRIME_LOCK } from "../../../config/lock/prime-lock.ts";
import type { Context } from "../../../context.ts";
import type { Decision } from "../../../decision/decide.ts";
import { nameOf } from "../../../provision/python/build-lists.ts";
import { findKept, openStore } from "../../../provision/python/store.ts";
import { type Finding, sound, wrong } from "../finding.ts";

/** The build that prime.lock names for this machine: whether it is kept here, and answers. */
export function pinnedFindings(context: Context, { pinned, asked }: Decision): Finding[] {
  if (pinned === undefined) return [];
  const kept = findKept(openStore(context), pinned);
  const what = `pins ${nameOf(pinned)}`;
  if (kept === undefined) return [sound(PRIME_LOCK, `${what}, which the next build fetches`)];
  if (asked !== undefined) return [sound(PRIME_LOCK, `${what}, which is kept in ${kept.folder}`)];
  const mend = `remove ${kept.folder}: the next start fetches it anew, and environments on it go on`;
  return [wrong(PRIME_LOCK, `${what}, and ${kept.executable} does not answer`, mend)];
}
