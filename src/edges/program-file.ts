import { closeSync, openSync, readSync } from "node:fs";

/** Whether a file is a script for some interpreter (execve(2): it starts with `#!`). */
export function isScript(file: string): boolean {
  return headOf(file)?.startsWith("#!") ?? false;
}

/**
 * Whether a file is no program that this machine's kernel can run: neither a script nor, on Linux, an ELF file of the class and
 * machine that this program's own Node has (elf(5)). libuv gives what execve(2) refuses by ENOEXEC to the shell.
 */
export function isForOtherMachine(file: string): boolean {
  const [own, other] = [headOf(process.execPath), headOf(file)];
  if (own === undefined || other === undefined || other.startsWith("#!") || !own.startsWith("\x7fELF")) return false;
  return !other.startsWith("\x7fELF") || own[4] !== other[4] || own.slice(18, 20) !== other.slice(18, 20);
}

/** The first bytes of a file, as Latin-1; `undefined` when it can't be read. */
function headOf(file: string): string | undefined {
  try {
    const fd = openSync(file, "r");
    try {
      const head = Buffer.alloc(20);
      return head.toString("latin1", 0, readSync(fd, head));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
