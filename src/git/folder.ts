import * as path from "node:path";
import { isFile, isFolder, readText, realPath } from "../edges/files/read.ts";

/** A work tree and where git keeps what belongs to it (gitrepository-layout(5)). */
interface GitFolder {
  readonly workTree: string;
  /** What belongs to this work tree alone: its index. */
  readonly own: string;
  /** What all work trees share. */
  readonly common: string;
}

/** The work tree around a folder. */
export function gitFolderOf(folder: string): GitFolder | undefined {
  for (let workTree = folder; ; workTree = path.dirname(workTree)) {
    const git = path.join(workTree, ".git");
    if (isFolder(git)) return { workTree, own: git, common: git };
    if (isFile(git)) {
      const named = /^gitdir: (.+)$/m.exec(readText(git) ?? "")?.[1];
      if (named === undefined) return undefined;
      const own = path.resolve(workTree, named);
      const shared = readText(path.join(own, "commondir"))?.trim();
      return { workTree, own, common: shared === undefined ? own : path.resolve(own, shared) };
    }
    if (path.dirname(workTree) === workTree) return undefined;
  }
}

/**
 * Whether git's folder knows of this work tree, be it a linked one or a submodule's, and no link leads to it: a `.git` file, or a link
 * of that name, leads anywhere, and somebody else may have made it, with what it names.
 */
export function isKnownThere({ workTree, own, common }: GitFolder): boolean {
  const place = realPath(own) ?? "";
  if (own === path.join(workTree, ".git")) return place === own;
  if (own !== common && path.dirname(place) !== path.join(realPath(common) ?? "", "worktrees")) return false;
  const [, inConfig] = /^[ \t]*worktree[ \t]*=(.+)$/m.exec(readText(path.join(own, "config")) ?? "") ?? [];
  const back = own === common ? inConfig?.trim() : path.dirname(readText(path.join(own, "gitdir"))?.trim() ?? "");
  return back !== undefined && back !== "" && realPath(path.resolve(place, back)) === realPath(workTree);
}
