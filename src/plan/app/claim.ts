import * as v from "valibot";
import { quoteForShell } from "../../edges/command.ts";
import { writeAtomic, writeExclusive } from "../../edges/files/change.ts";
import { PATH, readMendable, TEXT } from "../../edges/files/own/own-json.ts";
import { removeFile } from "../../edges/files/own/remove.ts";
import { exists } from "../../edges/files/read.ts";
import { isRunning } from "../../edges/machine.ts";

/**
 * The claim: a file that names the process which updates an app. An attempt makes it and the end of the check removes
 * it, so that a claim which a killed attempt left counts as an attempt. It holds `[ PID , START ]` (see
 * `startOfProcess`), which both sh and JSON can read. It is empty while its maker has not written that yet, or when it
 * was killed before it could: then whoever takes the claim over has it.
 */
const CLAIM = v.tuple([v.number(), v.union([v.number(), TEXT])]);

/** The process that has the claim. */
export interface Claimant {
  readonly pid: number;
  readonly start: string;
}

/**
 * The process that a claim names; undefined when there is no claim, or when its maker was killed before it wrote its
 * number.
 */
export function claimantOf(file: string): Claimant | undefined {
  const [pid, start] = readMendable(file, CLAIM) ?? [];
  return pid === undefined ? undefined : { pid, start: `${start}` };
}

/**
 * Whether a process other than `self` has the claim and is running. A claim without a start time counts as free, since
 * its number may be another process's by now.
 */
export function isClaimed(file: string, self?: Claimant): boolean {
  const claimant = claimantOf(file);
  if (claimant === undefined || claimant.pid === self?.pid) return false;
  return claimant.start !== "" && isRunning(claimant.pid, claimant.start);
}

/**
 * Takes the claim for a caller who has seen that no running process has it, so that a file that is there is a killed
 * attempt's. False when a ready plan was faster.
 */
export function claim(file: string): boolean {
  return exists(file) || writeExclusive(file, "");
}

/** Removes the claim, unless a running process other than `self` has it. */
export function endClaim(file: string, self: Claimant): void {
  if (!isClaimed(file, self)) removeFile(file);
}

export function writeClaim(file: string, { pid, start }: Claimant): void {
  writeAtomic(file, `[ ${pid} , ${/^\d+$/.test(start) ? start : JSON.stringify(start)} ]\n`);
}

/**
 * What a ready plan needs to start an updater by itself: the claim (absolute), and the words of a command that becomes
 * the updater, so that the process keeps its number.
 */
export const BY_PLAN = v.object({ claim: PATH, words: v.array(TEXT) });

/** The value of PRIME_APP_TASK that tells an updater that a ready plan has made its claim. */
export const CLAIMED_TASK = "update-claimed";

/**
 * Lines of sh that go on when the command can run at once: an updater is at work, or is started here. Only one of many
 * starts can make the claim (`set -C`: O_EXCL), and the updater is no child of the command. They leave it to the
 * program (`return`) when /proc belongs to another PID namespace (`unshare -p`), and when an earlier attempt has left a
 * claim.
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
