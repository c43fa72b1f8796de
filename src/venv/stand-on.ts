import * as path from "node:path";
import { swapLink, writeAtomic } from "../edges/files/change.ts";
import { listFolder, readLink, readText } from "../edges/files/read.ts";

/**
 * Makes a finished venv stand on the anchor: `home` in pyvenv.cfg (PEP 405), and the link in `bin` that leads out of the venv.
 * uv names the path that it was given or one that it resolved, `venv` follows links as far as `sys._base_executable` does.
 */
export function standOn(generation: string, anchor: string): void {
  const file = path.join(generation, "pyvenv.cfg");
  const before = readText(file) ?? "";
  const after = before.replace(/^(home[ \t]*=[ \t]*).*$/m, (_, key: string) => `${key}${path.dirname(anchor)}`);
  if (after !== before) writeAtomic(file, after);
  const bin = path.join(generation, "bin");
  for (const name of listFolder(bin) ?? []) {
    const text = readLink(path.join(bin, name));
    if (text !== undefined && path.isAbsolute(text) && text !== anchor && isPython(name))
      swapLink(path.join(bin, name), anchor);
  }
}

function isPython(name: string): boolean {
  return /^(?:python|pypy)\d*(?:\.\d+)?$/.test(name);
}
