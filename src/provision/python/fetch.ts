import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import { networkRules } from "../../config/policy/network.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import { copyFile } from "../../edges/files/change.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { isFile, readBytes, sha256, sha256OfFile } from "../../edges/files/read.ts";
import type { Line } from "../../edges/network/exchange.ts";
import { download } from "../../edges/network/receive/download.ts";
import { unpacked } from "../../edges/network/receive/whole.ts";
import { PrimeError, passOn } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import { nameOf } from "./build-lists.ts";

/** Bytes: the largest of uv's builds has a third, and its list an eighth. */
const MOST_OF_ARCHIVE = 1024 * 1024 * 1024;
const MOST_OF_LIST = 32 * 1024 * 1024;

/** By which rules archives are fetched. */
export interface Provider {
  readonly policy: Policy;
  /** What people have written down of where archives come from. */
  readonly configured: unknown;
}

/** Gets a list of interpreters into a file of the folder `work`, and gives its text and its sha256. */
export async function fetchList(
  context: Context,
  policy: Policy,
  url: URL,
  work: string,
): Promise<{ text: string; sha256: string }> {
  const file = path.join(work, "list");
  const line = { env: context.env, rules: networkRules(policy) };
  await get(line, url, file, MOST_OF_LIST);
  const bytes = unpacked(url, readBytes(file, MOST_OF_LIST) ?? Buffer.alloc(0), MOST_OF_LIST);
  return { text: bytes.toString("utf8"), sha256: sha256(bytes) };
}

/**
 * Gets a build's archive into the folder `work`: from the mirrors in their order, at last from its own address. One that fails, or has
 * other bytes, is told and passed by. Throws what the last one said.
 */
export async function fetchArchive(
  context: Context,
  { policy, configured }: Provider,
  build: PythonBuild,
  work: string,
): Promise<string> {
  const own = new URL(build.url);
  const name = path.posix.basename(own.pathname);
  const file = path.join(work, plainName(name));
  const mirrors = policy.mirrors.value.map((base) => new URL(name, base.endsWith("/") ? base : `${base}/`));
  const listed = policy.manifest.value?.startsWith("https:") === true ? [] : [build.url]; // of a list at hand
  const line = { env: context.env, rules: networkRules(policy, [configured, listed]) };
  for (const url of mirrors) {
    try {
      return await getExactly(line, url, build, file);
    } catch (error) {
      passOn(error);
      context.terminal.warn(`the mirror ${withoutSecrets(url.origin)} is passed by: ${error.message}`);
    }
  }
  return getExactly(line, own, build, file);
}

async function getExactly(line: Line, url: URL, build: PythonBuild, file: string): Promise<string> {
  const is = await get(line, url, file, MOST_OF_ARCHIVE);
  if (is === build.sha256) return file;
  remove(file);
  const message = `could not take ${nameOf(build)}: the sha256 of ${withoutSecrets(url.href)} is ${is}, not ${build.sha256}`;
  throw new PrimeError("wrong-digest", message, "nothing of it was kept; ask who provides the archive");
}

async function get(line: Line, url: URL, file: string, most: number): Promise<string> {
  if (url.protocol !== "file:") return (await download({ url, file, most, ...line })).sha256;
  const from = fileURLToPath(url);
  if (!isFile(from)) {
    throw new PrimeError("download", `could not read ${from}: there is no such file`, "check the address");
  }
  copyFile(from, file);
  return sha256OfFile(file) ?? "";
}

/** uv tells by the name how an archive is packed. */
function plainName(name: string): string {
  const [ending = ".tar.gz"] = /\.(?:tar\.\w+|tgz|tar)$/.exec(name) ?? [];
  return `archive${ending}`;
}
