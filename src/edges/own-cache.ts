import * as os from "node:os";
import * as path from "node:path";
import { PrimeError } from "../errors.ts";
import type { Environment } from "./command.ts";
import { makeTemporaryFolder } from "./files/change.ts";
import { elsewhere, type Fault } from "./files/own/own-folder.ts";
import { remove } from "./files/own/remove.ts";
import { type Trust, whyOthersDecide, whyUnreachable } from "./files/trust.ts";
import { CACHE_VARIABLE, physicalFolder, usesCache } from "./places.ts";

/** prime's cache as one start uses it: what is in it is executed and believed. */
interface OwnCache {
  /** Absolute, physical; it need not be there. */
  readonly folder: string;
  /** Why it is a passing one, and not the one that the user's variables name. */
  readonly fault: Fault | undefined;
}

/** The named folder where nobody else decides what is in it; else one for this start alone, which goes with the process. */
export function cacheOf(named: string, env: Environment, trust: Trust): OwnCache {
  const fault = faultOf(named, env, trust);
  return { folder: fault === undefined ? physicalFolder(named) : passingFolder(trust), fault };
}

function faultOf(named: string, env: Environment, trust: Trust): Fault | undefined {
  if (!usesCache(env)) {
    return { why: `${CACHE_VARIABLE} is \`never\``, cure: "unset the variable" };
  }
  const why = whyOthersDecide(named, trust) ?? whyUnreachable(named);
  return why === undefined ? undefined : { why, cure: elsewhere("XDG_CACHE_HOME") };
}

/** A folder for this start alone, closed to others; absolute. It goes with the process. */
export function passingFolder(trust: Trust): string {
  const places = [os.tmpdir(), "/var/tmp"].map((folder) => path.join(physicalFolder(folder), "prime-"));
  const place = places.find((prefix) => whyOthersDecide(`${prefix}x`, trust) === undefined);
  if (place === undefined) {
    throw new PrimeError(
      "no-cache",
      `could not make a temporary folder: others can change ${os.tmpdir()}`,
      elsewhere("TMPDIR"),
    );
  }
  const folder = makeTemporaryFolder(place);
  process.on("exit", () => {
    try {
      remove(folder);
    } catch {} // whoever clears the folder for temporary files will
  });
  return folder;
}
