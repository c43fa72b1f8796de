import { quoteForShell } from "../edges/command.ts";
import { writeRenewable } from "../edges/files/change.ts";
import { readOwnText } from "../edges/files/own/own-json.ts";
import type { Observed } from "../inputs/observation.ts";
import { quietForSh } from "./quietly.ts";
import { KEPT } from "./way-back.ts";

/*
 * A file whose time has changed mostly has the same contents: an editor saved it, or git went to another branch and
 * back. The shell finds that out by itself, by files beside the stamps of the plan (`stamps` here, absolute).
 */

/** The names of two stamps between which a time lies; mostly one stamp twice. */
export interface StampPair {
  readonly from: string;
  readonly to: string;
}

/** A file with stamps of its own, whose contents the shell compares when its time is another one. */
export interface Renewable {
  readonly path: string;
  readonly sha256: string;
  readonly stamp: StampPair;
}

/** The most files with stamps of their own: more would cost each warm start too much. */
export const MOST_RENEWABLE = 8;
/** Bytes: reading more takes longer than a start of Node. */
const LARGE = 1_000_000;

/**
 * Whether people edit a file (nobody edits what is in `unedited`, absolute), and `sha256sum` reads its path as it is.
 */
export function isRenewable({ input, facts, contents }: Observed, unedited: readonly string[]): boolean {
  if (input.kind !== "file" || facts === undefined || contents === undefined) return false;
  if (facts.size > LARGE || /[\n\r\\]/.test(input.path)) return false;
  return !unedited.some((one) => input.path === one || input.path.startsWith(`${one}/`));
}

function sumsFile(stamps: string): string {
  return `${stamps}.sums`;
}

/** The files whose contents the shell compares, absolute. */
export function comparedByContents(stamps: string): string[] {
  return [...(readOwnText(sumsFile(stamps)) ?? "").matchAll(/^[0-9a-f]{64} {2}(.+)$/gm)].map(([, file = ""]) => file);
}

/** The names of what a shell leaves beside the stamps when it is killed. */
export const HALF_RENEWED = /^stamps-[0-9a-f]{8}\.new(?:-\w+)?$/;

/** A file in a folder of stamps. It is younger than the folder until a stamp is taken away or added. */
export const PIN = "pin";
/**
 * Half a second younger than the folder. A shell that sees no fractions of a second does not take it for younger, so
 * that it is no pin to it.
 */
export const HALF = "half";

/** Writes the digests that the shell compares contents with. It must be written before the plan. */
export function writeSums(stamps: string, files: readonly Renewable[]): void {
  writeRenewable(sumsFile(stamps), files.map(({ sha256, path: file }) => `${sha256}  ${file}\n`).join(""), 0o600);
}

/**
 * Commands of sh that set `prime_status` to 0 when all of these files have the same contents as before.
 *
 * The times are taken before the contents are read, and only then become those of the stamps: so the next start finds
 * an edit that comes meanwhile or later. A file whose time is the present one, or one that builds and archives set (an
 * old one, or SOURCE_DATE_EPOCH), gets no stamps, since a later edit could have the same time: its contents are
 * compared at each start. One shell at a time sets stamps, the earlier one of two first, so that no time lies between
 * them when it is killed. A shell that sees no fractions of a second believes no such stamp. Each command is redirected
 * on its own: a shell keeps descriptors for a whole block, and dash loses a stream that it can't redirect where few
 * descriptors are allowed. `true` makes the file: where a special built-in fails in a subshell of what `command .` reads,
 * busybox goes on behind that as a second shell.
 */
export function sameContentsForSh(stamps: string, files: readonly Renewable[]): string {
  const taken = files.map(
    (file) => `  [ ${timeTest(file, false)} ] || {
    prime_line="$prime_line ${file.stamp.to}"
    [ -z "$prime_call" ] || ${quietForSh(`touch -r ${quoteForShell(file.path)} "$prime_new-${file.stamp.to}"`)} || prime_line=''
  }
`,
  );
  const left = files.map(({ stamp }) => ` "$prime_new-${stamp.to}"`).join("");
  const pinned = quietForSh(`touch -c -r "$prime_stamps/${HALF}" "$prime_stamps/${PIN}"`);
  const timed = quietForSh(
    'touch -c -r "$prime_new-$prime_bin" "$prime_stamps/$prime_bin-" "$prime_stamps/$prime_bin"',
  );
  const agree = quietForSh(`sha256sum -c ${quoteForShell(sumsFile(stamps))}`);
  return `prime_new=$prime_stamps.new prime_line='' prime_call=''
if [ ${[sumsFile(stamps), ...files.map((file) => file.path)].map((file) => `-f ${quoteForShell(file)}`).join(" -a ")} ] && case $(ulimit -n) in ? | ??) false ;; esac &&
  { [ -n "$prime_back" -o ! -e "$prime_plan${KEPT}" ] || ${agree}; }; then
  if [ -z "\${SOURCE_DATE_EPOCH-}" ] && (set -C && true >"$prime_new") 2>/dev/null; then prime_call=1; fi
${taken.join("")}  if ${agree}; then
    prime_status=0
    [ -z "$prime_call" ] || for prime_bin in $prime_line; do
      [ "$prime_new" -nt "$prime_new-$prime_bin" -a "$prime_new-$prime_bin" -nt "$prime_stamps/$prime_bin" ] || continue
      [ "$prime_stamps" -nt "$prime_new-$prime_bin" -o ! "$prime_stamps/${HALF}" -nt "$prime_stamps" \\
        -o ! "$prime_stamps/${PIN}" -nt "$prime_stamps/${HALF}" ] || ${pinned} || continue
      ${timed} || continue
    done
  fi
  [ -z "$prime_call" ] || ${quietForSh(`rm -f${left} "$prime_new"`)} || true
fi
`;
}

/** Words of `[`: the file is there (which `isThere` says is known), and has the time of its stamps. */
export function timeTest({ path: file, stamp: { from, to } }: Renewable, isThere: boolean): string {
  const it = quoteForShell(file);
  return `${isThere ? "" : `-e ${it} -a `}! "$prime_stamps/${from}" -nt ${it} -a ! ${it} -nt "$prime_stamps/${to}"`;
}
