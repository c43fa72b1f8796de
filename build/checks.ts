import { gzipSync } from "node:zlib";
import { HERE_END, type Program } from "./program.ts";

const KILOBYTE = 1000;
export const BUDGET = { raw: 900 * KILOBYTE, gzipped: 302_000, columns: 4000, headLines: 97, headColumns: 100 };

/** What hooks and scanners object to in the repos that commit the launcher. */
const OBJECTIONABLE: readonly [RegExp, string][] = [
  [/[^\t\n -~]/, "a character that is neither a line feed nor printable ASCII"],
  [/[ \t]+$/m, "white space at the end of a line"],
  [/^ +\t/m, "a space before a tab"],
  [/\n\n$/, "an empty line at the end"],
  [/^(?:<<<<<<< |=======(?: |$)|>>>>>>> )/m, "a line that begins like a merge conflict"],
  [/BEGIN (?:[A-Z]+ )*PRIVATE KEY/, "the beginning of a private key"],
  [/(["'`])[\da-fA-F]{32,}\1/, "a digest in quotes, which looks like a secret (see src/provision/pins.ts)"],
];

/** What is wrong with the launcher's form and size, a sentence each; nothing when it is fit to be committed. */
export function faultsOf({ text, head }: Pick<Program, "text" | "head">): string[] {
  return [...sizeFaults(text), ...formFaults(text), ...headFaults(head)];
}

export function sizesOf(text: string): { raw: number; gzipped: number } {
  return { raw: Buffer.byteLength(text), gzipped: gzipSync(text, { level: 9 }).length };
}

function sizeFaults(text: string): string[] {
  const { raw, gzipped } = sizesOf(text);
  const faults: string[] = [];
  if (raw > BUDGET.raw) faults.push(`the launcher has ${raw} bytes, more than ${BUDGET.raw}`);
  if (gzipped > BUDGET.gzipped) faults.push(`the launcher has ${gzipped} bytes gzipped, more than ${BUDGET.gzipped}`);
  return faults;
}

function formFaults(text: string): string[] {
  const faults = OBJECTIONABLE.flatMap(([pattern, what]) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`${lineAndColumn(text, found.index)}: ${what}`];
  });
  const lines = text.split("\n");
  const long = lines.findIndex((line) => line.length > BUDGET.columns);
  if (long >= 0) faults.push(`line ${long + 1}: ${lines[long]?.length} columns, more than ${BUDGET.columns}`);
  const ends = lines.filter((line) => line === HERE_END).length;
  if (ends !== 1) faults.push(`${ends} lines are ${HERE_END}, which ends the here-document for sh`);
  return faults;
}

function headFaults(head: string): string[] {
  const faults: string[] = [];
  const lines = head.replace(/\n$/, "").split("\n");
  if (!head.startsWith("#!/bin/sh -f\ntrue /*"))
    faults.push("the head does not begin with `#!/bin/sh -f` and `true /*`");
  if (!head.endsWith(`\n: <<'${HERE_END}' # */\n`)) {
    faults.push("the head does not end with a here-document and the end of JavaScript's comment");
  }
  const end = head.indexOf("*/");
  if (end < head.length - "*/\n".length)
    faults.push(`${lineAndColumn(head, end)}: the head ends JavaScript's comment here`);
  if (lines.length > BUDGET.headLines) faults.push(`the head has ${lines.length} lines, more than ${BUDGET.headLines}`);
  for (const [index, line] of lines.entries()) {
    if (line.length <= BUDGET.headColumns) continue;
    faults.push(`line ${index + 1}: the head has ${line.length} columns, more than ${BUDGET.headColumns}`);
  }
  return faults;
}

/** Where two texts first differ, for people; `undefined` when they are equal. */
export function firstDifference(committed: string, built: string): string | undefined {
  if (committed === built) return undefined;
  let at = 0;
  while (committed[at] === built[at]) at += 1;
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 60));
  return `${lineAndColumn(built, at)}\n  committed: ${excerpt(committed)}\n  built:     ${excerpt(built)}`;
}

function lineAndColumn(text: string, index: number): string {
  const before = text.slice(0, index);
  const line = before.split("\n").length;
  return `line ${line}, column ${index - before.lastIndexOf("\n")}`;
}
