import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { copyFile } from "../edges/files/change.ts";
import { isFile, isFolder, listFolder, sha256OfFile } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import { packageOf, type SourceFile, someOf, wheelOfEgg } from "./source-file.ts";

/** What a folder has, which is only read; nothing that is below another folder in it. */
export function filesInFolder(folder: string): SourceFile[] {
  if (!isFolder(folder)) {
    throw new PrimeError(
      "no-source",
      `could not look for releases in ${folder}: there is no such folder`,
      "mount or make the folder, or name another source",
    );
  }
  const names = (listFolder(folder) ?? []).filter(
    (name) => packageOf(name) !== undefined && isFile(path.join(folder, name)),
  );
  const files = names.map((name): SourceFile => {
    const file = path.join(folder, name);
    const found = { name, url: pathToFileURL(file).href, sha256: undefined };
    if (wheelOfEgg(name) === undefined) return found;
    return {
      ...found,
      tag: sha256OfFile(file) ?? "",
      download: async (to: string) => {
        copyFile(file, to);
        return { sha256: sha256OfFile(to) ?? "" };
      },
    };
  });
  return someOf(files, folder);
}
