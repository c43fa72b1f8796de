import type { OneStart } from "../../config/config.ts";
import { EXIT_USAGE, PrimeError } from "../../errors.ts";
import type { ProjectKind } from "../kinds.ts";
import { requirementHead } from "../packages.ts";

/** Refuses what the flags of this start can't have. */
export function refuseUnclear({ additions, onlyGroups }: OneStart, kind: ProjectKind): void {
  const strange = additions.find((text) => requirementHead(text) === undefined || text.startsWith("-"));
  if (strange !== undefined) {
    throw new PrimeError("usage", `could not install \`${strange}\` for this start: it names no package`, {
      hint: "write a requirement behind --with, e.g. `'pytest>=8'`; a folder as `name @ file:///…`",
      exitCode: EXIT_USAGE,
    });
  }
  if (onlyGroups !== null && kind === "pylock") {
    throw new PrimeError("only-group", "could not install a group alone: a pylock.toml is installed as a whole", {
      hint: "take --group, which adds it",
      exitCode: EXIT_USAGE,
    });
  }
}
