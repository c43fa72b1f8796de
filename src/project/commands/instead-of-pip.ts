import { KINDS } from "../kinds.ts";
import type { Project } from "../project.ts";

/** What to do in place of `pip install`, by what kind of repo this is. */
export function insteadOfPip({ kind, requirementFiles }: Project): string {
  return `${KINDS[kind].wayToAdd(requirementFiles)}; for one start, ./prime run --with NAME CMD`;
}
