import { quoteForShell } from "../edges/command.ts";
import { writePlain } from "../edges/files/change.ts";
import { readOwnText } from "../edges/files/own/own-json.ts";
import type { Observed } from "../inputs/observation.ts";

/*
 * A file that got another time mostly says what it said: an editor saved it, git went to another branch and back. The shell finds that
 * out by itself, by what stands beside the stamps of the plan, `stamps` here (absolute).
 */

/** A time as the names of two stamps. */
export interface Stamp {
  readonly from: string;
  readonly to: string;
}

/** A file with stamps of its own, whose contents (their sha256) the shell compares where its time is another one. */
export interface Renewable {
  readonly path: string;
  readonly sha256: string;
  readonly stamp: Stamp;
}

/** So many have stamps of their own: more would cost each warm start too much. */
export const MOST_RENEWABLE = 8;
/** Bytes: reading more takes longer than a start of Node. */
const LARGE = 1_000_000;

/** Whether people edit it, as they do not what is in `unedited` (absolute), and `sha256sum` reads its path as it stands. */
export function isRenewable({ input, facts, contents }: Observed, unedited: readonly string[]): boolean {
  if (input.kind !== "file" || facts === undefined || contents === undefined) return false;
  if (facts.size > LARGE || /[\n\r\\]/.test(input.path)) return false;
  return !unedited.some((one) => input.path === one || input.path.startsWith(`${one}/`));
}

/** What a ready plan sources where one of these has another time: its status tells whether all say what they said. */
export function sameContentsFile(stamps: string): string {
  return `${stamps}.same`;
}

function sumsFile(stamps: string): string {
  return `${stamps}.sums`;
}

/** Absolute paths of what is kept beside the stamps. */
export function sameContentsFiles(stamps: string): string[] {
  return [sameContentsFile(stamps), sumsFile(stamps)];
}

/** The files that are compared so, absolute. */
export function comparedByContents(stamps: string): string[] {
  return [...(readOwnText(sumsFile(stamps)) ?? "").matchAll(/^[0-9a-f]{64} {2}(.+)$/gm)].map(([, file = ""]) => file);
}

/** The names of what a shell that was killed leaves there. */
export const HALF_RENEWED = /^stamps-[0-9a-f]{8}\.\d+(?:-\w+)?$/;

/** The plan that sources it has to come later. */
export function writeSameContents(stamps: string, files: readonly Renewable[]): void {
  writePlain(sumsFile(stamps), files.map(({ sha256, path: file }) => `${sha256}  ${file}\n`).join(""), 0o600);
  writePlain(sameContentsFile(stamps), textOf(stamps, files), 0o600);
}

/** No tool of the repo: those of its PATH come last. */
const BY = "PATH=/usr/bin:/bin:$PATH";

/**
 * The times are taken before the contents are read, and become those of the stamps after that; but not those of the present moment,
 * which a later edit could have as well. So whoever edits such a file meanwhile, or later, is found by the next start.
 */
function textOf(stamps: string, files: readonly Renewable[]): string {
  const taken = files.map(
    (file) => `[ ${timeTest(file, false)} ] || {
  prime_line="$prime_line ${file.stamp.to}"
  ${BY} touch -r ${quoteForShell(file.path)} "$prime_new-${file.stamp.to}"
}
`,
  );
  return `prime_new=$prime_stamps.$$ prime_line='' prime_status=0
{
true >"$prime_new"
${taken.join("")}${BY} sha256sum -c ${quoteForShell(sumsFile(stamps))} || prime_status=1
for prime_bin in $prime_line; do
  [ $prime_status -eq 0 -a "$prime_new" -nt "$prime_new-$prime_bin" ] &&
    ${BY} touch -r "$prime_new-$prime_bin" "$prime_stamps/$prime_bin-" "$prime_stamps/$prime_bin"
done
${BY} rm -f "$prime_new" "$prime_new"-*
} >/dev/null 2>&1
[ $prime_status -eq 0 ]
`;
}

/** Words of `[`: the file is there, which may be known, and has the time of its stamps. */
export function timeTest({ path: file, stamp: { from, to } }: Renewable, isThere: boolean): string {
  const it = quoteForShell(file);
  return `${isThere ? "" : `-e ${it} -a `}! "$prime_stamps/${from}" -nt ${it} -a ! ${it} -nt "$prime_stamps/${to}"`;
}
