import * as path from "node:path";
import { writeTellable } from "../edges/files/change.ts";
import { type PlanFolder, planFolder } from "./place.ts";

/** The names that shells complete in one repo, by their kind. */
export type CompletedNames = Readonly<Record<RecordedKind, readonly string[]>>;

export type RecordedKind = "group" | "extra" | "task" | "generation";

/** Characters that every shell takes literally; a name with others is not completed. */
const PLAIN = /^[A-Za-z0-9._:-]+$/;

/** Records them for the completion scripts, which read `KIND NAME`, a line each, in the file `names` beside the plans. */
export function keepNames(plans: PlanFolder, names: CompletedNames): void {
  const lines = Object.entries(names).flatMap(([kind, all]) =>
    [...all]
      .filter((name) => PLAIN.test(name))
      .sort()
      .map((name) => `${kind} ${name}\n`),
  );
  writeTellable(path.join(planFolder(plans), "names"), lines.join(""), 0o600); // always: the file before is kept with its plan
}
