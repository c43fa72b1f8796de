import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder, writePlain } from "../edges/files/change.ts";
import { packageOf, type SourceFile } from "./source-file.ts";

/** Writes an index (PEP 503) of files that lie elsewhere, which uv reads as any other; gives its address. */
export function writeIndex(folder: string, files: readonly SourceFile[]): string {
  const byPackage = new Map<string, SourceFile[]>();
  for (const file of files) {
    const name = packageOf(file.name);
    if (name !== undefined) byPackage.set(name, [...(byPackage.get(name) ?? []), file]);
  }
  makeFolder(folder);
  for (const [name, own] of byPackage) {
    const links = own.map(
      ({ name: text, url, sha256 }) =>
        `<a href="${escaped(sha256 ? `${url}#sha256=${sha256}` : url)}">${escaped(text)}</a><br>\n`,
    );
    makeFolder(path.join(folder, name));
    writePlain(path.join(folder, name, "index.html"), `<!DOCTYPE html>\n${links.join("")}`);
  }
  return pathToFileURL(folder).href;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
