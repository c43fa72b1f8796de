import * as path from "node:path";
import { filesIn, isFile, isFolder, isRealFolder, linkFacts, listFolder, readText } from "../edges/files/read.ts";
import { normalizeName } from "../project/packages.ts";

/** Where packages are in a venv, without asking its interpreter; absolute. A link leads to what is not the venv's. */
export function siteFolders(venv: string): string[] {
  const below = ["lib", "lib64"].map((name) => path.join(venv, name));
  const real = below.filter(isRealFolder);
  const versions = real.flatMap((folder) => filesIn(folder, () => true));
  const found = versions.filter(isRealFolder).map((folder) => path.join(folder, "site-packages"));
  return found.filter(isRealFolder);
}

/** The folders of what is installed there by its dist-info (recorded projects, PEP 376); absolute. */
export function infoFolders(sitePackages: string): string[] {
  return filesIn(sitePackages, (name) => name.endsWith(".dist-info")).filter(isRealFolder);
}

/** What such a folder says of the files that were installed; "" where its RECORD is missing or a link. */
export function recordText(info: string): string {
  const file = path.join(info, "RECORD");
  return linkFacts(file)?.kind === "file" ? (readText(file) ?? "") : "";
}

/** Normalized names (PEP 503) and versions, by the names of the dist-info folders (PEP 376, recorded projects). */
export function installedPackages(sitePackages: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of listFolder(sitePackages) ?? []) {
    const match = /^(.+)-([^-]+)\.(?:dist|egg)-info$/.exec(entry);
    if (match?.[1] !== undefined && match[2] !== undefined) found[normalizeName(match[1])] = match[2];
  }
  return found;
}

/** Whether a folder is an environment at all: PEP 405, or conda's. */
export function isVenv(folder: string): boolean {
  return isFile(path.join(folder, "pyvenv.cfg")) || isFolder(path.join(folder, "conda-meta"));
}
