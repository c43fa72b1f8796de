import type { OneStart } from "../../config/config.ts";
import { usageError } from "../../errors.ts";
import type { ProjectKind } from "../kinds.ts";
import { requirementHead } from "../packages.ts";

/** Refuses what the flags of this start can't have. */
export function refuseUnclear({ additions, onlyGroups }: OneStart, kind: ProjectKind): void {
  const strange = additions.find((text) => requirementHead(text) === undefined || text.startsWith("-"));
  if (strange !== undefined) {
    throw usageError(
      "usage",
      `could not install \`${strange}\` for this start: it names no package`,
      "write a requirement behind --with, e.g. `'pytest>=8'`; a folder as `name @ file:///…`",
    );
  }
  if (onlyGroups !== null && kind === "pylock") {
    throw usageError(
      "only-group",
      "could not install a group alone: a pylock.toml is installed as a whole",
      "take --group, which adds it",
    );
  }
}
