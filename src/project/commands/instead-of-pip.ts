import type { Project } from "../project.ts";

/** What to do in place of `pip install`, by what kind of repo this is. */
export function insteadOfPip({ kind, requirementFiles }: Project): string {
  const once = "for one start, ./prime run --with NAME CMD";
  if (kind === "requirements") return `write what you want into ${requirementFiles[0]}, and start again; ${once}`;
  if (kind === "uv-lock" || kind === "pyproject") return `./prime uv add NAME; ${once}`;
  return `declare what you want in the repo, and start again; ${once}`;
}
