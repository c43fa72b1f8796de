import * as path from "node:path";
import { readStart, realPath } from "../edges/files/read.ts";
import { interpreterOf } from "./shebang.ts";

/** What a command's file is, as far as its beginning tells. */
export type Behind =
  /** A script that the environment's python runs, since it is first on PATH or named. */
  | { readonly kind: "own" }
  /** A Python script of another interpreter. */
  | { readonly kind: "python"; readonly interpreter: string }
  /** pyenv's stand-in for a command of some interpreter that it has. */
  | { readonly kind: "shim" }
  | { readonly kind: "other" };

const LONGEST_BEGINNING = 4096;
const PYTHON = /^(?:python|pypy)[\d.]*t?$/;

/** `file` is absolute, `generation` the environment in which it would run. Nothing is run. */
export function behindCommand(file: string, generation: string): Behind {
  const text = readStart(file, LONGEST_BEGINNING);
  if (/\/shims\/[^/]+$/.test(file) && /^#!.*sh\n[\s\S]*\bpyenv\b/.test(text)) return { kind: "shim" };
  const interpreter = interpreterOf(text);
  if (interpreter === undefined) return { kind: "other" };
  const named = path.basename(interpreter) === "env" ? nameForEnv(text) : interpreter;
  if (named === undefined || !PYTHON.test(path.basename(named))) return { kind: "other" };
  const bin = realPath(path.join(generation, "bin"));
  const folder = named.includes("/") ? path.dirname(named) : path.join(generation, "bin");
  const isOwn = realPath(folder) === bin && realPath(path.join(folder, path.basename(named))) !== undefined;
  return isOwn ? { kind: "own" } : { kind: "python", interpreter: named };
}

/** What `#!/usr/bin/env` looks for: options of env's and variables that it sets stand before it. */
function nameForEnv(text: string): string | undefined {
  const words = (/^#!\s*\S+\s+(.*)/.exec(text)?.[1] ?? "").split(/\s+/);
  return words.find((word) => word !== "" && !word.startsWith("-") && !word.includes("="));
}
