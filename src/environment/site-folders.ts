import * as path from "node:path";
import { linkFacts, listFolder } from "../edges/files.ts";

/** Where packages are in a venv, without asking its interpreter; absolute. */
export function siteFolders(venv: string): string[] {
  const below = ["lib", "lib64"].map((name) => path.join(venv, name));
  const real = below.filter((folder) => linkFacts(folder)?.kind === "folder");
  const versions = real.flatMap((folder) => (listFolder(folder) ?? []).map((name) => path.join(folder, name)));
  const found = versions.map((folder) => path.join(folder, "site-packages"));
  return found.filter((folder) => linkFacts(folder)?.kind === "folder");
}
