import { fstatSync } from "node:fs";
import { ANSWER } from "./answer.ts";
import type { Environment } from "./command.ts";
import { bootId, isAncestor, processSpace, startOfProcess, statOf } from "./machine.ts";

/** What the head spares prime's own Node: options can stop it, and reading more certificates costs it as much as its start. */
const SPARED = ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"] as const;

interface Told {
  readonly pid: number | undefined;
  readonly watcher: number | undefined;
  readonly plan: string | undefined;
}

let found: Told | undefined;

/**
 * The number of the head's shell, which waits for this process's answer; undefined without one (`node prime …`). It says its
 * number itself: a bash that was started with a signal ignored keeps a subshell above this process. A PRIME_HEAD that has come
 * from anywhere else counts for nothing.
 */
export function headShell(): number | undefined {
  return asked().pid;
}

/** Differs from each other start by a head, and is the same in all stages of one; undefined where the system does not tell. */
export function thisStart(): string | undefined {
  const pid = headShell();
  const began = pid === undefined ? undefined : startOfProcess(pid);
  return began && [bootId(), processSpace(), pid, began].join(" ");
}

/** The ready plan, absolute, that would have served this start, had an input not been touched. */
export function stalePlan(): string | undefined {
  return asked().plan;
}

/** The child of this process by which the head ends it should it hang; undefined where there is none. */
export function headWatcher(): number | undefined {
  return asked().watcher;
}

function asked(): Told {
  if (found !== undefined) return found;
  const [, number, child = "", plan] = /^(\d+):(\d*):(\/.*)?$/s.exec(process.env.PRIME_HEAD ?? "") ?? [];
  const [pid, watcher] = [Number(number ?? Number.NaN), Number(child)];
  const isHead = Number.isInteger(pid) && isAncestor(pid) && takesAnswer();
  const isWatched = isHead && watcher > 0 && statOf(watcher)?.[1] === String(process.pid);
  found = { pid: isHead ? pid : undefined, watcher: isWatched ? watcher : undefined, plan: isHead ? plan : undefined };
  return found;
}

/** A command substitution reads a pipe, a pair of sockets or a file (ksh). Node itself opens what is none of these. */
function takesAnswer(): boolean {
  try {
    const is = fstatSync(ANSWER);
    return is.isFIFO() || is.isSocket() || is.isFile();
  } catch {
    return false;
  }
}

/** The environment as the user made it: what the head spared this process is there for all that it starts, what it told it is not. */
export function userEnvironment(own: Environment): Environment {
  const { PRIME_HEAD: _head, PRIME_PROGRESS: _progress, ...env } = own as Record<string, string | undefined>;
  for (const name of SPARED) {
    const told = env[`PRIME_${name}`]; // `=` and the value; nothing when it was not set
    delete env[`PRIME_${name}`];
    if (told === undefined || headShell() === undefined) continue;
    if (told === "") delete env[name];
    else env[name] = told.slice(1);
  }
  // The head empties it for prime's own Node, which would take a descriptor of that number for its parent's; what prime starts gets none of them.
  delete env.NODE_CHANNEL_FD;
  return env;
}
