import * as path from "node:path";
import { filesIn } from "../../edges/files/read.ts";

/** Files of the root that tell what other tools install into environments of their own. */
export const TOOL_FILES = ["tox.ini", "tox.toml", "noxfile.py", "hatch.toml"] as const;

/** Folders in which people keep what their tools are told to install. */
const ASIDE = /^\.?(ci|conda|deps|dev|envs?|reqs?|requirements|tests?)([-_]\w+|tools)?$/;

/** What lies in such folders of a root, and in their own but those of tests, relative to it. */
export function filesAside(root: string): string[] {
  const all = (folder: string) => filesIn(folder, Boolean);
  const folders = filesIn(root, (name) => ASIDE.test(name));
  const below = folders.filter((folder) => !/tests?$/.test(folder)).flatMap(all);
  return [...folders, ...below].flatMap(all).map((file) => path.relative(root, file));
}
