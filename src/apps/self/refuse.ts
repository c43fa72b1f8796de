import { PrimeError, usageError } from "../../errors.ts";
import type { Run } from "../start/run.ts";

/** Throws for a word that one of prime's own commands of an app does not take. */
export function refuseWords({ app }: Run, name: string, words: readonly string[], known: readonly string[] = []): void {
  const strange = words.find((word) => !known.includes(word));
  if (strange === undefined) return;
  throw usageError("usage", `could not do \`${app.self} ${name}\`: it takes no ${strange}`, `see ${app.self} --help`);
}

/** Throws where the app is installed for everybody, and this user is not root. */
export function refuseRootsApp({ app }: Run): void {
  if (app.isOwn) return;
  throw new PrimeError(
    "app-roots",
    `could not change ${app.config.name}: it is root's, for everybody on this machine`,
    "let root do it",
  );
}
