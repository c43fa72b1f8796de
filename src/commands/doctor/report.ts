import { oneLine, withNamesOnLine } from "../../quoted.ts";
import type { Finding } from "./finding.ts";
import { areSound } from "./finding.ts";

/** What `--json` prints of findings. */
export interface Report {
  readonly sound: boolean;
  readonly checks: readonly Omit<Finding, "fix">[];
}

export function reportOf(findings: readonly Finding[]): Report {
  const checks = findings.map(({ check, status, found, mend }) => ({ check, status, found, mend }));
  return { sound: areSound(findings), checks };
}

/** The words of `status`, as a terminal shows them. */
export const PAINTED = { sound: "green", finding: "yellow" } as const;

/** A line for each check; below what is wrong stands what mends it. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, status, found, mend }) => {
    const indent = " ".repeat(width + 11);
    const text = withNamesOnLine(found).replaceAll("\n", `\n${indent}`);
    return `${status.padEnd(7)}  ${check.padEnd(width)}  ${text}\n${mend === null ? "" : `${indent}mend: ${oneLine(mend)}\n`}`;
  });
  return lines.join("");
}
