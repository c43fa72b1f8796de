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
 * Conditions in libraries, and values kept for others, that are always the same in prime's calls, each with the answer.
 * The minifier then leaves out the code that can't be reached.
 */
const SETTLED: Answers = { ...AWS4, ...COMMANDER, ...EXECA, ...PEP440, ...SMOL_TOML, ...TAR, ...TUF, ...VALIBOT };

/** The text of a library's file with these answers in it. Throws when the library reads otherwise. */
export function settled(source: string, file: string): string {
  return (SETTLED[file] ?? []).reduce((text, [asked, answer]) => {
    const after = text.replace(asked, answer);
    if (after === text) throw new Error(`${file} does not have ${asked}`);
    return after;
  }, source);
}

export const SETTLED_FILES = Object.keys(SETTLED);
