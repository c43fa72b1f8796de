import * as path from "node:path";
import { listFolder, MOST, readBytes, readText } from "../edges/files/read.ts";
import { tolerate } from "../errors.ts";
import { gitFolderOf } from "./folder.ts";

/**
 * The index by which git tracks a folder or anything in it, absolute; undefined where nothing does, or where it can't be read. git
 * itself is not asked: it may be missing, and can be configured to run programs. The form is gitformat-index(5), versions 2
 * to 4, with a split index.
 */
export function trackedBy(folder: string): string | undefined {
  return tolerate(() => indexWith(folder));
}

function indexWith(folder: string): string | undefined {
  const git = gitFolderOf(path.dirname(folder));
  const index = git === undefined ? undefined : readBytes(path.join(git.own, "index"), MOST.index);
  if (git === undefined || index === undefined) return undefined;
  const name = Buffer.from(path.relative(git.workTree, folder));
  const idLength = /^[ \t]*objectformat[ \t]*=[ \t]*sha256[ \t]*$/im.test(
    readText(path.join(git.common, "config")) ?? "",
  )
    ? 32
    : 20;
  const shared = (listFolder(git.own) ?? [])
    .filter((one) => one.startsWith("sharedindex."))
    .filter((one) => index.includes(Buffer.from(one.slice("sharedindex.".length), "hex")));
  const all = [index, ...shared.map((one) => readBytes(path.join(git.own, one), MOST.index))];
  const isThere = all.some((one) => one !== undefined && holds(one, name, idLength));
  return isThere ? path.join(git.own, "index") : undefined;
}

/** Of each entry: ten words of what stat(2) told, the object's id, flags, and the name, by which they are sorted. */
function holds(index: Buffer, folder: Buffer, idLength: number): boolean {
  if (index.length < 12 || index.toString("latin1", 0, 4) !== "DIRC") return false;
  const version = index.readUInt32BE(4);
  const behind = Buffer.concat([folder, Buffer.from([SLASH + 1])]);
  let name = Buffer.alloc(0);
  let at = 12;
  for (let left = index.readUInt32BE(8); left > 0 && at + 42 + idLength < index.length; left -= 1) {
    const flags = index.readUInt16BE(at + 40 + idLength);
    let text = at + 42 + idLength + ((flags & EXTENDED) !== 0 ? 2 : 0);
    let kept = 0;
    if (version >= 4) {
      const { value, next } = readOffset(index, text);
      kept = name.length - value;
      text = next;
    }
    const end = index.indexOf(0, text);
    if (end < 0 || kept < 0) return false;
    name = Buffer.concat([name.subarray(0, kept), index.subarray(text, end)]);
    if (isWithin(name, folder)) return true;
    if (Buffer.compare(name, behind) >= 0) return false;
    at = version >= 4 ? end + 1 : at + ((end - at + 8) & ~7);
  }
  return false;
}

const EXTENDED = 0x4000;

/** How a pack writes offsets (gitformat-pack(5)): seven bits a byte, each but the last with one added. */
function readOffset(index: Buffer, at: number): { value: number; next: number } {
  let [next, byte] = [at, index[at] ?? 0];
  let value = byte & 127;
  while ((byte & 128) !== 0) {
    next += 1;
    byte = index[next] ?? 0;
    value = (value + 1) * 128 + (byte & 127);
  }
  return { value, next: next + 1 };
}

function isWithin(name: Buffer, folder: Buffer): boolean {
  const isBelow = name.length === folder.length || name[folder.length] === SLASH;
  return isBelow && name.subarray(0, folder.length).equals(folder);
}

const SLASH = 0x2f;
