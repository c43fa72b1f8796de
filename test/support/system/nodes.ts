import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** One release of each Node that prime runs under, with the oldest of all first. */
export const NODES: Readonly<Record<string, string>> = {
  "18": "18.19.1",
  "20": "20.20.2",
  "22": "22.23.3",
  "24": "24.21.0",
  "26": "26.10.0",
};

/** Releases that can only read the launcher and say that they are too old. */
export const OLD_NODES: Readonly<Record<string, string>> = { "10": "10.24.1", "16": "16.20.2" };

const CACHE = path.join(import.meta.dirname, "../../../node_modules/.cache/prime");

/** The binary of this release; `undefined` when it could not be had. */
export function nodeBinary(version: string): string | undefined {
  const file = path.join(CACHE, `node-${version}`, "package/bin/node");
  return fs.existsSync(file) ? file : undefined;
}

/**
 * Unpacks the npm package of this release into a cache. It is no dependency, because the `bin` of such a package would
 * take the place of the Node that runs everything else. Gives what went wrong, if something did.
 */
export function fetchNode(version: string): string | undefined {
  if (nodeBinary(version) !== undefined) return undefined;
  fs.mkdirSync(CACHE, { recursive: true });
  const work = fs.mkdtempSync(path.join(CACHE, "unpack-"));
  try {
    const name = `node-${process.platform}-${process.arch}@${version}`;
    const pack = spawnSync("npm", ["pack", "--silent", "--pack-destination", work, name], { encoding: "utf8" });
    const archive = fs.readdirSync(work).find((file) => file.endsWith(".tgz"));
    if (pack.status !== 0 || archive === undefined) return `npm pack ${name} failed`;
    const tar = spawnSync("tar", ["-xzf", archive, "package/bin/node"], { cwd: work, encoding: "utf8" });
    if (tar.status !== 0) return `tar could not unpack ${name}: ${tar.stderr}`;
    fs.rmSync(path.join(work, archive));
    fs.rmSync(path.join(CACHE, `node-${version}`), { recursive: true, force: true });
    fs.renameSync(work, path.join(CACHE, `node-${version}`));
    return undefined;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}
