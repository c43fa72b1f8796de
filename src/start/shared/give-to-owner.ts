import * as path from "node:path";
import { PRIME_LOCK } from "../../config/lock/prime-lock.ts";
import type { Context } from "../../context.ts";
import type { Decision } from "../../decision/decide.ts";
import { linkOf } from "../../decision/shown.ts";
import { handOver } from "../../edges/files/own/hand-over.ts";
import { ownership, thisUser } from "../../edges/files/ownership.ts";
import { gitFolderOf } from "../../git/folder.ts";
import { leftByBuilds } from "../../project/made-beside.ts";

/**
 * When root works in another user's checkout (`sudo`, a container on a bind mount), gives what this start has made in
 * it to that user, who could neither change nor remove it otherwise. `since`: milliseconds since the epoch.
 */
export function giveToOwner(context: Context, decision: Decision, since: number): void {
  const { root } = context;
  const { folders, project } = decision;
  const owner = ownership(root);
  if (thisUser() !== 0 || owner === undefined || owner.uid === 0) return;
  const git = gitFolderOf(root);
  const projects = [root, ...project.localProjects].filter((folder) => ownership(folder)?.uid === owner.uid);
  const locks = [project.uvLock ?? [], project.constraintsFile ?? []].flat();
  const pins = [PRIME_LOCK, ".python-version"].map((name) => path.join(root, name));
  const own = [folders.data, linkOf(context, decision), ...locks, ...pins];
  const excludes = git === undefined ? [] : [path.join(git.common, "info"), path.join(git.own, "info")];
  for (const file of [...own, ...excludes, ...leftByBuilds(projects)]) {
    if (isBelowOwners(file, owner.uid)) handOver(file, owner, since - CLOCK_MS);
  }
}

/** File systems take their time from a clock that ticks more slowly. */
const CLOCK_MS = 20;

/** Gives one new file to the owner of its folder, in a repo or not. */
export function giveToFolder(file: string, since: number): void {
  const owner = ownership(path.dirname(file));
  if (thisUser() === 0 && owner !== undefined && owner.uid !== 0) handOver(file, owner, since - CLOCK_MS);
}

function isBelowOwners(file: string, uid: number): boolean {
  return ownership(path.dirname(file))?.uid === uid;
}
