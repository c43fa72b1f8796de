import { type ChildProcess, spawn } from "node:child_process";
import { reasonOf } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import { type Command, commandLine } from "../command.ts";
import { append } from "../files/change.ts";
import { endGroupToo, hearSignals, refuseWhenEnding, shielded } from "./ending.ts";
import { whyNotStarted } from "./permit.ts";

export interface RunOptions {
  /** Milliseconds after which the child is killed. */
  readonly limitMs?: number;
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

const NOT_STARTED: Omit<Outcome, "failure"> = {
  ok: false,
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
  const started = performance.now();
  const refused = whyNotStarted(command);
  if (refused !== undefined) return { ...NOT_STARTED, failure: refused };
  const { input, ownGroup = false, onLine, log: file } = options;
  const log = (text: string) => appendToLog(file, text);
  refuseWhenEnding();
  log(`$ ${commandLine(command)}\n`);
  let child: ChildProcess;
  try {
    child = spawn(...shielded(command), {
      cwd: command.cwd,
      env: { ...command.env } as NodeJS.ProcessEnv,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: ownGroup,
    });
  } catch (error) {
    return { ...NOT_STARTED, failure: reasonOf(error) };
  }
  const forget = child.pid === undefined ? undefined : ownGroup ? endGroupToo(child.pid) : endToo(child);
  child.stdin?.on("error", () => {}).end(input); // who does not read it need not
  const watch = watchLimit(child, options);
  const { exitCode, signal, cause, isTooMuch, ...texts } = await readAll(child, (line) => {
    log(`${line}\n`);
    onLine?.(line);
  });
  forget?.();
  watch.end();
  if (exitCode !== 0) await hearSignals(); // what ended the child may have been for both
  refuseWhenEnding();
  const tooMuch = isTooMuch ? `it printed more than ${MOST_OUTPUT} characters` : undefined;
  return {
    ok: exitCode === 0,
    exitCode,
    signal,
    timedOut: watch.expired(),
    ...texts,
    failure: cause === undefined ? tooMuch : reasonOf(cause),
    durationMs: performance.now() - started,
  };
}

const running = new Set<ChildProcess>();

/** Has a child end with this process at the latest; gives what takes that back. */
function endToo(child: ChildProcess): () => void {
  if (running.size === 0) process.once("exit", endAll);
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) process.off("exit", endAll);
  };
}

function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** What a child prints, and how it ended, once nobody can print to its streams any more. */
function readAll(child: ChildProcess, take: (line: string) => void) {
  const texts = { stdout: "", stderr: "", output: "" };
  const lines = lineReader(take);
  let isTooMuch = false;
  let cause: unknown;
  for (const name of ["stdout", "stderr"] as const) {
    child[name]
      ?.setEncoding("utf8")
      .on("error", () => {})
      .on("data", (text: string) => {
        texts[name] += text;
        texts.output += text;
        lines.read(text);
        if (texts[name].length <= MOST_OUTPUT) return;
        isTooMuch = true;
        endNow(child);
      });
  }
  return new Promise<
    typeof texts & Pick<Outcome, "exitCode" | "signal"> & { readonly cause: unknown; readonly isTooMuch: boolean }
  >((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      lines.end();
      const isStarted = child.pid !== undefined;
      const [exitCode, by] = [isStarted ? (code ?? undefined) : undefined, signal ?? undefined];
      resolve({ ...texts, exitCode, signal: by, cause, isTooMuch });
    };
    child.on("error", (error) => {
      if (child.pid !== undefined) return;
      cause = error;
      end(null, null); // Node tells of no end where it has too many files open
    });
    child.on("close", end);
  });
}

/** A log that can't be written (a full disk) is no reason to stop: what the command comes to will tell. */
function appendToLog(log: string | undefined, text: string): void {
  try {
    if (log !== undefined) append(log, withoutSecrets(text));
  } catch {}
}

/** Kills a child, or its whole group, at its limit. */
function watchLimit(child: ChildProcess, { limitMs, ownGroup, until }: RunOptions) {
  let timedOut = false;
  const expire = () => {
    timedOut = true;
    endNow(child, ownGroup);
  };
  const timer = limitMs === undefined ? undefined : setTimeout(expire, limitMs);
  if (until?.aborted) expire();
  until?.addEventListener("abort", expire);
  return { end: () => clearTimeout(timer), expired: () => timedOut };
}

/** A descendant that is no member of the group can hold the streams open for ever: they are no longer read. */
function endNow(child: ChildProcess, wholeGroup = false): void {
  try {
    if (child.pid !== undefined) process.kill(wholeGroup ? -child.pid : child.pid, "SIGKILL");
  } catch {
    // All have ended already.
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
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
