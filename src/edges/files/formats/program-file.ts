import { readStart } from "../read.ts";

/** Whether a file is a script for some interpreter (execve(2): it starts with `#!`). */
export function isScript(file: string): boolean {
  return readStart(file, 2) === "#!";
}

/**
 * Whether a file is no program that this machine's kernel can run: neither a script nor, on Linux, an ELF file of the class and
 * machine that this program's own Node has (elf(5)). libuv gives what execve(2) refuses by ENOEXEC to the shell.
 */
export function isForOtherMachine(file: string): boolean {
  const [own, other] = [readStart(process.execPath, HEAD), readStart(file, HEAD)];
  if (other === "" || other.startsWith("#!") || !own.startsWith("\x7fELF")) return false;
  return !other.startsWith("\x7fELF") || own[4] !== other[4] || own.slice(18, 20) !== other.slice(18, 20);
}

/** Where the magic number, the class and the machine of a program are. */
const HEAD = 20;
