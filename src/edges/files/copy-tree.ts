import * as fs from "node:fs";
import * as path from "node:path";
import { setImmediate } from "node:timers/promises";
import { failure } from "./errors.ts";
import { MOST, readWhole } from "./open.ts";

export interface CopyOptions {
  readonly name: string;
  readonly newName: string;
  /** Names in the folder itself that are left out. */
  readonly without: readonly string[];
  readonly onFile: (file: string) => void;
}

/**
 * Copies a folder to a place that is still free, with modes and times, in which `name` becomes `newName` wherever it is
 * written: in files of any kind and in links. Both are ASCII of one length, so that no offset in any file moves. Calls
 * `onFile` before each file, and gives the absolute paths of the files whose bytes are others now. What has several names
 * (hard links) becomes a file of its own.
 */
export async function copyTree(
  from: string,
  to: string,
  { name, newName, without, onFile }: CopyOptions,
): Promise<string[]> {
  const changed: string[] = [];
  const [old, fresh] = [Buffer.from(name, "latin1"), Buffer.from(newName, "latin1")];
  const copyFolder = async (source: string, target: string): Promise<void> => {
    fs.mkdirSync(target);
    for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
      const [file, copy] = [path.join(source, entry.name), path.join(target, entry.name)];
      if (source === from && without.includes(entry.name)) continue;
      onFile(file);
      if (entry.isDirectory()) await copyFolder(file, copy);
      else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(file).replaceAll(name, newName), copy);
      else if (entry.isFile() && copyFile(file, copy, old, fresh)) changed.push(copy);
    }
    const { mode, atime, mtime } = fs.statSync(source);
    fs.chmodSync(target, mode);
    fs.utimesSync(target, atime, mtime);
    await setImmediate();
  };
  try {
    await copyFolder(from, to);
  } catch (cause) {
    throw failure(`copy ${from} to`, to, cause);
  }
  return changed;
}

function copyFile(file: string, copy: string, old: Buffer, fresh: Buffer): boolean {
  const { mode, atime, mtime } = fs.statSync(file);
  const bytes = readWhole(file, MOST.hashed);
  const mentions = bytes.includes(old);
  for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at)) at += fresh.copy(bytes, at);
  fs.writeFileSync(copy, bytes);
  fs.chmodSync(copy, mode);
  fs.utimesSync(copy, atime, mtime);
  return mentions;
}
