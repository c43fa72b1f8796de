import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import { inWorkFolder, makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { readText, sha256 } from "../../edges/files/read.ts";
import { urlOf } from "../../edges/network/url.ts";
import { PrimeError } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";
import { UV_PYTHONS } from "../pins.ts";
import { type BuildList, readBuildList } from "./build-lists.ts";

export interface Upstream extends BuildList {
  /** Where they are listed, as messages say it. */
  readonly from: string;
}

/** The builds of the list that the policy names, else of uv's own, which this launcher pins by its digest. Throws `python-list`, `download`. */
export async function upstreamBuilds(context: Context, policy: Policy): Promise<Upstream> {
  const { manifest } = policy;
  if (manifest.value === null) return pinned(context, policy);
  const at = addressOf(manifest.value);
  const { text } = await fetched(context, policy, at);
  return told(context, { ...readBuildList(text, at), from: withoutSecrets(at.href) });
}

function addressOf(manifest: string): URL {
  return path.isAbsolute(manifest) ? pathToFileURL(manifest) : urlOf(manifest);
}

/** Kept in the cache by its digest: it is asked for once for each launcher. */
async function pinned(context: Context, policy: Policy): Promise<Upstream> {
  const { url, sha256: expected } = UV_PYTHONS;
  const at = new URL(url);
  const file = path.join(context.places.cache, "pythons", `${expected.slice(0, 16)}.json`);
  const known = readText(file);
  const text =
    known !== undefined && sha256(known) === expected ? known : await fetchPinned(context, policy, at, expected);
  if (text !== known) {
    makeFolder(path.dirname(file));
    writeAtomic(file, text);
  }
  return { ...readBuildList(text, at), from: `uv's own list, ${url}` };
}

async function fetchPinned(context: Context, policy: Policy, at: URL, expected: string): Promise<string> {
  const { text, sha256: is } = await fetched(context, policy, at);
  if (is === expected) return text;
  throw new PrimeError(
    "wrong-digest",
    `could not take ${at.href}: its sha256 is ${is}, and this launcher pins ${expected}`,
    "check the proxy on the way, or name a list of your own by `manifest` in [upgrade] of prime.toml",
  );
}

async function fetched(context: Context, policy: Policy, at: URL): Promise<{ text: string; sha256: string }> {
  const { fetchList } = await import("./fetch.ts");
  return inWorkFolder(path.join(context.places.cache, "pythons"), (work) => fetchList(context, policy, at, work));
}

function told({ terminal }: Context, upstream: Upstream): Upstream {
  for (const warning of upstream.warnings) terminal.warn(warning);
  return upstream;
}

/** What a bare version asks for: no pre-release, and nothing that is built in another way than usual. */
export function isUsual({ version, variant }: PythonBuild): boolean {
  return variant === null && !/[a-z]/.test(version);
}
