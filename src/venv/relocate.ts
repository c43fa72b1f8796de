import * as path from "node:path";
import { writePlain } from "../edges/files/change.ts";
import { facts, isFile, linkFacts, namesInFolder, readBytes, sha256OfFile } from "../edges/files/read.ts";
import { parseRecord, type RecordedFile, withRows } from "./record-file.ts";
import { interpreterOf, withInterpreter } from "./shebang.ts";
import { infoFolders, recordText, siteFolders } from "./site-folders.ts";

export interface Move {
  /** Absolute folders of the environment that was copied and of its copy. */
  readonly from: string;
  readonly to: string;
  /** What installers took for the environment's folder when they wrote paths down: the `.venv` link, absolute. */
  readonly link: string;
  /** Files of the copy that differ already. */
  readonly changed: readonly string[];
}

/** Has the scripts of a copied environment name the copy, and RECORD tell their digests. Nobody uses the copy yet. */
export function settleCopy({ from, to, link, changed }: Move): void {
  const bin = path.join(to, "bin");
  const scripts = namesInFolder(bin).map((name) => path.join(bin, name));
  const old = [link, path.join(path.dirname(from), path.basename(to))];
  const moved = scripts.filter((file) => linkFacts(file)?.kind === "file" && pointAtCopy(file, old, to));
  const files = new Set([...changed, ...moved]);
  for (const site of siteFolders(to)) {
    for (const info of infoFolders(site)) {
      const text = recordText(info);
      const fresh = freshRows(parseRecord(text), { site, files, from, to });
      if (fresh.size > 0) writePlain(path.join(info, "RECORD"), withRows(text, fresh));
    }
  }
}

/** Rows of the files that were changed by the move, unless they were wrong before it. */
function freshRows(
  rows: readonly RecordedFile[],
  { site, files, from, to }: { site: string; files: ReadonlySet<string> } & Pick<Move, "from" | "to">,
): Map<string, RecordedFile> {
  const fresh = new Map<string, RecordedFile>();
  for (const row of rows) {
    const file = path.resolve(site, row.path);
    if (!files.has(file) || row.digest !== recordDigest(path.join(from, path.relative(to, file)))) continue;
    fresh.set(row.path, { path: row.path, digest: recordDigest(file), size: facts(file)?.size ?? null });
  }
  return fresh;
}

/**
 * Gives whether the file was changed. `old`: what stands for the folder until now, absolute; other folders may begin alike. Scripts
 * are text of unknown encoding: a character is a byte here.
 */
function pointAtCopy(file: string, old: readonly string[], folder: string): boolean {
  const before = readBytes(file)?.toString("latin1") ?? "";
  if (before.includes("\0")) return false;
  const after = old.reduce((text, name) => withFolder(text, bytesOf(name), bytesOf(folder)), before);
  if (after === before) return false;
  writePlain(file, Buffer.from(after, "latin1"));
  return true;
}

function withFolder(text: string, old: string, fresh: string): string {
  if (old === fresh) return text;
  const interpreter = interpreterOf(text);
  const isOld = interpreter?.startsWith(`${old}/`) === true;
  const script = isOld ? withInterpreter(text, fresh + interpreter.slice(old.length)) : text;
  return script.split(old).reduce((before, after) => before + (/^[\w.-]/.test(after) ? old : fresh) + after);
}

function bytesOf(name: string): string {
  return Buffer.from(name).toString("latin1");
}

/** A file's sha256 as RECORD writes it. */
function recordDigest(file: string): string {
  return isFile(file) ? Buffer.from(sha256OfFile(file) ?? "", "hex").toString("base64url") : "";
}
