import type { Operation } from "./operations/operations.ts";
import type { Fault, Report, Who } from "./supervisor/supervisor.ts";

/** One kind of fault, and at which calls of an operation it is tried. */
export interface Family {
  readonly title: string;
  /** Every call, or only so many, chosen by the seed. */
  readonly every: boolean;
  readonly faults: (seen: Report, draw: Draw) => Fault[];
}

/** Chooses that many of the numbers from 1 to `last`, in order; all where there are no more. */
export type Draw = (count: number, last: number) => number[];

const kill = (who: Who, numbers: readonly number[]): Fault[] => numbers.map((at) => ({ kind: "kill", who, at }));

/** A run can make a call more than the one that was traced: that one knew less of the interpreter, say. */
const MORE = 2;

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function failing(calls: "sync" | "rename" | "open", error: "EIO" | "EXDEV" | "EMFILE"): Family["faults"] {
  return ({ calls: all }, draw) => {
    const own = all.filter(({ who, name }) => who === "own" && CLASSES[calls].test(name)).length;
    const numbers = calls === "open" ? draw(FEW, own) : upTo(own);
    return numbers.map((at) => ({ kind: "fail", who: "own", calls, at, stays: false, error }));
  };
}

const CLASSES = { sync: /sync$/, rename: /^rename/, open: /^(?:open|creat)/ } as const;
const FEW = 4;
const SOME = 20;
const MANY = 40;

function fromThenOn(calls: "growing" | "any", error: "ENOSPC" | "EROFS"): Family["faults"] {
  return ({ own, tool }, draw) =>
    draw(FEW, own + tool).map((at) => ({ kind: "fail", who: "any", calls, at, stays: true, error }));
}

export const FAMILIES: Readonly<Record<string, Family>> = {
  kill: {
    title: "SIGKILL at each write of prime's own",
    every: true,
    faults: ({ own }) => kill("own", upTo(own + MORE)),
  },
  "kill-tool": {
    title: "SIGKILL at writes of uv's and pip's",
    every: false,
    faults: ({ tool }, draw) => kill("tool", draw(MANY, tool)),
  },
  tear: {
    title: "SIGKILL in the middle of a write",
    every: false,
    faults: ({ calls }, draw) => {
      const writes = calls.filter(({ who, name }) => who === "own" && name === "write");
      return draw(FEW, writes.length).map((number) => ({ kind: "tear", who: "own", at: writes[number - 1]?.at ?? 0 }));
    },
  },
  sync: { title: "EIO on fsync", every: true, faults: failing("sync", "EIO") },
  rename: { title: "EXDEV on rename", every: true, faults: failing("rename", "EXDEV") },
  open: { title: "EMFILE on open", every: false, faults: failing("open", "EMFILE") },
  full: { title: "ENOSPC from one call on", every: false, faults: fromThenOn("growing", "ENOSPC") },
  "read-only": { title: "EROFS from one call on", every: false, faults: fromThenOn("any", "EROFS") },
};

export interface Planned {
  /** Key of `FAMILIES`. */
  readonly family: string;
  readonly fault: Fault;
}

/** All that is tried with an operation. Of one that takes long and makes thousands of calls a sample has to do. */
export function planFor(operation: Operation, seen: Report, seed: number): Planned[] {
  const draw = drawBy(seed);
  return Object.entries(FAMILIES).flatMap(([family, { faults }]) => {
    const all = faults(seen, draw).map((fault) => ({ family, fault }));
    return operation.isLong ? draw(SOME, all.length).flatMap((number) => all[number - 1] ?? []) : all;
  });
}

/** So many of them, chosen by the seed, in their order. */
export function thinned(all: readonly Planned[], count: number, seed: number): Planned[] {
  return drawBy(seed)(count, all.length).map((number) => all[number - 1] as Planned);
}

/** Mulberry32: the same seed chooses the same calls everywhere. */
function drawBy(seed: number): Draw {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return (count, last) => {
    const numbers = upTo(last);
    for (let i = 0; i < Math.min(count, last); i += 1) {
      const j = i + Math.floor(next() * (last - i));
      [numbers[i], numbers[j]] = [numbers[j] as number, numbers[i] as number];
    }
    return numbers.slice(0, count).sort((a, b) => a - b);
  };
}
