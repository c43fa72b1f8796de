import type { Answers } from "./settled/answers.ts";
import { AWS4 } from "./settled/aws4.ts";
import { COMMANDER } from "./settled/commander.ts";
import { EXECA } from "./settled/execa.ts";
import { PEP440 } from "./settled/pep440.ts";
import { SMOL_TOML } from "./settled/smol-toml.ts";
import { TAR } from "./settled/tar.ts";
import { TUF } from "./settled/tuf.ts";
import { VALIBOT } from "./settled/valibot.ts";

/**
 * What is asked in a library, or kept for others, where every call of prime's gives the same answer, and that answer. What the minifier then
 * never comes to, it leaves out.
 */
const SETTLED: Answers = { ...AWS4, ...COMMANDER, ...EXECA, ...PEP440, ...SMOL_TOML, ...TAR, ...TUF, ...VALIBOT };

/** The text of a library's file with all of this in it; a library that reads otherwise fails the build. */
export function settled(source: string, file: string): string {
  return (SETTLED[file] ?? []).reduce((text, [asked, answer]) => {
    const after = text.replace(asked, answer);
    if (after === text) throw new Error(`${file} does not have ${asked}`);
    return after;
  }, source);
}

export const SETTLED_FILES = Object.keys(SETTLED);
