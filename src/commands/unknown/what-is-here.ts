import * as path from "node:path";
import { exists, isExecutableFile, isFile, isFolder, listFolder, whyNoFile } from "../../edges/files/read.ts";
import { areTelling } from "../../project/around/nearest-project.ts";

/**
 * What a word is that was taken for a command, where a file or a folder of that name is in the folder that the user
 * stands in: how it is started. `undefined` where there is none.
 */
export function whatIsHere(cwd: string, word: string): string | undefined {
  const file = path.resolve(cwd, word);
  const written = word.includes("/") ? word : `./${word}`;
  if (isFolder(file)) return `${written} is a folder${insideOf(file, written.replace(/\/+$/, ""))}`;
  if (!isFile(file) || word === "") return undefined;
  return `${written} is here: ${startOf(file, written)} …`;
}

/** Why a path can't be run: what is there instead, or that nothing is. */
export function whyNotRun(cwd: string, word: string): string {
  return whatIsHere(cwd, word) ?? whyNoFile(path.resolve(cwd, word));
}

/** What is no program by itself is Python's, but for what says that it is the shell's. */
function startOf(file: string, written: string): string {
  if (written.endsWith(".sh") && !isExecutableFile(file)) return `./prime run sh ${written}`;
  return isExecutableFile(file) && !written.endsWith(".py") ? `./prime run ${written}` : `./prime ${written}`;
}

function insideOf(folder: string, written: string): string {
  if (areTelling(listFolder(folder) ?? [])) return ` with a project of its own: ./prime --root ${written}`;
  return exists(path.join(folder, "__main__.py")) ? ` that Python can run: ./prime run python ${written} …` : "";
}
