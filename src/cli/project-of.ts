import * as path from "node:path";
import { refuseForeignRepo } from "../decision/whose-repo.ts";
import type { Environment } from "../edges/command.ts";
import { isExecutableFile, listFolder, readBytes, realPath } from "../edges/files/read.ts";
import { trustOf } from "../edges/files/trust.ts";
import { PrimeError } from "../errors.ts";
import { beginsAsLauncher } from "../launch/own-digest.ts";
import { areTelling, nearestProject } from "../project/around/nearest-project.ts";

/** The project that a start is for, where the launcher stands in none; absolute, physical. */
export interface ProjectOf {
  readonly root: string;
  /** The project's own launcher, which the start is left to where it runs something of the repo's. */
  readonly launcher: string | undefined;
  /** Whether that is another prime than the one that was started. */
  readonly isOther: boolean;
}

/**
 * A launcher among other programs (`~/bin/prime`, in a folder of PATH) stands in no project: the nearest one around the folder that the
 * user stands in is meant. Undefined: the launcher's own folder counts, as ever.
 */
export function projectOf(launcher: string, cwd: string, env: Environment): ProjectOf | undefined {
  const home = path.dirname(launcher);
  const isProgram = (env.PATH ?? "").split(":").some((folder) => path.isAbsolute(folder) && realPath(folder) === home);
  if (!isProgram || areTelling(listFolder(home) ?? [])) return undefined;
  const root = nearestProject(realPath(cwd) ?? cwd);
  if (root === undefined) {
    throw new PrimeError(
      "no-project",
      `could not tell which project is meant: ${launcher} stands in none, and neither does ${cwd}`,
      "go into a project and start again; `prime init DIR` puts a launcher into one",
    );
  }
  const own = path.join(root, "prime");
  const bytes = readBytes(own) ?? NOTHING;
  const hasOwn = isExecutableFile(own) && beginsAsLauncher(bytes) && realPath(own) !== launcher;
  if (hasOwn)
    refuseForeignRepo({ root, repo: { folder: root, launcher: own, choice: NO_CHOICE }, trust: trustOf(env) });
  const isOther = hasOwn && readBytes(launcher)?.equals(bytes) !== true;
  return { root, launcher: hasOwn ? own : undefined, isOther };
}

const NO_CHOICE = { env: undefined, cwd: "/", mustAgree: false };
const NOTHING = Buffer.alloc(0);
