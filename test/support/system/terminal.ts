import { execFile } from "node:child_process";
import * as path from "node:path";
import { goodPython } from "../machine.ts";
import type { RunOptions, Sandbox } from "../sandbox.ts";

const PERSON = path.join(import.meta.dirname, "../../fixtures/terminal.py");

/** What a person at the terminal does next. */
export type TerminalStep =
  | readonly ["expect" | "send", string]
  | readonly ["resize", number, number]
  | readonly ["signal", "HUP" | "INT" | "QUIT" | "TERM" | "TSTP" | "CONT"];

export interface TerminalEnd {
  /** All that the terminal has shown, control sequences and all. */
  readonly shown: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs prime in a pseudo-terminal of 24 lines of 80 columns. Fails when an expected text never comes. */
export async function runInTerminal(
  box: Sandbox,
  args: readonly string[],
  steps: readonly TerminalStep[],
  options: Omit<RunOptions, "stdin"> = {},
): Promise<TerminalEnd> {
  const command = [...(options.shell ?? []), options.launcher ?? box.launcher, ...args];
  const env = { ...box.envOf(options), TERM: options.env?.TERM ?? "xterm-256color" };
  const place = { cwd: options.cwd ?? box.root, env, maxBuffer: 64 * 1024 * 1024 };
  const answer = await new Promise<string>((resolve, reject) => {
    execFile(goodPython(), [PERSON, JSON.stringify(steps), ...command], place, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`the pseudo-terminal failed: ${stderr}`));
    });
  });
  const { missing, ...end } = JSON.parse(answer) as TerminalEnd & { missing: string | null };
  if (missing !== null) throw new Error(`the terminal never showed ${JSON.stringify(missing)}: ${end.shown}`);
  return end;
}
