import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * All that is in a folder, a line each: what it is, whose, its mode, the time of its last change and, of a file, the sha256 of
 * its bytes. `without`: absolute paths that are left out, with all below them.
 */
export function listing(folder: string, without: readonly string[] = []): string[] {
  const is = fs.lstatSync(folder, { bigint: true });
  const at = `${is.uid}:${is.gid} ${(is.mode & 0o7777n).toString(8)} ${is.mtimeNs}`;
  if (is.isSymbolicLink()) return [`${folder} -> ${fs.readlinkSync(folder)}`];
  if (is.isFile()) return [`${folder} ${at} ${createHash("sha256").update(fs.readFileSync(folder)).digest("hex")}`];
  if (!is.isDirectory()) return [`${folder} ${at} ${is.mode}`];
  const below = fs.readdirSync(folder).map((name) => path.join(folder, name));
  // What is left out may come and go, and its folder's time with it.
  const own = below.some((file) => without.includes(file)) ? `${folder}/` : `${folder}/ ${at}`;
  return [
    own,
    ...below
      .filter((file) => !without.includes(file))
      .sort()
      .flatMap((file) => listing(file, without)),
  ];
}
