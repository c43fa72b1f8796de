import * as v from "valibot";
import { quoteForShell } from "../edges/command.ts";
import { writeAtomic, writeExclusive } from "../edges/files/change.ts";
import { PATH, readMendable, TEXT } from "../edges/files/own/own-json.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import { exists } from "../edges/files/read.ts";
import { isRunning } from "../edges/machine.ts";

/**
 * Who updates an app: a file that an attempt makes, and the end of a check removes, so that what is left of an attempt counts as one.
 * It is `[ PID , START ]` (see `startOfProcess`), which sh and JSON can read; empty where its maker was killed before it could write that, or
 * is just about to: whoever takes it over then is the one.
 */
const CLAIM = v.tuple([v.number(), v.union([v.number(), TEXT])]);

/** Which process it is that claims an update. */
export interface Claimant {
  readonly pid: number;
  readonly start: string;
}

/** undefined: there is none, or it was killed before it could write who it is. */
export function claimantOf(file: string): Claimant | undefined {
  const [pid, start] = readMendable(file, CLAIM) ?? [];
  return pid === undefined ? undefined : { pid, start: `${start}` };
}

/** Whether a process other than `self` has it and lives; one without a time can't be told from others of its number. */
export function isClaimed(file: string, self?: Claimant): boolean {
  const claimant = claimantOf(file);
  if (claimant === undefined || claimant.pid === self?.pid) return false;
  return claimant.start !== "" && isRunning(claimant.pid, claimant.start);
}

/** For whom nobody who lives has it, as is known: in the place of a killed attempt's; false where a ready plan was faster. */
export function claim(file: string): boolean {
  return exists(file) || writeExclusive(file, "");
}

/** Ends it, where nobody other than `self` has it who lives. */
export function endClaim(file: string, self: Claimant): void {
  if (!isClaimed(file, self)) removeFile(file);
}

export function writeClaim(file: string, { pid, start }: Claimant): void {
  writeAtomic(file, `[ ${pid} , ${/^\d+$/.test(start) ? start : JSON.stringify(start)} ]\n`);
}

/** With what a ready plan starts an updater by itself: its claim, absolute, and words that become that in their own place. */
export const BY_PLAN = v.object({ claim: PATH, words: v.array(TEXT) });

/** Of an updater that has its claim from a ready plan. */
export const CLAIMED_TASK = "update-claimed";

/**
 * Goes on where the command can run at once: an updater is at work, or is started here, by a claim that only one of many can make (`set -C`:
 * O_EXCL) and as nobody's child. Where /proc tells of another PID namespace (`unshare -p`), and what an attempt has left, is for the program
 * to judge.
 */
export function claimForSh({ claim: file, words }: v.InferOutput<typeof BY_PLAN>): string {
  const claimed = quoteForShell(file);
  return `prime_due() {
  prime_line=''
  { read -r prime_line prime_call <"/proc/self/stat"; } 2>/dev/null
  [ "$prime_line" = $$ ] || return 1
  prime_line=''
  { read -r prime_line <${claimed}; } 2>/dev/null
  set -- $prime_line
  prime_line=''
  { [ -z "\${4-}" ] || read -r prime_line <"/proc/$2/stat"; } 2>/dev/null
  case " \${prime_line##*') '}" in ' Z'* | ' X'*) ;; *" \${4:--} "*) return 0 ;; esac
  [ ! -e ${claimed} ] || return 1
  (
    command umask u+rw
    command cd / && set -C && {
      PRIME_APP_TASK=${CLAIMED_TASK} ${words.map(quoteForShell).join(" ")} &
      read -r prime_line <"/proc/$!/stat" && set -- \${prime_line##*') '} && echo "[ $! , \${20} ]" >&8
    } 8>${claimed}
  ) </dev/null >/dev/null 2>&1 &
  wait $!
}
prime_due || return 0
`;
}
