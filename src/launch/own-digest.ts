import { sha256 } from "../edges/files/read.ts";

/** How every launcher begins, whatever its version. */
const HEAD = /^#![^\n]*\ntrue \/\* prime: /;
/** Bytes in which they stand. */
const HEAD_LENGTH = 200;

/** Whether a file's bytes begin as a launcher does. */
export function beginsAsLauncher(bytes: Buffer): boolean {
  return HEAD.test(bytes.subarray(0, HEAD_LENGTH).toString("latin1"));
}

const LINE = /# sha256 ([0-9a-f]{64}) \*\/\n$/;

/**
 * Adds the launcher's last line: the sha256 of all that stands before it. The build writes it, and no clock is in it.
 * The line is a comment to sh, and ends a comment of JavaScript's. The head takes the digest from its fixed place.
 */
export function withOwnDigest(text: string): string {
  return `${text}# sha256 ${sha256(text)} */\n`;
}

/** What is wrong with a launcher's text, in a phrase; `undefined` when it is as it was built. */
export function ownDigestFault(text: string): string | undefined {
  const line = LINE.exec(text);
  if (line === null) return "it does not end with its own digest: it was cut, or something was added";
  const is = sha256(text.slice(0, line.index));
  return is === line[1]
    ? undefined
    : `its sha256 is ${is.slice(0, 12)}, and it was built with ${line[1]?.slice(0, 12)}`;
}
