import { reasonOf } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import { type Command, commandLine } from "../command.ts";
import { append } from "../files/change.ts";
import { endGroupToo, hearSignals, refuseWhenEnding, shielded } from "./ending.ts";
import { programOf, whyNotStarted } from "./permit.ts";

export interface RunOptions {
  /** Milliseconds after which the child is killed. */
  readonly limitMs?: number | undefined;
  /**
   * The child leads a process group of its own, without the terminal, and `limitMs` ends the whole group: for programs
   * that are not prime's and may leave others behind.
   */
  readonly ownGroup?: boolean;
  /** Kills the child as `limitMs` does. */
  readonly until?: AbortSignal;
  /** Called for each whole line of either stream, as it comes. */
  readonly onLine?: (line: string) => void;
  /** A file to which the command line and all of its output are appended. */
  readonly log?: string;
  /** What the child gets on standard input; nothing when absent. */
  readonly input?: string;
}

export interface Outcome {
  readonly ok: boolean;
  /** The child's number while it ran, and its group's with `ownGroup`. */
  readonly pid: number | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they came. */
  readonly output: string;
  /** Why the child could not be started, or was ended for what it printed. */
  readonly failure: string | undefined;
  readonly durationMs: number;
}

/** `status 3`, a signal's name, that it took too long, or why it could not be started. */
export function howEnded(outcome: Outcome): string {
  return outcome.failure ?? (outcome.timedOut ? "it took too long" : endedWith(outcome));
}

/** `status 3`, or the name of the signal that ended it. */
export function endedWith({ signal, exitCode }: Pick<Outcome, "signal" | "exitCode">): string {
  return signal ?? `status ${exitCode}`;
}

const NOT_STARTED: Omit<Outcome, "failure"> = {
  ok: false,
  pid: undefined,
  exitCode: undefined,
  signal: undefined,
  timedOut: false,
  stdout: "",
  stderr: "",
  output: "",
  durationMs: 0,
};

/** Characters of each stream; what prints more is ended. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/** Runs a command to its end. What happened is in the outcome: rejects only once the user has ended prime. */
export async function run(command: Command, options: RunOptions = {}): Promise<Outcome> {
  const { execa } = await import("./execa.ts");
  const started = performance.now();
  const refused = whyNotStarted(command);
  if (refused !== undefined) return { ...NOT_STARTED, failure: refused };
  const log = (text: string) => appendToLog(options.log, text);
  refuseWhenEnding();
  log(`$ ${commandLine(command)}\n`);
  const { file, args } = command;
  // A shell in between would hide that there is no such program.
  const child = execa(...(programOf(command) === undefined ? ([file, args] as const) : shielded(command)), {
    cwd: command.cwd,
    env: { ...command.env },
    extendEnv: false,
    reject: false,
    all: true,
    stripFinalNewline: false,
    maxBuffer: MOST_OUTPUT,
    killSignal: "SIGKILL",
    cleanup: true,
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    ...(options.ownGroup ? { detached: true } : {}),
  });
  const watch = watchLimit(child, options);
  const forget = options.ownGroup && child.pid !== undefined ? endGroupToo(child.pid) : undefined;
  const reading = forEachLine(child.all, (line) => {
    log(`${line}\n`);
    options.onLine?.(line);
  }).catch((error: unknown) => {
    if (!watch.expired()) throw error;
  });
  const result = await child;
  await reading;
  forget?.();
  watch.end();
  if (result.exitCode !== 0) await hearSignals(); // what ended the child may have been for both
  refuseWhenEnding();
  const isUnstarted = result.exitCode === undefined && result.signal === undefined && !watch.expired();
  const tooMuch = result.isMaxBuffer ? `it printed more than ${MOST_OUTPUT} characters` : undefined;
  return {
    ok: result.exitCode === 0,
    pid: child.pid,
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut: watch.expired(),
    stdout: result.stdout ?? "",
    stderr: result.stderr ?? "",
    output: result.all ?? "",
    failure: isUnstarted ? reasonOf(result.cause ?? result) : tooMuch,
    durationMs: performance.now() - started,
  };
}

/** A log that can't be written (a full disk) is no reason to stop: what the command comes to will tell. */
function appendToLog(log: string | undefined, text: string): void {
  try {
    if (log !== undefined) append(log, withoutSecrets(text));
  } catch {}
}

interface GroupLeader {
  readonly pid?: number | undefined;
  readonly stdout: { destroy(): unknown } | null;
  readonly stderr: { destroy(): unknown } | null;
}

/**
 * Kills a child, or its whole group, at its limit. A descendant that is no member can hold the streams open for ever, so
 * they are no longer read then.
 */
function watchLimit(leader: GroupLeader, { limitMs, ownGroup, until }: RunOptions) {
  let timedOut = false;
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (leader.pid !== undefined) process.kill(ownGroup ? -leader.pid : leader.pid, signal);
    } catch {
      // All have ended already.
    }
  };
  const expire = () => {
    timedOut = true;
    kill("SIGKILL");
    leader.stdout?.destroy();
    leader.stderr?.destroy();
  };
  const timer = limitMs === undefined ? undefined : setTimeout(expire, limitMs);
  if (until?.aborted) expire();
  until?.addEventListener("abort", expire);
  return { end: () => clearTimeout(timer), expired: () => timedOut };
}

async function forEachLine(stream: AsyncIterable<unknown> | undefined, take: (line: string) => void): Promise<void> {
  if (stream === undefined) return;
  const decoder = new TextDecoder();
  const lines = lineReader(take);
  for await (const chunk of stream) {
    lines.read(typeof chunk === "string" ? chunk : decoder.decode(chunk as Buffer, { stream: true }));
  }
  lines.end();
}

/** Cuts what comes into lines, by the ends that terminals know; one that comes in two pieces is one. */
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
