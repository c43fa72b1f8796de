import * as path from "node:path";
import { filesIn, readStart } from "../../edges/files/read.ts";

/** Files of the root that tell what other tools install into environments of their own. */
export const TOOL_FILES = ["tox.ini", "tox.toml", "noxfile.py", "hatch.toml"] as const;

/** Folders in which people keep what their tools are told to install. */
const ASIDE = /^\.?(ci|conda|deps|dev|envs?|reqs?|requirements|tests?|tools)([-_]\w+|tools)?$/;

/** Where people keep scripts, a root apart. */
const OF_SCRIPTS = /^(bin|scripts?|tools?)$/;
/** Scripts that are looked at, and bytes of each: it is for a hint. */
const MOST = 100;
const LONGEST = 4096;

/** Dependencies in a script's own block (PEP 723), one at least. */
const NEEDS = /^# \/\/\/ script[ \t]*\r?\n(?:#.*\n)*?# dependencies *= *\[[\s#]*["']/m;

/** Scripts that say themselves what they require, relative to root. */
export function scriptsWithNeeds(root: string): string[] {
  const folders = [root, ...filesIn(root, (name) => OF_SCRIPTS.test(name))];
  const all = folders.flatMap((folder) => filesIn(folder, (name) => /\.py$|^[^.]+$/.test(name)));
  const found = all.slice(0, MOST).filter((file) => NEEDS.test(readStart(file, LONGEST)));
  return found.map((file) => path.relative(root, file));
}

/** What lies in such folders of a root, and in their own but those of tests, relative to it. */
export function filesAside(root: string): string[] {
  const all = (folder: string) => filesIn(folder, Boolean);
  const folders = filesIn(root, (name) => ASIDE.test(name));
  const below = folders.filter((folder) => !/tests?$/.test(folder)).flatMap(all);
  return [...folders, ...below].flatMap(all).map((file) => path.relative(root, file));
}
