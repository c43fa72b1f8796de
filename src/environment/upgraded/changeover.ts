import * as path from "node:path";
import { whyNotWritten, writeCommitted } from "../../edges/files/committed.ts";
import { readText } from "../../edges/files/read.ts";
import { tolerate } from "../../errors.ts";
import type { Folders } from "../folders.ts";
import { generationFolder } from "../folders.ts";
import { recordHistory } from "../history.ts";
import { readManifest } from "../manifest/manifest.ts";
import { type Changeover, changeState, type Replaced, readState } from "../state.ts";
import { withHold } from "./holds.ts";
import { endTrial } from "./trial.ts";

/** What became of an upgrade that was being put in force. */
export interface Settled {
  readonly changeover: Changeover;
  /** Whether all of it is in force; else nothing is. */
  readonly isDone: boolean;
  /** Why it was undone. */
  readonly why: string | undefined;
  /** Files that somebody edited meanwhile, absolute; they are left as they are. */
  readonly edited: readonly string[];
}

/**
 * Begins to put an upgrade in force. Several files and an environment can't be swapped as one, so a note of all of it
 * is written first, in the state that every ready plan watches. From then on any start can finish it, in the same way.
 */
export function beginChangeover(folders: Folders, changeover: Changeover): void {
  changeState(folders, { changeover });
}

/**
 * Finishes what the note tells of, or undoes it when it can't be finished; `undefined` when there is no note. Each step
 * can be done twice, and by two processes at once. A checkout can bring such a note, so that files outside of the root
 * are neither read nor written.
 */
export function settleChangeover(folders: Folders): Settled | undefined {
  const { changeover } = readState(folders);
  if (changeover === undefined) return undefined;
  const { generation, files } = changeover;
  const { root } = folders;
  const outside = files.find((file) => whyNotWritten(file.path, root) !== undefined);
  if (outside !== undefined) {
    changeState(folders, { changeover: undefined });
    return { changeover, isDone: false, why: `${outside.path} ${whyNotWritten(outside.path, root)}`, edited: [] };
  }
  const edited = files.filter((file) => stateOf(file) === "edited").map((file) => file.path);
  const undo = (why: string): Settled => {
    for (const file of files) if (stateOf(file) === "after") writeCommitted(file.path, root, file.before);
    changeState(folders, { changeover: undefined });
    return { changeover, isDone: false, why, edited };
  };
  if (readManifest(generationFolder(folders, generation)) === undefined) return undo(`${generation} is gone`);
  if (edited.length > 0) return undo(`${edited.map((file) => path.basename(file)).join(", ")} was edited meanwhile`);
  const undone = tolerate(
    () => {
      for (const file of files) if (stateOf(file) === "before") writeCommitted(file.path, root, file.after);
    },
    ({ message }) => undo(message),
  );
  if (undone) return undone;
  finish(folders, changeover);
  return { changeover, isDone: true, why: undefined, edited };
}

function finish(folders: Folders, changeover: Changeover): void {
  const { generation, from, asked, candidate, build, why, changes, at, trial } = changeover;
  recordHistory(folders, { at, what: "upgrade", why, flags: "", from, to: generation, changes });
  const { holds, bad, trial: tried } = readState(folders);
  const good = tried !== undefined && tried.generation === from ? tried.previous : from;
  endTrial(folders);
  changeState(folders, {
    changeover: undefined,
    holds: withHold(holds, asked, undefined),
    bad: bad.filter((one) => one.candidate !== candidate && (build === undefined || one.build !== build)),
    trial:
      trial === null || good === null
        ? undefined
        : { generation, previous: good, asked, candidate, build, starts: trial.starts, windowMs: trial.windowMs },
  });
}

function stateOf({ path: file, before, after }: Replaced): "before" | "after" | "edited" {
  const text = readText(file) ?? null;
  return text === after ? "after" : text === before ? "before" : "edited";
}
