import * as path from "node:path";
import * as v from "valibot";
import { makeFolder, writeAtomic } from "../edges/files/change.ts";
import { readOwnJson, TEXT } from "../edges/files/own/own-json.ts";
import { namesInFolder } from "../edges/files/read.ts";
import { isRunning } from "../edges/machine.ts";
import { nonce } from "../edges/nonce.ts";
import { tolerate } from "../errors.ts";
import type { Answer } from "../launch/answer.ts";
import { WATCH_PY } from "../python/texts/texts.ts";

const RUN = v.object({ pid: v.number(), start: TEXT });
/** What the watching program writes when a start has ended. */
const END = v.object({ outcome: v.picklist(["passed", "failed", "neutral"]), why: TEXT, reached: v.boolean() });
const NO_END = { outcome: undefined, why: "no end was recorded", reached: true };

const RUN_FILE = /^run-[0-9a-f]{8}\.json$/;

/**
 * Counts a start on trial before it begins; gives the file in the trial's folder that names its process. `undefined`
 * when it can't be counted: the trial is just ending, or no disk has room.
 */
export function countStart(
  folder: string,
  { pid, start }: { readonly pid: number; readonly start: string },
): string | undefined {
  const file = path.join(folder, `run-${nonce()}.json`);
  return tolerate(() => {
    makeFolder(folder);
    writeAtomic(file, JSON.stringify({ pid, start }));
    return file;
  });
}

export interface TrialStanding {
  /** How many starts the trial still has. */
  readonly left: number;
  readonly end: "passed" | { readonly why: string } | undefined;
}

/**
 * How a trial of so many starts stands. One start that is well passes it. One whose main function was not reached fails
 * it, and so does the last of them.
 */
export function standingOfTrial(folder: string, starts: number): TrialStanding {
  const runs = namesInFolder(folder)
    .filter((name) => RUN_FILE.test(name))
    .flatMap((name) => {
      const [run, end] = [RUN, END].map((schema, at) =>
        readOwnJson<object>(path.join(folder, at === 0 ? name : `${name}.end`), schema),
      ) as [v.InferOutput<typeof RUN> | undefined, v.InferOutput<typeof END> | undefined];
      return run === undefined ? [] : { ...run, ...(end ?? NO_END) };
    });
  const failures = runs.filter(
    ({ outcome, pid, start }) => outcome === "failed" || (outcome === undefined && !isRunning(pid, start)),
  );
  const why =
    failures.find(({ reached }) => !reached)?.why ?? (failures.length < starts ? undefined : failures.at(-1)?.why);
  return {
    left: Math.max(0, starts - runs.filter(({ outcome }) => outcome !== "neutral").length),
    end: runs.some(({ outcome }) => outcome === "passed") ? "passed" : why === undefined ? undefined : { why },
  };
}

/** How a start is watched; watch.py says what each part is for. */
interface Watch {
  readonly python: string;
  readonly launcher: string;
  readonly trial?: { readonly file: string; readonly windowMs: number; readonly hooks?: string } | undefined;
  /** The pipe of an update for whose sake the start outlasts its command, and for how many seconds at most. */
  readonly update?: { readonly pipe: string; readonly lingerS: number } | undefined;
}

/** The answer, with a parent that stays around what it starts. */
export function watched({ python, launcher, trial, update }: Watch, answer: Answer): Answer {
  const words = [trial?.file ?? "", String((trial?.windowMs ?? 0) / 1000), trial?.hooks ?? ""];
  const more = [update?.pipe ?? "", String(update?.lingerS ?? 0), launcher];
  return { kind: "watched", words: [python, "-I", "-B", "-c", WATCH_PY, ...words, ...more], answer };
}
