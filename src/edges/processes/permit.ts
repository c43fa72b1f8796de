import * as path from "node:path";
import type { Command } from "../command.ts";
import { isScript } from "../files/formats/program-file.ts";
import { executableOnPath, readStart } from "../files/read.ts";
import { isInSafeRepo, trustOf, whyOthersDecide } from "../files/trust.ts";
import { isSuperuser } from "../surroundings.ts";

/**
 * Why prime must not start a command, whoever asks for it: root starts nothing that somebody else could change, neither the program nor
 * the interpreter that a script names, but for what is in the repo that it works on, if that is named safe. Every process that prime
 * starts for itself passes here.
 */
export function whyNotStarted({ file, env, cwd }: Command): string | undefined {
  if (!isSuperuser()) return undefined;
  const program = programOf({ file, env, cwd });
  if (program === undefined) return undefined;
  const trust = trustOf(process.env);
  for (const one of [program, ...interpreterOf(program)]) {
    const why = isInSafeRepo(one, cwd, trust) ? undefined : whyOthersDecide(one, trust);
    if (why !== undefined) return `root does not run ${program}: ${why}`;
  }
  return undefined;
}

/** What a command starts, absolute; `undefined` where `PATH` has none of that name. */
export function programOf({ file, env, cwd }: Pick<Command, "file" | "env" | "cwd">): string | undefined {
  return file.includes("/") ? path.resolve(cwd, file) : executableOnPath(file, env.PATH ?? "", cwd);
}

/** Longer first lines are cut by every kernel (execve(2), NOTES). */
const FIRST_LINE = 256;

function interpreterOf(program: string): string[] {
  const named = isScript(program) ? /^#![ \t]*(\/\S+)/.exec(readStart(program, FIRST_LINE))?.[1] : undefined;
  return named === undefined ? [] : [named];
}
