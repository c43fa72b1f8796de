import * as os from "node:os";
import * as path from "node:path";
import { PrimeError } from "../errors.ts";
import type { Environment } from "./command.ts";
import { facts, realPath } from "./files/read.ts";

/** `never`: nothing that earlier starts kept is used. Who can write a cache that CI restores decides what is run. */
export const CACHE_VARIABLE = "PRIME_CACHE";

export function usesCache(env: Environment): boolean {
  return env[CACHE_VARIABLE] !== "never";
}

/** This user's folders, by the XDG Base Directory Specification; absolute. */
export interface Places {
  readonly home: string;
  /** Ready plans, their stamps and records; physical. */
  readonly state: string;
  /** The same folder by the name that the variables give it, which is the head's way. */
  readonly stateByName: string;
  /** uv by version and digest, interpreter probes; by the name that the variables give it (see `cacheOf`). */
  readonly cache: string;
  /** False when HOME is not set: the launcher's head cannot find the ready plan then. */
  readonly homeIsSet: boolean;
}

/**
 * Without HOME the user database is asked; a user that it does not know (a container with a free uid) must set one of the
 * variables.
 */
export function findPlaces(env: Environment): Places {
  const home = env.HOME === undefined || isAnothers(env.HOME) ? homeOfUser() : env.HOME;
  const folder = (name: string, standard: string): string => {
    const value = env[name];
    if (value) return path.join(value, "prime");
    if (home === undefined) {
      throw new PrimeError(
        "no-home",
        `could not find a folder for prime's own files: HOME and ${name} are not set`,
        "set HOME, or both XDG_STATE_HOME and XDG_CACHE_HOME, to absolute paths that you can write",
      );
    }
    return path.join(home, standard, "prime");
  };
  const stateByName = folder("XDG_STATE_HOME", ".local/state");
  return {
    state: physicalFolder(stateByName),
    stateByName,
    cache: folder("XDG_CACHE_HOME", ".cache"),
    home: home ?? "/",
    homeIsSet: env.HOME !== undefined,
  };
}

/**
 * Whether root stands in another user's home (`sudo -E`, a container that runs as root on a bind mount): what root wrote there
 * could not be written by that user afterwards, so that root keeps to its own, as pip does with its cache. The head looks there, too.
 * A folder that XDG_STATE_HOME or XDG_CACHE_HOME names is meant, and is not believed aloud (see `faultOfOwn`, `cacheOf`).
 */
function isAnothers(folder: string): boolean {
  if (process.geteuid?.() !== 0) return false;
  const owner = facts(folder)?.uid;
  if (owner !== undefined) return owner !== 0;
  const parent = path.dirname(folder);
  return parent !== folder && isAnothers(parent);
}

function homeOfUser(): string | undefined {
  try {
    const home = os.userInfo().homedir;
    return home === "" || home === "/nonexistent" ? undefined : home;
  } catch {
    return undefined;
  }
}

/** Links down to a folder that this user names are meant to be followed; it need not be there. */
export function physicalFolder(folder: string): string {
  const parent = path.dirname(folder);
  return realPath(folder) ?? (parent === folder ? folder : path.join(physicalFolder(parent), path.basename(folder)));
}
