import { type ChildProcess, spawn } from "node:child_process";
import { reasonOf } from "../../errors.ts";
import { elapsed } from "../clock.ts";
import { type Command, commandLine } from "../command.ts";
import { append } from "../files/change.ts";
import { endGroupToo, hearSignals, refuseWhenEnding, shielded } from "./ending.ts";

export interface RunOptions {
  /** Milliseconds after which the child is killed. */
  readonly limitMs?: number;
  /**
   * The child leads a process group of its own, without the terminal, and `limitMs` ends the whole group: for programs
   * that are not prime's and may leave others behind.
   */
  readonly ownGroup?: boolean;
  /** Called for each whole line of either stream, as it comes. */
  readonly onLine?: (line: string) => void;
  /** A file to which the command line and all of its output are appended. */
  readonly log?: string;
  /** What the child gets on standard input; nothing when absent. */
  readonly input?: string;
}

export interface Outcome {
  readonly ok: boolean;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they came. */
  readonly output: string;
  /** Why the child could not be started, or was ended before its time. */
  readonly failure: string | undefined;
  readonly durationMs: number;
}

type End = Partial<Pick<Outcome, "exitCode" | "signal" | "failure">>;

/** Characters of output; what prints more is ended. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/** Runs a command to its end. What happened is in the outcome: rejects only once the user has ended prime. */
export async function run(command: Command, options: RunOptions = {}): Promise<Outcome> {
  const { limitMs, ownGroup = false } = options;
  const started = elapsed();
  refuseWhenEnding();
  const log = (line: string) => appendToLog(options.log, `${line}\n`);
  log(`$ ${commandLine(command)}`);
  const { child, ended } = begin(command, options);
  let timedOut = false;
  let tooMuch: string | undefined;
  const expire = () => {
    timedOut = true;
    kill(child, ownGroup);
  };
  const timer = limitMs === undefined ? undefined : setTimeout(expire, limitMs);
  const forget = ownGroup && child?.pid !== undefined ? endGroupToo(child.pid) : endWithPrime(child);

  const told = { stdout: "", stderr: "", output: "" };
  const readers = (["stdout", "stderr"] as const).map((name) => {
    const lines = lineReader((line) => {
      log(line);
      options.onLine?.(line);
    });
    child?.[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      told[name] += chunk;
      told.output += chunk;
      lines.read(chunk);
      if (told.output.length <= MOST_OUTPUT) return;
      tooMuch = `it printed more than ${MOST_OUTPUT} characters`;
      kill(child, ownGroup);
    });
    return lines;
  });
  const { exitCode, signal, failure = tooMuch } = await ended;
  for (const lines of readers) lines.end();
  clearTimeout(timer);
  forget();
  if (exitCode !== 0) await hearSignals(); // what ended the child may have been for both
  refuseWhenEnding();
  return { ...told, ok: exitCode === 0, exitCode, signal, timedOut, failure, durationMs: elapsed() - started };
}

/** Starts the child. Some reasons why it can't be started are thrown by Node, and others told as an event. */
function begin(command: Command, { input, ownGroup }: RunOptions): { child?: ChildProcess; ended: Promise<End> } {
  try {
    const child = spawn(...shielded(command), {
      cwd: command.cwd,
      env: { ...command.env } as NodeJS.ProcessEnv,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: ownGroup === true,
    });
    child.stdin?.on("error", () => {}).end(input); // nobody need read what is given
    const ended = new Promise<End>((resolve) => {
      child.on("error", (error) => resolve({ failure: reasonOf(error) }));
      child.on("close", (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }));
    });
    return { child, ended };
  } catch (error) {
    return { ended: Promise.resolve({ failure: reasonOf(error) }) };
  }
}

/** A log that can't be written (a full disk) is no reason to stop: what the command comes to will tell. */
function appendToLog(log: string | undefined, text: string): void {
  try {
    if (log !== undefined) append(log, text);
  } catch {}
}

/**
 * Kills the child, or its whole group. A descendant that is no member can hold the streams open for ever, so they are no
 * longer read.
 */
function kill(child: ChildProcess | undefined, group: boolean): void {
  if (child?.pid === undefined) return;
  const isGone = child.exitCode !== null || child.signalCode !== null;
  try {
    if (group) process.kill(-child.pid, "SIGKILL");
    else if (!isGone) process.kill(child.pid, "SIGKILL");
  } catch {} // all have ended already
  child.stdout?.destroy();
  child.stderr?.destroy();
}

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) kill(child, false);
});

/** Has the child killed where prime ends before it; gives what takes that back. */
function endWithPrime(child: ChildProcess | undefined): () => void {
  if (child === undefined) return () => {};
  living.add(child);
  return () => living.delete(child);
}

/** Cuts what comes into lines, by the ends that terminals know. */
function lineReader(take: (line: string) => void) {
  let rest = "";
  let isCut = false;
  return {
    read: (chunk: string): void => {
      const [first, ...lines] = chunk.slice(isCut && chunk.startsWith("\n") ? 1 : 0).split(/\r?\n|\r/);
      isCut = chunk.endsWith("\r");
      const all = [rest + first, ...lines];
      rest = all.pop() ?? "";
      for (const line of all) take(line);
    },
    end: (): void => {
      if (rest !== "") take(rest);
    },
  };
}
