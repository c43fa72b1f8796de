import type { Context } from "../../context.ts";
import type { Answer } from "../../launch/answer.ts";
import { oneLine, withNamesOnLine } from "../../quoted.ts";
import type { Finding } from "./finding.ts";

/** Prints what was found, and ends with 1 when something is wrong; `more` is told as JSON alone. */
export function tellFindings({ print }: Context, findings: readonly Finding[], json: boolean, more = {}): Answer {
  const isSound = findings.every(({ status }) => status === "sound");
  const checks = findings.map(({ fix: _, ...told }) => told);
  if (json) print.json({ sound: isSound, checks, ...more });
  else print.text(renderFindings(findings), { painted: { sound: "green", finding: "yellow" } });
  return { kind: "exit", code: isSound ? 0 : 1 };
}

/** A line for each check; below what is wrong stands what mends it. */
function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, status, found, mend }) => {
    const indent = " ".repeat(width + 11);
    const text = withNamesOnLine(found).replaceAll("\n", `\n${indent}`);
    return `${status.padEnd(7)}  ${check.padEnd(width)}  ${text}\n${mend === null ? "" : `${indent}mend: ${oneLine(mend)}\n`}`;
  });
  return lines.join("");
}
