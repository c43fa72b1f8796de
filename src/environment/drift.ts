import * as path from "node:path";
import { writeAtomic } from "../edges/files/change.ts";
import { readOwnText } from "../edges/files/own/own-json.ts";
import { isFolder, linkFacts, sha256IfAny } from "../edges/files/read.ts";
import { changedPackages } from "../project/packages.ts";
import { installedPackages } from "../venv/site-folders.ts";
import { digestOfNames, hasManifest, type Manifest, readManifest } from "./manifest/manifest.ts";
/** A file in a generation: what `doctor --fix` or the start of an app found wrong with its files, a line each. */
export const DAMAGE_FILE = "damaged.txt";

/** Has a generation count as changed from now on; each phrase is one line. */
export function markDamaged(generation: string, phrases: readonly string[]): void {
  writeAtomic(path.join(generation, DAMAGE_FILE), phrases.map((phrase) => `${phrase}\n`).join(""));
}

/**
 * What others have changed in a generation since it was built, a phrase each; empty when it is as it was. Installers
 * add or remove names in site-packages, which a manifest alone would not show.
 */
export function findDrift(generation: string, manifest: Manifest): string[] {
  if (!isFolder(generation)) return ["the folder is gone"];
  const drift: string[] = [];
  for (const [relative, digest] of Object.entries(manifest.sitePackages)) {
    const folder = path.join(generation, relative);
    if (!isFolder(folder)) drift.push(`${relative} is gone`);
    else if (digestOfNames(folder) !== digest) drift.push(...packageDrift(folder, manifest.packages));
  }
  if (linkFacts(path.join(generation, "bin/python")) === undefined) drift.push("bin/python is gone");
  drift.push(...(readOwnText(path.join(generation, DAMAGE_FILE)) ?? "").split("\n").filter((line) => line !== ""));
  if (sha256IfAny(path.join(generation, "pyvenv.cfg")) !== manifest.pyvenv) drift.push("pyvenv.cfg was changed");
  return [...new Set(drift)];
}

/**
 * The same for a generation that a start has used, which may have lost its manifest with all else (`rm -rf .venv/`).
 */
export function driftSinceUse(generation: string): string[] {
  const manifest = readManifest(generation);
  if (manifest !== undefined) return findDrift(generation, manifest);
  if (!isFolder(generation)) return ["the folder is gone"];
  return hasManifest(generation) ? [] : ["its manifest is gone"];
}

function packageDrift(folder: string, built: Manifest["packages"]): string[] {
  const changes = changedPackages(built, installedPackages(folder)).map(({ name, from, to }) => {
    if (from === null) return `${name} ${to} was added`;
    return to === null ? `${name} ${from} was removed` : `${name} went from ${from} to ${to}`;
  });
  return changes.length > 0 ? changes : ["files in site-packages were added or removed"];
}
