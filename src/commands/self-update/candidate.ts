import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { beginJob } from "../../builder/job.ts";
import { provision } from "../../builder/uv-tool.ts";
import { loadConfig } from "../../config/load.ts";
import { loadPolicy } from "../../config/policy/load.ts";
import { networkRules } from "../../config/policy/network.ts";
import type { Context } from "../../context.ts";
import { decide } from "../../decision/decide.ts";
import { copyFile, writePlain } from "../../edges/files/change.ts";
import { bytesIn, isFile, isFolder, readText, sha256 } from "../../edges/files/read.ts";
import { type DownloadRequest, download } from "../../edges/network/receive/download.ts";
import type { NetworkRules } from "../../edges/network/rules.ts";
import { urlOf } from "../../edges/network/url.ts";
import { run } from "../../edges/processes/run.ts";
import { PrimeError } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import { PACKAGE } from "./names.ts";

/** A launcher that was got, and what is known of it. */
export interface Candidate {
  /** Where it lies now; absolute. */
  readonly file: string;
  /** What its digest has to be, and who says so. */
  readonly digest: { readonly sha256: string; readonly from: string };
}

export interface Wanted {
  /** As the user wrote it: a file, a folder of releases, `file:`, `http:`, `https:`, `index`, `index+URL`. */
  readonly from: string;
  readonly version: string | undefined;
}

const DIGEST = /^[0-9a-f]{64}(?=\s|$)/;
/** Bytes; a launcher has less than one. */
const MOST = 4 * 1024 * 1024;
const MOST_DIGEST = 4096;

/** Gets a launcher and its digest into the folder `work` (absolute). Throws where there is none, or no digest of it. */
export async function getCandidate(context: Context, wanted: Wanted, work: string): Promise<Candidate> {
  const { from } = wanted;
  if (from === "index" || from.startsWith("index+")) return fromIndex(context, wanted, work);
  if (/^https?:/i.test(from)) return fromUrl(context, urlOf(from), wanted, work);
  const file = from.startsWith("file:") ? fileURLToPath(urlOf(from.split("#")[0] as string)) : from.split("#")[0];
  return fromFile(path.resolve(context.cwd, file as string), wanted, work);
}

async function fromUrl(context: Context, given: URL, { version }: Wanted, work: string): Promise<Candidate> {
  const named = digestIn(given.hash);
  const url = new URL(given.href.replace(/#.*$/, ""));
  if (url.pathname.endsWith("/")) url.pathname += inFolder(version);
  const file = path.join(work, "prime");
  const rules = await rulesFor(context, given.href);
  const get = (request: Pick<DownloadRequest, "url" | "file" | "most">) =>
    download({ ...request, env: context.env, rules });
  await get({ url, file, most: MOST });
  if (named !== undefined) return { file, digest: { sha256: named, from: "the address" } };
  const beside = new URL(url);
  beside.pathname += ".sha256";
  const digest = path.join(work, "prime.sha256");
  await get({ url: beside, file: digest, most: MOST_DIGEST });
  return { file, digest: { sha256: digestOf(digest, beside.href), from: withoutSecrets(beside.href) } };
}

/** A newer launcher may be what mends a configuration that this one can't read. */
async function rulesFor(context: Context, given: string): Promise<NetworkRules> {
  const config = await loadConfig(context).catch(() => undefined);
  const upgrade = config?.config.upgrade ?? { value: {}, source: { kind: "default" } };
  return networkRules(await loadPolicy({ root: context.root, upgrade }, context.failureStatus), [given]);
}

function fromFile(given: string, { from, version }: Wanted, work: string): Candidate {
  const source = isFolder(given) ? path.join(given, inFolder(version)) : given;
  if (!isFile(source)) {
    throw new PrimeError(
      "no-release",
      `could not take a launcher from ${source}: there is no such file`,
      "name a launcher, or a folder that `npm run release` has made",
    );
  }
  const file = path.join(work, "prime");
  copyFile(source, file);
  const named = digestIn(from.slice(from.indexOf("#")));
  if (named !== undefined) return { file, digest: { sha256: named, from: "the address" } };
  return { file, digest: { sha256: digestOf(`${source}.sha256`, `${source}.sha256`), from: `${source}.sha256` } };
}

/** The releases of all versions lie beside each other, and the newest in the folder itself. */
function inFolder(version: string | undefined): string {
  return version === undefined ? "prime" : `${version}/prime`;
}

/** The pinned uv takes the package from the indexes that it is configured for; the index itself vouches for the wheel. */
async function fromIndex(context: Context, { from, version }: Wanted, work: string): Promise<Candidate> {
  const decision = await decide(context, false);
  const job = await beginJob(context, decision.folders, decision.project);
  const uv = await provision(job, decision);
  const requirement = version === undefined ? PACKAGE : `${PACKAGE}==${version}`;
  const target = path.join(work, "package");
  const index = from.startsWith("index+") ? ["--default-index", from.slice("index+".length)] : [];
  const words = ["pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--target", target];
  const args = [...words, "--python", decision.selected.path, ...index, "--", requirement];
  writePlain(path.join(work, "uv.toml"), ""); // where the cache is a passing one, uv would follow what stands above
  const outcome = await run({ file: uv.file, args, env: uv.env, cwd: work });
  const file = path.join(target, PACKAGE.replaceAll("-", "_"), "prime");
  if (!outcome.ok || !isFile(file)) {
    throw new PrimeError(
      "no-release",
      `could not get ${requirement} from the index: ${lastLine(outcome.output)}`,
      "check the version and the index: `--from index+https://host/simple` names another one",
    );
  }
  return { file, digest: { sha256: sha256(bytesIn(file)), from: "the index, by its wheel" } };
}

function lastLine(text: string): string {
  return withoutSecrets(text.trim().split("\n").at(-1) ?? "");
}

/** The fragment that PEP 503 has for it. */
function digestIn(fragment: string): string | undefined {
  return /(?:^|[#&])sha256=([0-9a-f]{64})(?:&|$)/.exec(fragment)?.[1];
}

/** The form of sha256sum(1). */
function digestOf(file: string, named: string): string {
  const digest = DIGEST.exec(readText(file) ?? "")?.[0];
  if (digest !== undefined) return digest;
  throw new PrimeError(
    "no-digest",
    `could not take a launcher without its digest: ${withoutSecrets(named)} holds none`,
    "write the released sha256 behind the address: --from ADDRESS#sha256=…",
  );
}
