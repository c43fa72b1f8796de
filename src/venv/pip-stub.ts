import * as path from "node:path";
import { quoteForShell } from "../edges/command.ts";
import { makeExecutable, writePlain } from "../edges/files/change.ts";
import { exists, readStart } from "../edges/files/read.ts";

const MARK =
  "#!/bin/sh\n# Made by prime: this environment has no pip, and the next one on PATH is another interpreter's.\n";

/** Why no other pip stands in for one that an environment lacks. */
export const WHY_NO_PIP = "this environment has none, and another interpreter's would change that one's packages";

/**
 * Puts commands that say so, and what to do instead (`next`), in the place of the pip that an environment of Python X.Y
 * (`minor`) lacks: also in a shell, or below make, no other one is found then. Whoever installs pip overwrites them.
 */
export function shadowPip(venv: string, minor: string, next: string): void {
  const files = ["pip", "pip3", `pip${minor}`].map((name) => path.join(venv, "bin", name));
  if (files.some(exists)) return;
  const words = [WHY_NO_PIP, next].map(quoteForShell).join(" ");
  const text = `${MARK}printf 'prime: error: could not run %s: %s\\n  next: %s\\n  id: not-the-environments\\n' "\${0##*/}" ${words} >&2\nexit 127\n`;
  for (const file of files) {
    writePlain(file, text);
    makeExecutable(file);
  }
}

export function isPipStub(file: string): boolean {
  return readStart(file, MARK.length) === MARK;
}
