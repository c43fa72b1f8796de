import { PrimeError } from "../errors.ts";
import type { Environment } from "./process.ts";
import type { Terminal } from "./terminal.ts";
export function openTerminal({ verbosity }: { verbosity: number; env: Environment }): Terminal {
  const write = (text: string) => process.stderr.write(`${text}\n`);
  return {
    verbosity,
    say: (t) => void (verbosity >= 0 && write(t)),
    detail: (t, level = 1) => void (verbosity >= level && write(t)),
    warn: (t) => void write(t),
    step: (title) => { if (verbosity >= 0) write(`prime: ${title}`); return { update() {}, done() {} }; },
  };
}
export function renderError(error: unknown, _: { verbosity: number; env: Environment }): string {
  if (error instanceof PrimeError) return `prime: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ""}`;
  return `prime: defect: ${error instanceof Error ? error.stack : error}\n`;
}
