import * as path from "node:path";
import { writeBackdated } from "../../edges/files/change.ts";
import { removeFile } from "../../edges/files/own/remove.ts";
import { isOutside, readText, realPath } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
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
  /** All of it is in force, or nothing. */
  readonly isDone: boolean;
  /** Why it was undone. */
  readonly why: string | undefined;
  /** Files that somebody edited meanwhile, absolute; they are left as they are. */
  readonly edited: readonly string[];
}

/**
 * Puts an upgrade in force: several files and an environment can't be swapped as one, so that a note of all of it is written first,
 * in the state that every ready plan watches. From then on it is for any start to finish, in the same way.
 */
export function beginChangeover(folders: Folders, changeover: Changeover): void {
  changeState(folders, { changeover });
}

/**
 * Finishes what the note tells of, or undoes it where it can't be finished; `undefined` where there is none. Each step can be done
 * twice, and by two processes at once.
 */
export function settleChangeover(folders: Folders): Settled | undefined {
  const { changeover } = readState(folders);
  if (changeover === undefined) return undefined;
  const { generation, files } = changeover;
  const outside = files.map((file) => whyNotReplaced(file.path, folders)).find((why) => why !== undefined);
  if (outside !== undefined) {
    changeState(folders, { changeover: undefined });
    return { changeover, isDone: false, why: outside, edited: [] };
  }
  const edited = files.filter((file) => stateOf(file) === "edited").map((file) => file.path);
  const undo = (why: string): Settled => {
    for (const file of files) if (stateOf(file) === "after") put(file.path, file.before);
    changeState(folders, { changeover: undefined });
    return { changeover, isDone: false, why, edited };
  };
  if (readManifest(generationFolder(folders, generation)) === undefined) return undo(`${generation} is gone`);
  if (edited.length > 0) return undo(`${edited.map((file) => path.basename(file)).join(", ")} was edited meanwhile`);
  try {
    for (const file of files) if (stateOf(file) === "before") put(file.path, file.after);
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    return undo(error.message);
  }
  finish(folders, changeover);
  return { changeover, isDone: true, why: undefined, edited };
}

/** A checkout can bring such a note, and a link in the place of a file: what lies outside is read and written by neither. */
export function whyNotReplaced(file: string, { root }: Folders): string | undefined {
  const folder = realPath(path.dirname(file));
  if (folder !== undefined && !isOutside(path.join(folder, path.basename(file)), root)) return undefined;
  return `${file} leads out of ${root} and of its work tree of git`;
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

/** Set back in time, so that a shell that knows whole seconds alone sees no file that is too young. */
function put(file: string, text: string | null): void {
  const real = realPath(file) ?? file;
  if (text === null) removeFile(file);
  else writeBackdated(real, text);
}
