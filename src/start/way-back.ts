import * as path from "node:path";
import type { Context } from "../context.ts";
import type { Decision } from "../decision/decide.ts";
import { generationFolder } from "../environment/folders.ts";
import { differences, historyFile } from "../environment/history.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { readState } from "../environment/state.ts";
import type { LinkMove, WayBack } from "../plan/way-back.ts";
import { decisiveFiles } from "../python/watched.ts";
import { hideSecrets } from "../secrets.ts";
import { MANIFEST_FILE } from "../venv/foreign-venv.ts";
import { accountFile, type Cold } from "./cold.ts";

const WHY = "what it was made from is there again";

/** `link` (absolute), if the shell may move it back to this environment without the program. See `ReadyPlan`. */
export function movableLink(
  { root, app }: Context,
  { config, warnings }: Decision,
  link: string | undefined,
): string | undefined {
  if (link === undefined || path.dirname(link) !== root || app !== undefined || warnings.length > 0) return undefined;
  if (config.python_selector_file_rel_path.value !== null || config.protoprimer !== null) return undefined;
  return config.freshness.value === "mtime" ? link : undefined;
}

/**
 * What the shell needs to show by turns the environment from before and the one that `link` (absolute) shows now.
 * Undefined when the program could decide otherwise, or have something to say: nothing may have changed except what the
 * repo itself asks for.
 */
export function wayBack(
  { root, plans, flagKey }: Context,
  { folders, generations }: Decision,
  manifest: Manifest,
  { before, movable, changes }: Cold,
  link: string,
): WayBack | undefined {
  const { id } = manifest;
  const was = generations.find((one) => one.id === path.basename(before ?? ""));
  if (was === undefined || plans === undefined || movable !== link) return undefined;
  const { holds, trial, changeover } = readState(folders);
  if (trial !== undefined || changeover !== undefined || Object.keys(holds).length > 0) return undefined;
  const all = generations.some((one) => one.id === id) ? generations : [manifest, ...generations];
  if (was.digest === manifest.digest || ![was, manifest].every((one) => isChosen(one, all))) return undefined;
  if (changes.length === 0 || !changes.every((one) => isRepos(one.path))) return undefined;
  return {
    link,
    data: folders.data,
    history: historyFile(folders),
    account: accountFile(plans),
    back: move(manifest, was),
    again: move(was, manifest),
  };

  function isRepos(file: string): boolean {
    const isIn = (folder: string) => file.startsWith(`${folder}/`);
    return file.startsWith("$") || (isIn(root) && file !== link && !isIn(folders.data));
  }

  function move(from: Manifest, to: Manifest): LinkMove {
    const told = (rest: object) => JSON.stringify(rest, hideSecrets);
    const ids = { from: from.id, to: to.id };
    const left = generationFolder(folders, from.id);
    const parts = [".", "bin", MANIFEST_FILE, "pyvenv.cfg", ...Object.keys(from.sitePackages)].map((one) =>
      path.join(left, one),
    );
    return {
      from: left,
      to: generationFolder(folders, to.id),
      unchanged: [folders.generations, ...parts, ...decisiveFiles(from.interpreter.anchor, from.interpreter)],
      entry: told({ what: "switch", why: WHY, flags: flagKey, ...ids, changes: differences(from, to) }),
      account: told({ changes: [], reason: WHY, done: `switched to generation ${to.id}` }),
    };
  }
}

/**
 * Whether a decision would choose this generation: it takes the interpreter of the youngest generation for a request,
 * and of one digest the youngest.
 */
function isChosen({ id, digest, request, interpreter }: Manifest, all: readonly Manifest[]): boolean {
  const isAlike = (one: Manifest) => one.request !== request || one.interpreter.anchor === interpreter.anchor;
  return all.every(isAlike) && all.find((one) => one.digest === digest)?.id === id;
}
