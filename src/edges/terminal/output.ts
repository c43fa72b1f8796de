import { isatty, WriteStream } from "node:tty";
import type { Environment } from "../command.ts";
import { createTerminal, type TerminalClock } from "./lines.ts";
import { userErrors, writeMessage } from "./streams.ts";
import type { Terminal } from "./terminal.ts";
import { errorText, terminalStyle } from "./text.ts";

const systemClock: TerminalClock = {
  now: () => Date.now(),
  every: (milliseconds, call) => {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** The terminal behind standard error; what it shows in place is gone when the process ends, however it ends. */
export function openTerminal({ verbosity, env }: { verbosity: number; env: Environment }): Terminal {
  const stream = {
    isTerminal: isatty(userErrors()),
    columns,
    write: writeMessage,
  };
  const terminal = createTerminal({ stream, env, verbosity, clock: systemClock });
  process.once("exit", () => terminal.end());
  return terminal;
}

let stream: WriteStream | undefined;

/** How wide the terminal is now; `undefined` where there is none, or it has gone away. */
function columns(): number | undefined {
  try {
    stream ??= isatty(userErrors()) ? new WriteStream(userErrors()) : undefined;
    return stream?.columns;
  } catch {
    return undefined;
  }
}

/**
 * The text of an error for standard error. It begins by wiping the line of a step that the error left open: the cursor
 * stands at that line's beginning.
 */
export function renderError(error: unknown, { verbosity, env }: { verbosity: number; env: Environment }): string {
  const { color, redraw } = terminalStyle(env, isatty(userErrors()));
  return (redraw ? "\u001b[2K" : "") + errorText(error, { verbosity, color });
}
