import type { Environment } from "../edges/command.ts";
import { download, fetchText } from "../edges/network/receive/download.ts";
import { isUnchanged } from "../edges/network/receive/receive.ts";
import type { NetworkRules } from "../edges/network/rules.ts";
import { urlOf } from "../edges/network/url.ts";
import { decodePath } from "../project/packages.ts";
import { MOST_FILE } from "./fetched.ts";
import { packageOf, type SourceFile, someOf } from "./source-file.ts";

/** Bytes of a listing. */
const MOST = 16 * 1024 * 1024;
const LINK = /<a\s[^<>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#38": "&", "#x2B": "+" };

/**
 * What a page of links has, as pip's `--find-links` reads it, or a list in JSON whose `files` are those of PEP 691. A digest stands behind the `#` of
 * a link, or among the `hashes`.
 */
export async function filesAt(address: string, line: { env: Environment; rules: NetworkRules }): Promise<SourceFile[]> {
  const url = urlOf(address);
  let base = url;
  const found = (at: URL) => {
    base = new URL(at);
    if (at.origin === url.origin) Object.assign(base, { username: url.username, password: url.password });
  };
  const text = await fetchText({ url, most: MOST, page: true, found, ...line });
  const files = text.trimStart().startsWith("{") ? inJson(text, base) : inPage(text, base);
  return someOf(
    files.map((file) => {
      const request = { url: new URL(file.url), most: MOST_FILE, ...line };
      return {
        ...file,
        download: (to: string) => download({ ...request, file: to, isResumed: true }),
        isUnchanged: (validator: string) => isUnchanged(request, validator),
      };
    }),
    address,
  );
}

function inPage(page: string, base: URL): SourceFile[] {
  return [...page.matchAll(LINK)].flatMap(([, one, two, three]) => {
    const href = (one ?? two ?? three ?? "").replace(/&(\w+|#\w+);/g, (all, name: string) => ENTITIES[name] ?? all);
    return URL.canParse(href, base.href) ? fileAt(new URL(href, base), base, undefined) : [];
  });
}

function inJson(text: string, base: URL): SourceFile[] {
  let files: unknown;
  try {
    files = (JSON.parse(text) as { files?: unknown }).files;
  } catch {
    return [];
  }
  return (Array.isArray(files) ? files : []).flatMap(
    (one: { url?: unknown; filename?: unknown; hashes?: { sha256?: unknown } }) => {
      const href = String(one?.url ?? one?.filename);
      const sha256 = typeof one?.hashes?.sha256 === "string" ? one.hashes.sha256 : undefined;
      return URL.canParse(href, base.href) ? fileAt(new URL(href, base), base, sha256) : [];
    },
  );
}

/** Plain http can be changed on the way: it is for the place itself, which is on this machine then. */
function fileAt(url: URL, base: URL, told: string | undefined): SourceFile[] {
  const sha256 = told ?? /(?:^#|&)sha256=([0-9a-f]{64})(?:&|$)/.exec(url.hash)?.[1];
  url.hash = "";
  const name = decodePath(url.pathname.split("/").at(-1) ?? "");
  return packageOf(name) === undefined || (url.protocol !== "https:" && url.origin !== base.origin)
    ? []
    : [{ name, url: url.href, sha256 }];
}
