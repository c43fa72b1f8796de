import { readFileSync } from "node:fs";
import * as os from "node:os";
import { writeAnswer } from "../answer.ts";
import { elapsed, pause } from "../clock.ts";
import type { Command } from "../command.ts";
import { headShell, headWatcher } from "../head.ts";
import { startOfProcess } from "../machine.ts";
import { type ProcessTable, processTable } from "./table.ts";

/** What ends a command that people started: Ctrl-C, `kill`, the end of the terminal. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Ending = (typeof ENDING)[number];
/** What a shell or nohup(1) has children ignore; Node makes it undone in itself and in all that it starts. */
const IGNORABLE = [...ENDING, "SIGQUIT"] as const;

/** After so many milliseconds what has not ended by itself is told more plainly. */
const PLAINER: readonly (readonly [number, NodeJS.Signals])[] = [
  [1000, "SIGKILL"],
  [300, "SIGTERM"],
];
/** A process that the kernel holds (an unreachable file server) ends when it can. */
const GIVE_UP_MS = 3000;
/** What a flow needs to clear up when its command has ended. */
const CLEAR_UP_MS = 100;
const LOOK_AT_SHELL_MS = 100;

const lastActs = new Set<() => void>();
const ownGroups = new Set<number>();
let ignored: readonly string[] = [];
let ending: Ending | undefined;
let hurry = false;
let looking: NodeJS.Timeout | undefined;
let flowEnded: () => void = () => {};
const flow = new Promise<void>((resolve) => {
  flowEnded = resolve;
});

/** Raised instead of starting another command once the user has ended prime; nobody is told of it. */
class Ended extends Error {}

/**
 * Ends this process and all that it started when the user ends prime: by a signal, or by one to the head's shell, which
 * leaves its child running. What a shell or nohup(1) has prime ignore is ignored. A second signal waits for nobody.
 */
export function endWithUser(shell: { readonly pid: number; readonly start: string }): void {
  ignored = ignoredBy(shell.pid);
  for (const signal of IGNORABLE) if (ignored.includes(signal)) process.on(signal, () => {});
  for (const signal of ENDING) if (!ignored.includes(signal)) process.on(signal, () => end(signal));
  const watcher = headWatcher();
  if (watcher !== undefined) process.once("exit", () => tell(watcher, "SIGUSR1")); // else it looks after this for a second more
  if (shell.pid === process.pid) return;
  looking = setInterval(() => {
    if (isThere(shell)) return;
    clearInterval(looking);
    end("SIGTERM");
  }, LOOK_AT_SHELL_MS);
  looking.unref();
}

/** Has something done when prime is ended by the user, after its children; gives what takes that back, until that has begun. */
export function atEnd(act: () => void): () => void {
  lastActs.add(act);
  return () => ending === undefined && lastActs.delete(act);
}

/** Has all members of a process group ended with prime, whoever their parents are; gives what takes that back. */
export function endGroupToo(leader: number): () => void {
  ownGroups.add(leader);
  return () => ownGroups.delete(leader);
}

/** Throws where a signal is ending prime: what began now would go on without it. */
export function refuseWhenEnding(): void {
  if (ending !== undefined) throw new Ended();
}

/** A signal that has come already is told to its listener in the event loop's next turn but one. */
export async function hearSignals(): Promise<void> {
  for (const _ of [1, 2]) await new Promise(setImmediate);
}

/** Returns when nobody has ended prime, and never otherwise. */
export async function stillWanted(): Promise<void> {
  flowEnded();
  await hearSignals();
  if (ending !== undefined) await new Promise(() => {});
}

/** From now on signals, and the end of the head's shell, are for what goes on in this process's place. */
export function leaveSignals(): void {
  clearInterval(looking);
  for (const signal of IGNORABLE) process.removeAllListeners(signal);
}

/** The command with the signals ignored that prime was started to ignore. */
export function shielded({ file, args }: Pick<Command, "file" | "args">): [file: string, args: readonly string[]] {
  if (ignored.length === 0) return [file, args];
  const names = ignored.map((name) => name.slice(3)).join(" ");
  return ["/bin/sh", ["-c", `trap '' ${names}; exec "$0" "$@"`, file, ...args]];
}

function end(signal: Ending): void {
  hurry = ending !== undefined;
  if (hurry) return;
  ending = signal;
  void endAll(signal);
}

async function endAll(signal: Ending): Promise<never> {
  await endDescendants(signal);
  await Promise.race([flow, pause(CLEAR_UP_MS)]);
  for (const act of lastActs) act();
  const number = os.constants.signals[signal];
  if (headShell() === undefined) {
    process.emit("exit", 128 + number);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    await pause(CLEAR_UP_MS);
    process.exit(128 + number);
  }
  writeAnswer(`kill -s ${signal.slice(3)} $$\nexit ${128 + number}\n`);
  process.exit(0);
}

/** The terminal has told its whole process group of a SIGINT itself: twice is more than once to many programs. */
async function endDescendants(signal: Ending): Promise<void> {
  const since = elapsed();
  const known = new Map<number, string>([[process.pid, startOfProcess(process.pid) ?? ""]]);
  const told = new Map<number, NodeJS.Signals>();
  for (;;) {
    const table = processTable();
    const group = table.get(process.pid)?.group;
    const living = descendants(table, known);
    const past = elapsed() - since;
    if (living.length === 0 || past > GIVE_UP_MS) return;
    const word = hurry ? "SIGKILL" : (PLAINER.find(([after]) => past >= after)?.[1] ?? signal);
    for (const pid of living) {
      if (told.get(pid) === word) continue;
      told.set(pid, word);
      if (word !== "SIGINT" || table.get(pid)?.group !== group) tell(pid, word);
    }
    await pause(10);
  }
}

/** Adds to the known processes those that they have started, and gives all that live but this one. */
function descendants(table: ProcessTable, known: Map<number, string>): number[] {
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const [pid, { parent, group, start }] of table) {
      if (pid === headWatcher()) continue;
      if (known.has(parent) || ownGroups.has(group)) known.set(pid, known.get(pid) ?? start);
    }
  }
  return [...known]
    .filter(([pid, start]) => pid !== process.pid && table.get(pid)?.start === start)
    .map(([pid]) => pid);
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {} // it has ended meanwhile, or became another user's
}

/** A process that has ended is there until somebody asks for its status. */
function isThere({ pid, start }: { readonly pid: number; readonly start: string }): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  return process.platform !== "linux" || start === "" || startOfProcess(pid) === start;
}

/** What the shell ignores (proc(5), SigIgn of status); elsewhere nothing is known of it. */
function ignoredBy(pid: number): string[] {
  try {
    const [, mask = "0"] = /^SigIgn:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return IGNORABLE.filter((name) => (BigInt(`0x${mask}`) >> BigInt(os.constants.signals[name] - 1)) & 1n);
  } catch {
    return [];
  }
}
