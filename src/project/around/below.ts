import * as path from "node:path";
import { exists, isFile, isRealFolder, listFolder } from "../../edges/files/read.ts";

/** How deep projects of a monorepo lie, and how many folders are looked at: it is for a hint. */
const DEPTH = 3;
const MOST_FOLDERS = 2000;

const MADE_BY_TOOLS = new Set(["node_modules", "__pycache__", "site-packages", "build", "dist", "venv"]);

/** Folders below a root, relative to it, in order, that hold a project of Python's. Nothing in them is read. */
export function projectsBelow(root: string): string[] {
  const found: string[] = [];
  let waiting = [""];
  let looked = 0;
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const folders = waiting.flatMap((folder) => (looked < MOST_FOLDERS ? subfolders(root, folder) : []));
    looked += folders.length;
    const isProject = (folder: string) => NAMES.some((name) => isFile(path.join(root, folder, name)));
    found.push(...folders.filter((folder) => isProject(folder) && !/^tests?$/.test(folder))); // read with the root
    waiting = folders.filter((folder) => !isProject(folder));
  }
  return found.sort();
}

const NAMES = ["pyproject.toml", "setup.py", "requirements.txt"];

function subfolders(root: string, folder: string): string[] {
  const names = listFolder(path.join(root, folder)) ?? [];
  const below = names
    .filter((name) => !/^\.|\{[{%]/.test(name) && !MADE_BY_TOOLS.has(name)) // `{{…}}`: a template of cookiecutter's or copier's
    .map((name) => path.join(folder, name));
  return below.filter((one) => {
    const file = path.join(root, one);
    return isRealFolder(file) && !exists(path.join(file, "pyvenv.cfg"));
  });
}
