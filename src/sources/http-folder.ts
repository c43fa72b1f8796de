import type { Environment } from "../edges/command.ts";
import { download, fetchText } from "../edges/network/receive/download.ts";
import { isUnchanged } from "../edges/network/receive/receive.ts";
import type { NetworkRules } from "../edges/network/rules.ts";
import { urlOf } from "../edges/network/url.ts";
import { PrimeError } from "../errors.ts";
import { decodePath } from "../project/packages.ts";
import { quoted } from "../quoted.ts";
import { plainOf } from "../s3/xml.ts";
import { withoutSecrets } from "../secrets.ts";
import { MOST_FILE } from "./fetched.ts";
import { packageOf, type SourceFile, someOf } from "./source-file.ts";

/** Bytes of a listing. */
const MOST = 16 * 1024 * 1024;
const LINK = /<a\s[^<>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))[^<>]*/gi;

interface Asking {
  readonly env: Environment;
  readonly rules: NetworkRules;
  /** Says what is passed over. */
  warn(what: string): void;
}

/**
 * What a page of links has, as pip's `--find-links` reads it, or a list in JSON whose `files` are those of PEP 691. A digest stands behind the `#` of
 * a link, or among the `hashes`.
 */
export async function filesAt(address: string, line: Asking): Promise<SourceFile[]> {
  const url = urlOf(address);
  let base = url;
  const found = (at: URL) => {
    base = new URL(at);
    if (at.origin === url.origin) Object.assign(base, { username: url.username, password: url.password });
  };
  const text = await fetchText({ url, most: MOST, page: true, found, ...line });
  const files = text.trimStart().startsWith("{") ? inJson(text, base) : inPage(text, base);
  const plain = (text.match(/\bhttp:\/\/[^\s"'<>]+\.(?:whl|zip|tar\.gz)\b/g) ?? []).find(
    (one) => !URL.canParse(one) || new URL(one).origin !== base.origin,
  );
  if (plain !== undefined) {
    const what = `take ${files.length === 0 ? "what" : "all that"} ${withoutSecrets(address)} lists: it is at ${quoted(plain)}`;
    const hint =
      "http: is for this machine alone: have that server write https: (behind a proxy it has to be told its own address)";
    if (files.length === 0) throw new PrimeError("no-source", `could not ${what}`, hint);
    line.warn(`did not ${what}; ${hint}`);
  }
  return someOf(
    files.map((file) => {
      const at = new URL(file.url);
      const request = { url: at, most: MOST_FILE, isSent: at.hostname !== url.hostname, ...line };
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
  const [first, ...others] = page.split("<!--"); // behind each a comment begins
  const shown = [first, ...others.map((text) => text.split("-->").slice(1).join("-->"))].join("");
  return [...shown.matchAll(LINK)].flatMap(([tag, one, two, three]) =>
    fileAt(plainOf(one ?? two ?? three ?? ""), base, { yanked: /\sdata-yanked\b/i.test(tag) }),
  );
}

function inJson(text: string, base: URL): SourceFile[] {
  let files: unknown;
  try {
    files = (JSON.parse(text) as { files?: unknown }).files;
  } catch {
    return [];
  }
  return (Array.isArray(files) ? files : []).flatMap(
    (one: { url?: unknown; filename?: unknown; yanked?: unknown; hashes?: { sha256?: unknown } }) =>
      fileAt(textOf(one?.url) ?? textOf(one?.filename) ?? "", base, {
        told: textOf(one?.hashes?.sha256),
        yanked: Boolean(one?.yanked),
      }),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Plain http can be changed on the way: it is for the place itself, which is on this machine then. */
function fileAt(
  href: string,
  base: URL,
  { told, yanked }: { told?: string | undefined; yanked: boolean },
): SourceFile[] {
  if (!URL.canParse(href, base.href)) return [];
  const url = new URL(href, base);
  if (url.origin === base.origin) Object.assign(url, { username: base.username, password: base.password });
  const sha256 = told ?? /(?:^#|&)sha256=([0-9a-f]{64})(?:&|$)/.exec(url.hash)?.[1];
  url.hash = "";
  const name = decodePath(url.pathname.split("/").at(-1) ?? "");
  return packageOf(name) === undefined || (url.protocol !== "https:" && url.origin !== base.origin)
    ? []
    : [{ name, url: url.href, sha256, yanked }];
}
