import * as path from "node:path";
import type { Interpreter } from "./interpreter.ts";

/** The files that decide what an interpreter is, there or not: the one at `start`, its standard library, its libpython. */
export function decisiveFiles(
  start: string,
  { stdlib, libpython }: Pick<Interpreter, "stdlib" | "libpython">,
): string[] {
  return [start, path.join(stdlib, "os.py"), ...(libpython === null ? [] : [libpython])];
}
