import * as path from "node:path";
import { isFolder } from "../edges/files/read.ts";
import { driftSinceUse } from "../environment/drift.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { isVenv } from "../venv/site-folders.ts";
import type { Cold } from "./cold.ts";

/** What others did to an environment: as a reason, and as it is told to the user. */
interface Drift {
  readonly reason: string;
  readonly telling: string;
}

/** What others did to the environment of the last start. Many starts may see it; those that act on it tell it. */
export function driftOf({ before }: Cold, known: Manifest | undefined, isOfRepo: boolean): Drift | undefined {
  const drift = before === undefined ? [] : driftSinceUse(before);
  if (before === undefined || drift.length === 0) return undefined;
  const next = known === undefined ? "building it anew beside it" : `${known.id} takes its place`;
  if (!isFolder(before)) {
    const reason = "the environment is gone";
    return {
      reason,
      telling: `${reason} (removed, as \`git clean -xdf\` does): ${known === undefined ? "building it anew" : next}`,
    };
  }
  const back = ` (./prime adopt ${path.basename(before)} makes the changed one the environment)`;
  const what = `changed by hand: ${drift.join(", ")}`;
  return {
    reason: `the environment was ${what}`,
    telling: `the environment ${before} was ${what}; ${next}${isOfRepo && isVenv(before) ? back : ""}`,
  };
}
