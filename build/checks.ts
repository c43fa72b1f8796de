import { gzipSync } from "node:zlib";
import type { Program } from "./program.ts";

const KILOBYTE = 1000;
const BUDGET = { raw: 600 * KILOBYTE, gzipped: 220 * KILOBYTE, headLines: 80, headColumns: 100 };

/** What is wrong with the launcher's form and size, a sentence each; none when it is fit to be committed. */
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
  const faults: string[] = [];
  const strange = /[^\t\n -~]/.exec(text);
  if (strange !== null) {
    const code = strange[0].codePointAt(0)?.toString(16).padStart(4, "0");
    faults.push(`${placeOf(text, strange.index)}: U+${code} is neither a line feed nor printable ASCII`);
  }
  return faults;
}

function headFaults(head: string): string[] {
  const faults: string[] = [];
  const lines = head.replace(/\n$/, "").split("\n");
  if (!head.startsWith("#!/bin/sh\ntrue /*")) faults.push("the head does not begin with `#!/bin/sh` and `true /*`");
  if (!head.endsWith("*/\n")) faults.push("the head does not end with the end of JavaScript's comment");
  const end = head.indexOf("*/");
  if (end < head.length - "*/\n".length) faults.push(`${placeOf(head, end)}: the head ends JavaScript's comment here`);
  if (lines.length > BUDGET.headLines) faults.push(`the head has ${lines.length} lines, more than ${BUDGET.headLines}`);
  for (const [index, line] of lines.entries()) {
    if (line.length <= BUDGET.headColumns) continue;
    faults.push(`line ${index + 1}: the head has ${line.length} columns, more than ${BUDGET.headColumns}`);
  }
  return faults;
}

/** Where two texts first differ, for a human; `undefined` when they are equal. */
export function firstDifference(committed: string, built: string): string | undefined {
  if (committed === built) return undefined;
  let at = 0;
  while (committed[at] === built[at]) at += 1;
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 60));
  return `${placeOf(built, at)}\n  committed: ${excerpt(committed)}\n  built:     ${excerpt(built)}`;
}

function placeOf(text: string, index: number): string {
  const before = text.slice(0, index);
  const line = before.split("\n").length;
  return `line ${line}, column ${index - before.lastIndexOf("\n")}`;
}
