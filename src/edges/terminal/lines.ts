import type { Environment } from "../command.ts";
import type { Counted, Step, Terminal } from "./terminal.ts";
import { paint, plain, plainText, progressBar, terminalStyle } from "./text.ts";
import { wrapped } from "./wrap.ts";

/** Where the words go. */
export interface TerminalStream {
  readonly isTerminal: boolean;
  /** Of the terminal as it is now; undefined or 0 when not known. */
  columns(): number | undefined;
  write(text: string): void;
}

/** What tells time. `every` calls until what it returns is called, and never keeps the process alive. */
export interface TerminalClock {
  now(): number;
  every(milliseconds: number, call: () => void): () => void;
}

export interface TerminalOptions {
  readonly stream: TerminalStream;
  readonly env: Environment;
  readonly verbosity: number;
  readonly clock: TerminalClock;
}

/** How often the line is drawn again: often enough to look alive. */
const REDRAW_MS = 200;
/** Without a line that moves, people wait two seconds at most for a sign of life. */
const HEARTBEAT_MS = 1900;
const BAR_WIDTH = 22;
const ERASE_LINE = "\r\u001b[2K";
/** The line is cut at the terminal's edge, whatever its characters' width, and the cursor goes back to its beginning. */
const drawn = (line: string): string => `${ERASE_LINE}\u001b[?7l${line}\u001b[?7h\r`;

interface RunningStep {
  readonly title: string;
  readonly since: number;
  text: string;
  counted: Counted | undefined;
}

/**
 * prime's words on one stream. On a terminal the step that runs is one line with what it does and its seconds, drawn in
 * place and gone when the step is done; elsewhere it is a line at its beginning and one every two seconds.
 */
export function createTerminal({ stream, env, verbosity, clock }: TerminalOptions): Terminal {
  const style = terminalStyle(env, stream.isTerminal);
  const running: RunningStep[] = [];
  let shown = "";
  let stop: (() => void) | undefined;

  const write = (text: string): void => {
    stream.write(`${shown === "" ? "" : ERASE_LINE}${wrapped(text, stream.columns())}\n`);
    shown = "";
    if (style.redraw) show();
  };
  const show = (): void => {
    const current = running.at(-1);
    const line = current === undefined ? "" : liveLine(current, clock.now(), stream.columns() || 80);
    if (line === shown) return;
    stream.write(line === "" ? ERASE_LINE : drawn(line));
    shown = line;
  };
  const beat = (): void => {
    const current = running.at(-1);
    if (current !== undefined) write(plainLine(current, clock.now()));
  };

  const start = (title: string): Step => {
    const step: RunningStep = { title, since: clock.now(), text: "", counted: undefined };
    running.push(step);
    if (style.redraw) show();
    else write(`prime: ${title}`);
    stop ??= style.redraw ? clock.every(REDRAW_MS, show) : clock.every(HEARTBEAT_MS, beat);
    return {
      update: (text, counted) => {
        step.text = plainText(text).trim();
        step.counted = counted;
      },
      done: (text) => {
        const at = running.indexOf(step);
        if (at < 0) return;
        running.splice(at, 1);
        if (running.length === 0) {
          stop?.();
          stop = undefined;
        }
        if (text !== undefined) write(`prime: ${title}: ${plain(text)} (${seconds(clock.now() - step.since)})`);
        else if (style.redraw) show();
      },
    };
  };

  return {
    verbosity,
    say: (text) => {
      if (verbosity >= 0) write(plain(text));
    },
    detail: (text, level = 1) => {
      if (verbosity >= level) write(paint(plain(text), "dim", style));
    },
    warn: (text) => write(`prime: ${paint("warning:", "yellow", style)} ${plain(text)}`),
    step: (title) => (verbosity >= 0 ? start(plain(title)) : { update: () => {}, done: () => {} }),
    end: () => {
      running.length = 0;
      stop?.();
      stop = undefined;
      if (style.redraw) show();
    },
  };
}

function liveLine(step: RunningStep, now: number, columns: number): string {
  const end = ` (${seconds(now - step.since)})`;
  const line = [...`prime: ${step.title}${counter(step)}${step.text === "" ? "" : `: ${step.text}`}`];
  const room = Math.max(0, columns - end.length);
  return line.length <= room ? line.join("") + end : `${line.slice(0, Math.max(0, room - 1)).join("")}~${end}`;
}

function plainLine(step: RunningStep, now: number): string {
  const count = step.counted === undefined ? "" : ` ${step.counted.done}/${step.counted.total}`;
  return `prime: ${step.title}${count}${step.text === "" ? "" : `: ${step.text}`} (${seconds(now - step.since)})`;
}

function counter({ counted }: RunningStep): string {
  if (counted === undefined) return "";
  return ` ${progressBar(counted.done, counted.total, BAR_WIDTH)} ${counted.done}/${counted.total}`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 60_000
    ? `${Math.floor(milliseconds / 1000)} s`
    : `${Math.floor(milliseconds / 60_000)} min ${Math.floor((milliseconds % 60_000) / 1000)} s`;
}
