import type { Decision } from "../decision/decide.ts";
import { PrimeError } from "../errors.ts";

/** What a path must not have, what that is called, and why. */
const BREAKS: readonly (readonly [RegExp, string, string])[] = [
  [/:/, "a colon", "PATH is cut at colons, so that no command of the environment would be found"],
  [
    /[\t\n\v\f\r]/,
    "a tab or a line break",
    "the first line of a script is cut there, so that none of its scripts would start",
  ],
];

/** Throws `unfit-path`, before anything is built, for a path at which an environment could be made but not used. */
export function refuseUnfitPath({ folders, driver, project }: Decision): void {
  const { generations } = folders;
  const found = BREAKS.find(([pattern]) => pattern.test(generations));
  if (found !== undefined) refuse(generations, found[1], found[2]);
  // uv takes such a folder for a URL with a fragment, except where it reads its own lock.
  const isUrl = driver === "venv_uv" && project.kind !== "uv-lock" && project.localProjects.length > 0;
  const folder = isUrl ? project.localProjects.find((one) => one.includes("#")) : undefined;
  if (folder !== undefined) refuse(folder, "a `#`", "uv takes what follows it for the fragment of a URL");
}

function refuse(folder: string, what: string, why: string): never {
  throw new PrimeError(
    "unfit-path",
    `could not make an environment for ${JSON.stringify(folder)}: there is ${what} in this path, and ${why}`,
    "give that folder another name, or clone the repo to another place",
  );
}
