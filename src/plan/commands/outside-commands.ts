import * as v from "valibot";
import { quoteForShell } from "../../edges/command.ts";
import { writeRenewable } from "../../edges/files/change.ts";
import { PATH, parseJson, TEXT } from "../../edges/files/own/own-json.ts";
import { facts, readText } from "../../edges/files/read.ts";

/*
 * What is not in the environment is judged by the program once, and known from then on by a file beside the stamps of the
 * plan, `stamps` here (absolute).
 */

/** Commands that may run, and the state of the files by which they were judged, by absolute path. */
interface Known {
  readonly names: readonly string[];
  readonly judgedBy: Readonly<Record<string, string>>;
}

const KNOWN = v.object({ names: v.array(TEXT), judgedBy: v.record(PATH, TEXT) });

/** What a ready plan sources for such a command: it sets `prime_call` for one that may run. */
export function commandsFile(stamps: string): string {
  return `${stamps}.commands`;
}

/** Those that may run, as long as what they were judged by is as it was. */
export function knownCommands(stamps: string): readonly string[] {
  const { names, judgedBy } = read(stamps);
  return Object.entries(judgedBy).every(([file, was]) => stateOf(file) === was) ? names : [];
}

/** Remembers one more, until the plan is another one or a file of `judgedBy` (absolute) is edited. */
export function rememberCommand(stamps: string, command: string, judgedBy: readonly string[]): void {
  const names = [...new Set([...knownCommands(stamps), command])];
  write(stamps, { names, judgedBy: Object.fromEntries(judgedBy.map((file) => [file, stateOf(file)])) });
}

/** For a plan that takes the place of another where nothing that counts has changed. */
export function keepCommands(before: string, stamps: string): void {
  if (knownCommands(before).length > 0) write(stamps, read(before));
}

/** The plan is younger than all that was judged before it. */
function write(stamps: string, known: Known): void {
  const lines = [
    `# ${JSON.stringify(known)}`,
    ...Object.keys(known.judgedBy).map((file) => `[ ! ${quoteForShell(file)} -nt "$prime_plan" ] || return 0`),
    `case $1 in ${known.names.map(quoteForShell).join(" | ")}) prime_call=known ;; esac\n`,
  ];
  writeRenewable(commandsFile(stamps), lines.join("\n"), 0o600);
}

function read(stamps: string): Known {
  const text = /^# (.*)/.exec(readText(commandsFile(stamps)) ?? "")?.[1];
  return parseJson(text ?? "", KNOWN) ?? { names: [], judgedBy: {} };
}

function stateOf(file: string): string {
  const is = facts(file);
  return is === undefined ? "" : `${is.mtimeNs} ${is.size} ${is.ino}`;
}
