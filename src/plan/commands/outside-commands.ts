import * as v from "valibot";
import { quoteForShell } from "../../edges/command.ts";
import { writeRenewable } from "../../edges/files/change.ts";
import { PATH, parseJson, TEXT } from "../../edges/files/own/own-json.ts";
import { facts, readText } from "../../edges/files/read.ts";

/*
 * The program judges once whether a command that is not in the environment may run. The plan knows that from then on by
 * a file beside its stamps (`stamps` here, absolute).
 */

/** Commands that may run, and by absolute path the state of the files that this judgement was made from. */
interface Known {
  readonly names: readonly string[];
  readonly judgedBy: Readonly<Record<string, string>>;
}

const KNOWN = v.object({ names: v.array(TEXT), judgedBy: v.record(PATH, TEXT) });

/** The file that a ready plan sources for such a command: it sets `prime_call` for one that may run. */
export function commandsFile(stamps: string): string {
  return `${stamps}.commands`;
}

/** The commands that may run, as long as the files of the judgement have not changed. */
export function knownCommands(stamps: string): readonly string[] {
  const { names, judgedBy } = read(stamps);
  return Object.entries(judgedBy).every(([file, was]) => stateOf(file) === was) ? names : [];
}

/** Remembers one more command. That ends with the plan, and when a file of `judgedBy` (absolute) is edited. */
export function rememberCommand(stamps: string, command: string, judgedBy: readonly string[]): void {
  const names = [...new Set([...knownCommands(stamps), command])];
  write(stamps, { names, judgedBy: Object.fromEntries(judgedBy.map((file) => [file, stateOf(file)])) });
}

/** Hands what is remembered on to a renewed plan: nothing that counts has changed since the last one. */
export function keepCommands(before: string, stamps: string): void {
  if (knownCommands(before).length > 0) write(stamps, read(before));
}

/** sh compares the files with the plan, which is younger than every file of a judgement. */
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
