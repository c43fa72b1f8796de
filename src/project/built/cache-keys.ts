import * as path from "node:path";
import { exists, MOST, readText } from "../../edges/files/read.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { expandGlob, isPattern } from "../../inputs/glob.ts";
import { isTable } from "../../toml.ts";
import type { Pyproject } from "../files/pyproject.ts";

/**
 * Gathers what a project's `tool.uv.cache-keys` name: files and globs, folders, the git commit and tags (uv's manual,
 * "Caching: dynamic metadata"). Returns the names of the environment variables among them.
 */
export function watchCacheKeys(project: Pyproject, inputs: InputCollector): string[] {
  const variables: string[] = [];
  for (const key of project.uv.cacheKeys) {
    const { file, dir, git, env } = isTable(key) ? key : { file: key };
    if (typeof file === "string") watchFiles(project.folder, file, inputs);
    if (typeof dir === "string") inputs.presence(path.resolve(project.folder, dir));
    if (typeof env === "string") variables.push(env);
    if (git === true) watchGit(project.folder, { commit: true, tags: false }, inputs);
    if (isTable(git)) watchGit(project.folder, { commit: git.commit === true, tags: git.tags === true }, inputs);
  }
  return variables;
}

function watchFiles(folder: string, pattern: string, inputs: InputCollector): void {
  if (!isPattern(pattern)) inputs.file(path.resolve(folder, pattern), MOST.hashed);
  else for (const file of expandGlob(folder, pattern, "files", inputs)) inputs.file(file, MOST.hashed);
}

function watchGit(folder: string, what: { commit: boolean; tags: boolean }, inputs: InputCollector): void {
  const git = gitFolders(folder);
  if (git === undefined) return;
  if (what.commit) {
    const head = path.join(git.own, "HEAD");
    inputs.file(head);
    const branch = /^ref:\s*(\S+)/.exec(readText(head) ?? "")?.[1];
    if (branch !== undefined) inputs.file(path.join(git.common, branch));
  }
  if (what.tags) watchFiles(path.join(git.common, "refs", "tags"), "**", inputs);
  if (what.commit || what.tags) inputs.file(path.join(git.common, "packed-refs"), MOST.hashed);
}

/** The folder of this work tree's HEAD and the one that all work trees share (gitrepository-layout(5)). */
function gitFolders(folder: string): { own: string; common: string } | undefined {
  const git = path.join(folder, ".git");
  if (!exists(git)) return folder === path.dirname(folder) ? undefined : gitFolders(path.dirname(folder));
  const pointer = readPointer(git);
  const own = pointer === undefined ? git : path.resolve(folder, pointer);
  const common = readText(path.join(own, "commondir"))?.trim();
  return { own, common: common === undefined ? own : path.resolve(own, common) };
}

function readPointer(git: string): string | undefined {
  return exists(path.join(git, "HEAD")) ? undefined : /^gitdir:\s*(.+?)\s*$/m.exec(readText(git) ?? "")?.[1];
}
