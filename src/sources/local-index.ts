import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder, writePlain } from "../edges/files/change.ts";
import { byPackage, type SourceFile } from "./source-file.ts";

/** Writes an index (PEP 503) of files that lie elsewhere, which uv reads as any other; gives its address. */
export function writeIndex(folder: string, files: readonly SourceFile[]): string {
  makeFolder(folder);
  for (const [name, own] of byPackage(files)) {
    const links = own.map(
      ({ name: text, url, sha256, yanked }) =>
        `<a href="${escaped(sha256 ? `${url}#sha256=${sha256}` : url)}"${yanked ? " data-yanked" : ""}>${escaped(text)}</a><br>\n`,
    );
    makeFolder(path.join(folder, name));
    writePlain(path.join(folder, name, "index.html"), `<!DOCTYPE html>\n${links.join("")}`);
  }
  return pathToFileURL(folder).href;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
