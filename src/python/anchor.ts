import * as path from "node:path";
import { isFile, isSameFile, readLink, realPath } from "../edges/files/read.ts";
import type { Interpreter } from "./interpreter.ts";
import { minorOf } from "./version.ts";

/** The path by which an environment refers to the interpreter below it. */
export interface Anchor {
  readonly path: string;
  /** `minor`: the path stays that of this `X.Y` through patches. `exact`: another version may come to stand there. */
  readonly kind: "minor" | "exact";
}

/** A path that could be the anchor, and what was seen there. */
export interface AnchorCandidate {
  readonly path: string;
  /** How many links of the chain lead to it. */
  readonly hops: number;
  /** It is the very file that the chain ends in. */
  readonly isSame: boolean;
  /** A venv that stands on it finds the interpreter's own standard library. */
  readonly hasStdlib: boolean;
}

/** Longer chains are loops (Linux gives up after 40 links, path_resolution(7)). */
const MOST_HOPS = 40;

/**
 * The anchor of an interpreter outside any venv: of every hop of its link chain, and `pythonX.Y` beside each hop, the path
 * that says its minor version; better one that no patch takes away; then the nearest, best by its own name. None: the real path. What uv or
 * prime installed has a folder for each patch, and uv moves the links between them: always the real path.
 */
export function anchorOf(interpreter: Interpreter): Anchor {
  return chooseAnchor(interpreter, candidatesOf(interpreter));
}

/** The rule itself, of what was seen. */
export function chooseAnchor(
  { realPath: real, version }: Pick<Interpreter, "realPath" | "version">,
  candidates: readonly AnchorCandidate[],
): Anchor {
  const minor = minorOf(version);
  const fit = isManaged(real)
    ? []
    : candidates.filter(({ path: file, isSame, hasStdlib }) => isSame && hasStdlib && pinsMinor(file, minor));
  const [best] = fit.sort(
    (a, b) =>
      Number(isPassing(a.path, minor)) - Number(isPassing(b.path, minor)) ||
      a.hops - b.hops ||
      Number(pinsMinor(path.basename(b.path), minor)) - Number(pinsMinor(path.basename(a.path), minor)),
  );
  return best === undefined ? { path: real, kind: "exact" } : { path: best.path, kind: "minor" };
}

/** Whether uv installed it: `cpython-3.12.1-linux-x86_64-gnu` is uv's name for a folder of one patch. */
export function isManaged(realPathOfIt: string): boolean {
  return /\/(?:cpython|pypy|graalpy)-\d+\.\d+\.\d+[^/]*-(?:linux|macos)-[^/]+\//.test(realPathOfIt);
}

/** Whether its name or a folder says `X.Y`: `python3.11`, `/opt/Python3.11.2/bin/python3`, `versions/3.11/bin/python`. */
function pinsMinor(file: string, minor: string): boolean {
  return new RegExp(`(?<![\\d.])${minor.replace(".", "\\.")}(?!\\d)`).test(file);
}

/** Whether a patch takes the path away or turns it elsewhere: it names the patch, or stands where a tool keeps passing links. */
function isPassing(file: string, minor: string): boolean {
  return (
    new RegExp(`(?<![\\d.])${minor.replace(".", "\\.")}\\.\\d`).test(file) ||
    /\/(?:Cellar|alternatives|shims|nix\/store|gnu\/store)\//.test(file)
  );
}

function candidatesOf(interpreter: Interpreter): AnchorCandidate[] {
  const { implementation, version, realPath: real } = interpreter;
  const name = `${implementation === "pypy" ? "pypy" : "python"}${minorOf(version)}`;
  const found = new Map<string, AnchorCandidate>();
  for (const [hops, hop] of linkChain(interpreter.executable, real).entries()) {
    for (const file of [hop, path.join(path.dirname(hop), name)]) {
      if (!found.has(file))
        found.set(file, {
          path: file,
          hops,
          isSame: isSameFile(file, real),
          hasStdlib: reachesStdlib(file, interpreter),
        });
    }
  }
  return [...found.values()];
}

/** Each path on the way from an executable to its real path, both ends included; links of folders are one hop together. */
function linkChain(executable: string, real: string): string[] {
  const chain = [executable];
  for (let hop = executable; chain.length < MOST_HOPS; ) {
    const text = readLink(hop);
    if (text === undefined) break;
    const folder = path.dirname(hop);
    // `..` in a link starts from the physical folder (path_resolution(7)).
    hop = path.resolve(text.includes("..") ? (realPath(folder) ?? folder) : folder, text);
    chain.push(hop);
  }
  return chain.includes(real) ? chain : [...chain, real];
}

/**
 * Whether `home` of a venv may be this path's folder: CPython looks for the standard library in it and upwards, the root
 * left out, then at the place that it was compiled for (Modules/getpath.py). A foreign one on the way would be taken.
 */
function reachesStdlib(file: string, { basePrefix, stdlib, builtFor }: Interpreter): boolean {
  const own = realPath(path.join(stdlib, "os.py"));
  const landmark = path.join(path.relative(basePrefix, stdlib), "os.py");
  if (own === undefined || landmark.startsWith("..")) return false;
  for (let folder = path.dirname(file); folder !== "/"; folder = path.dirname(folder)) {
    if (isFile(path.join(folder, landmark))) return realPath(path.join(folder, landmark)) === own;
  }
  return builtFor !== null && realPath(path.join(builtFor, "os.py")) === own;
}
