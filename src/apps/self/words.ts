import { usageError } from "../../errors.ts";
import type { Run } from "../start/run.ts";

/** Throws for a word that one of prime's own commands of an app does not take. */
export function refuseWords({ app }: Run, name: string, words: readonly string[], known: readonly string[] = []): void {
  const strange = words.find((word) => !known.includes(word));
  if (strange === undefined) return;
  throw usageError("usage", `could not do \`${app.self} ${name}\`: it takes no ${strange}`, `see ${app.self} --help`);
}
