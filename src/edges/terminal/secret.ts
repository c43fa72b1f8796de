import { openSync, readSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { PrimeError } from "../../errors.ts";
import { headShell } from "../head.ts";
import { userInput, writeMessage } from "./streams.ts";

const MOST = 4096;

/** The descriptors that the head uses for itself, so that prime's Node has others by these numbers. */
export function isHeadsOwn(descriptor: number): boolean {
  return headShell() !== undefined && descriptor >= 3 && descriptor <= 6;
}

/** The first line that a descriptor gives, without its end: the user's own, whichever has that number here. */
export function readSecret(descriptor: number): string {
  const fd = descriptor === 0 ? userInput() : descriptor;
  const bytes = Buffer.alloc(MOST);
  let size = 0;
  try {
    while (size < MOST && !bytes.subarray(0, size).includes(10)) {
      const more = readSync(fd, bytes, size, 1, null);
      if (more === 0) break;
      size += more;
    }
  } catch (error) {
    throw new PrimeError(
      "passphrase",
      `could not read the passphrase from descriptor ${descriptor}: ${(error as Error).message}`,
      "give it by a descriptor: --passphrase-fd 7 7<FILE",
    );
  }
  return bytes.toString("utf8", 0, size).replace(/\r?\n$/, "");
}

const [CONTROL_C, CONTROL_D, DELETE] = [3, 4, 127];

/** Asks for a secret at the terminal, which shows nothing of it. Throws `passphrase` where there is none to ask at, or the user gives up. */
export async function askSecret(question: string): Promise<string> {
  let fd: number;
  try {
    fd = openSync("/dev/tty", "r+");
  } catch {
    throw new PrimeError(
      "passphrase",
      "could not ask for the passphrase, since there is no terminal",
      "give it by a descriptor: --passphrase-fd 7 7<FILE",
    );
  }
  const terminal = new ReadStream(fd);
  terminal.setRawMode(true);
  writeSync(fd, question);
  let typed = "";
  try {
    for await (const part of terminal.iterator({ destroyOnReturn: false })) {
      for (const character of String(part)) {
        if (character === "\r" || character === "\n") return typed;
        const code = character.charCodeAt(0);
        if (code === CONTROL_C || code === CONTROL_D) {
          throw new PrimeError("passphrase", "no passphrase was given", "start again", { exitCode: 130 });
        }
        typed = code === DELETE ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed;
  } finally {
    terminal.setRawMode(false);
    writeMessage("\n");
    terminal.destroy();
  }
}
