import { EXIT_USAGE, PrimeError } from "../../errors.ts";
import type { Run } from "../start/run.ts";

/** Throws for a word that one of prime's own commands of an app does not take. */
export function refuseWords({ app }: Run, name: string, words: readonly string[], known: readonly string[] = []): void {
  const strange = words.find((word) => !known.includes(word));
  if (strange === undefined) return;
  throw new PrimeError("usage", `could not do \`${app.self} ${name}\`: it takes no ${strange}`, {
    exitCode: EXIT_USAGE,
    hint: `see ${app.self} --help`,
  });
}
