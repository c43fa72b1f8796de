import * as path from "node:path";
import { facts, isFile } from "../../edges/files/read.ts";
import type { Input } from "../../inputs/input.ts";
import type { Anchor } from "../../python/anchor.ts";
import type { Distributor } from "../../python/distributor.ts";
import type { Interpreter } from "../../python/interpreter.ts";
import { minorOf } from "../../python/version.ts";
import { decisiveFiles } from "../../python/watched.ts";

/**
 * The interpreter below an environment, as it was when the environment was built, or when it was last looked at after a
 * patch.
 */
export interface InterpreterRecord {
  readonly anchor: string;
  readonly anchorKind: Anchor["kind"];
  /** The file that the anchor's links lead to. */
  readonly realPath: string;
  readonly implementation: string;
  /** `X.Y.Z`. */
  readonly version: string;
  readonly soabi: string;
  readonly platform: string;
  readonly libc: string;
  /** The folder that holds os.py. */
  readonly stdlib: string;
  readonly libpython: string | null;
  /** Sizes and times of its executable and its libpython, as text: equal while nobody replaced them. */
  readonly state: string;
  /** What installed it on this machine. */
  readonly distributor: Distributor;
}

/** The record without its distributor: to look that up takes a process. */
export type SeenInterpreter = Omit<InterpreterRecord, "distributor">;

export function recordOfInterpreter(interpreter: Interpreter, anchor: Anchor): SeenInterpreter {
  const { realPath, implementation, version, soabi, platform, libc, stdlib, libpython } = interpreter;
  const state = stateOf({ realPath, libpython });
  const abi = { implementation, version, soabi, platform, libc };
  return { anchor: anchor.path, anchorKind: anchor.kind, realPath, ...abi, stdlib, libpython, state };
}

/** Whether the very same interpreter is still in its place. */
export function isUntouched(record: InterpreterRecord): boolean {
  return facts(record.realPath) !== undefined && stateOf(record) === record.state;
}

function stateOf({ realPath, libpython }: Pick<InterpreterRecord, "realPath" | "libpython">): string {
  return [realPath, libpython].map(stateOfFile).join(", ");
}

/** The time in whole seconds, since image layers keep no fractions. */
function stateOfFile(file: string | null): string {
  const found = file === null ? undefined : facts(file);
  return found === undefined ? "" : `${found.size} ${BigInt(found.mtimeNs) / 1_000_000_000n}`;
}

/**
 * What of an interpreter decides whether it can run an environment. An anchor that stays the same through patches
 * stands for every patch of its minor version, an exact one for one file and one version.
 */
export function interpreterIdentity({ anchor, anchorKind, realPath, version, ...rest }: SeenInterpreter) {
  const { implementation, soabi, platform, libc } = rest;
  const exactly = anchorKind === "exact" ? { version, realPath } : {};
  return { anchor, implementation, minor: minorOf(version), soabi, platform, libc, ...exactly };
}

/**
 * What freshness must watch below an environment: the interpreter's files, and that the environment's `python` still
 * leads to the real one, since the files of a store (nix) all have one mtime.
 */
export function recordInputs(generation: string, record: InterpreterRecord): Input[] {
  const { realPath } = record;
  return [
    ...decisiveFiles(realPath, record)
      .filter(isFile)
      .map((file) => ({ kind: "file", path: file }) as const),
    { kind: "same", path: path.join(generation, "bin", "python"), target: realPath },
  ];
}
