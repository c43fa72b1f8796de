import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "vitest";
import type { Sandbox } from "../sandbox.ts";

/** What `./prime doctor --json` prints. */
export interface Examined {
  readonly sound: boolean;
  readonly checks: readonly {
    readonly check: string;
    readonly status: string;
    readonly found: string;
    readonly mend: string | null;
  }[];
  readonly mended: readonly string[];
}

/** The doctor's findings, with a status and words on what mends each that agree. */
export async function examine(
  box: Sandbox,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Examined> {
  const { code, stdout, stderr } = await box.run(["doctor", "--json", ...args], { env });
  if (stdout === "") throw new Error(stderr);
  const report = JSON.parse(stdout) as Examined;
  const isWrong = report.checks.some(({ status }) => status === "finding");
  expect([code, report.sound]).toEqual(isWrong ? [1, false] : [0, true]);
  for (const { status, mend } of report.checks) expect(status === "finding").toBe(mend !== null);
  return report;
}

/** What is to be mended: the name of the check and what it found. */
export function wrongs({ checks }: Examined): [string, string][] {
  return checks.filter(({ status }) => status === "finding").map(({ check, found }) => [check, found]);
}

/** The site-packages folder of what `.venv` shows, by its physical path. */
export function sitePackages(box: Sandbox): string {
  const lib = fs.realpathSync(box.path(".venv/lib"));
  return path.join(lib, fs.readdirSync(lib)[0] as string, "site-packages");
}
