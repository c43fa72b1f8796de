import { WriteStream } from "node:tty";
import type { Environment } from "../command.ts";
import { createTerminal, type TerminalClock } from "./lines.ts";
import { isTerminal, userErrors, userOutput, writeMessage } from "./streams.ts";
import type { Terminal } from "./terminal.ts";
import { type Color, errorText, paint, plain, terminalStyle } from "./text.ts";
import { wrapped } from "./wrap.ts";

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
    isTerminal: isTerminal(userErrors()),
    columns: () => columnsOf(userErrors()),
    write: writeMessage,
  };
  const terminal = createTerminal({ stream, env, verbosity, clock: systemClock });
  process.once("exit", () => terminal.end());
  return terminal;
}

const streams = new Map<number, WriteStream>();

/** How wide the terminal is now; `undefined` where there is none, or it has gone away. */
function columnsOf(fd: number): number | undefined {
  try {
    if (!streams.has(fd) && isTerminal(fd)) streams.set(fd, new WriteStream(fd));
    return streams.get(fd)?.columns;
  } catch {
    return undefined;
  }
}

/** How a text for people may look on standard output. */
export interface Look {
  /** Words at the beginning of a line, prime's own, and their colours. */
  readonly painted?: Readonly<Record<string, Color>>;
  /** Lines stay as long as they are: somebody may copy them. */
  readonly asIs?: true;
}

/** The text as standard output has it: painted and broken at words where that is a terminal. */
export function textFor(text: string, env: Environment, { painted = {}, asIs }: Look): string {
  const shown = plain(text);
  const style = terminalStyle(env, isTerminal(userOutput()));
  const lines = Object.entries(painted).reduce(
    (all, [word, color]) => all.replace(new RegExp(`^${word}(?= )`, "gm"), (one) => paint(one, color, style)),
    asIs === true ? shown : wrapped(shown, columnsOf(userOutput())),
  );
  return lines;
}

/**
 * The text of an error for standard error. It begins by wiping the line of a step that the error left open: the cursor
 * stands at that line's beginning.
 */
export function renderError(error: unknown, { verbosity, env }: { verbosity: number; env: Environment }): string {
  const { color, redraw } = terminalStyle(env, isTerminal(userErrors()));
  return (redraw ? "\u001b[2K" : "") + wrapped(errorText(error, { verbosity, color }), columnsOf(userErrors()));
}
