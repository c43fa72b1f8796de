import { reasonOf } from "../../errors.ts";
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
  /** Why the child could not be started at all. */
  readonly failure: string | undefined;
  readonly durationMs: number;
}

/** Runs a command to its end. What happened is in the outcome: rejects only once the user has ended prime. */
export async function run(command: Command, options: RunOptions = {}): Promise<Outcome> {
  const { execa } = await import("./execa.ts");
  const started = performance.now();
  const log = (text: string) => appendToLog(options.log, text);
  refuseWhenEnding();
  log(`$ ${commandLine(command)}\n`);
  const child = execa(...shielded(command), {
    cwd: command.cwd,
    env: { ...command.env },
    extendEnv: false,
    reject: false,
    all: true,
    stripFinalNewline: false,
    maxBuffer: 64 * 1024 * 1024,
    killSignal: "SIGKILL",
    cleanup: true,
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    ...(options.ownGroup ? { detached: true } : options.limitMs === undefined ? {} : { timeout: options.limitMs }),
  });
  const group = options.ownGroup ? watchGroup(child, options.limitMs) : undefined;
  const forget = options.ownGroup && child.pid !== undefined ? endGroupToo(child.pid) : undefined;
  const reading = forEachLine(child.all, (line) => {
    log(`${line}\n`);
    options.onLine?.(line);
  }).catch((error: unknown) => {
    if (!group?.expired()) throw error;
  });
  const result = await child;
  await reading;
  forget?.();
  group?.end();
  if (result.exitCode !== 0) await hearSignals(); // what ended the child may have been for both
  refuseWhenEnding();
  const timedOut = group?.expired() ?? result.timedOut;
  const failure = result.exitCode === undefined && result.signal === undefined && !timedOut;
  return {
    ok: result.exitCode === 0,
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut,
    stdout: result.stdout ?? "",
    stderr: result.stderr ?? "",
    output: result.all ?? "",
    failure: failure ? reasonOf(result.cause ?? result) : undefined,
    durationMs: performance.now() - started,
  };
}

/** A log that can't be written (a full disk) is no reason to stop: what the command comes to will tell. */
function appendToLog(log: string | undefined, text: string): void {
  try {
    if (log !== undefined) append(log, text);
  } catch {}
}

interface GroupLeader {
  readonly pid?: number | undefined;
  readonly stdout: { destroy(): unknown } | null;
  readonly stderr: { destroy(): unknown } | null;
}

/**
 * Watches a process group for its limit. A descendant that left the group can hold the streams open for ever, so they
 * are no longer read once the group was killed.
 */
function watchGroup(leader: GroupLeader, limitMs: number | undefined) {
  let timedOut = false;
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (leader.pid !== undefined) process.kill(-leader.pid, signal);
    } catch {
      // The whole group has ended already.
    }
  };
  const expire = () => {
    timedOut = true;
    kill("SIGKILL");
    leader.stdout?.destroy();
    leader.stderr?.destroy();
  };
  const timer = limitMs === undefined ? undefined : setTimeout(expire, limitMs);
  return { end: () => clearTimeout(timer), expired: () => timedOut };
}

async function forEachLine(stream: AsyncIterable<unknown> | undefined, take: (line: string) => void): Promise<void> {
  if (stream === undefined) return;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk as Buffer, { stream: true });
    const lines = rest.split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  if (rest !== "") take(rest);
}
