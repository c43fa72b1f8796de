import { hideUnquotable } from "./unquotable.ts";

/** What stands in the place of a secret. */
export const HIDDEN = "****";

/** As far as a shell, a file or a sentence would let one go. */
const WORD = /[^\s'"<>`]+/g;
/** Names of a query's parts that hold one. */
const QUERY = /([?&](?:\w*token|api_?key|\w*key|pass(?:word|wd)?|secret|sig(?:nature)?|auth)=)[^&\s'"#]+/gi;
/** A header that holds one. */
const HEADER = /(\bauthorization:\s*(?:basic|bearer|token)\s+)\S+/gi;
/** A setting or a variable that holds one, as in ini files, TOML, JSON and `sh`; a file of that name is none. */
const SETTING =
  /(?<![\w/-]|\/\.)([\w-]*(?:password|passwd|passphrase|token|secret|api_?key|access_?key)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi;
/** netrc(5): in one line, in the other order, in a line of its own; `PASSWORD` is what an example says. */
const NETRC =
  /(\blogin\s+\S+\s+(?:account\s+\S+\s+)?password\s+)(?!PASSWORD\b)\S+|(\bpassword[ \t]+)\S+(?=\s+login\b)|(^[ \t]*password[ \t]+)\S+(?=[ \t]*$)/gim;

const SECRET_NAME = /TOKEN|PASS|SECRET|CRED|AUTH|(?:^|_)KEY(?:_|$)/i;
/** Names of variables whose values are secrets themselves, and neither paths nor numbers of sockets. */
const HOLDS_SECRET = /(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET(?:_KEY)?|API_?KEY|ACCESS_?KEY)$/i;
/** Shorter values are found everywhere, and tell nothing. */
const TELLING = 6;
const known = new Set<string>();

/** Has the values of an environment's secrets hidden from now on, wherever they turn up. */
export function hideValuesOf(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value = ""] of Object.entries(env)) {
    if (HOLDS_SECRET.test(name) && value.length >= TELLING && !value.startsWith("/")) {
      known.add(value);
      known.add(encodeURIComponent(value));
    }
  }
}

/** A text for a person, a log or a record, without the secrets that can be told, and without what is not to be quoted. */
export function withoutSecrets(text: string): string {
  let shown = hideUnquotable(text);
  for (const value of known) shown = shown.replaceAll(value, HIDDEN);
  return shown
    .replace(WORD, (word) => (word.includes("@") ? withoutUserinfo(word) : word))
    .replace(QUERY, `$1${HIDDEN}`)
    .replace(HEADER, `$1${HIDDEN}`)
    .replace(SETTING, `$1${HIDDEN}`)
    .replace(NETRC, (_, ...before: (string | undefined)[]) => `${before.slice(0, 3).find(Boolean)}${HIDDEN}`);
}

/** What is in front of the host, of each URL in a word (RFC 3986, 3.2.1): a name and a password, or a token alone. */
function withoutUserinfo(word: string): string {
  const [first = "", ...urls] = word.split("://");
  return [withoutBare(first), ...urls.map(withoutAuthority)].join("://");
}

/** A password that nobody has encoded can have a `/` in it; a port can't be one. */
function withoutAuthority(url: string): string {
  const at = url.slice(0, Math.max(0, url.search(/[/?#]|$/))).lastIndexOf("@");
  if (at >= 0) return HIDDEN + url.slice(at);
  const mayBePassword = /^[^:/?#@[]+:(?!\d+(?:[/?#]|$))/.test(url);
  return mayBePassword && url.includes("@") ? HIDDEN + url.slice(url.lastIndexOf("@")) : url;
}

/** `user:password@host` without a scheme, also behind `--option=`. `git@host:path` has no password. */
function withoutBare(text: string): string {
  const [colon, at] = [text.indexOf(":"), text.lastIndexOf("@")];
  const start = text.lastIndexOf("=", colon) + 1;
  const isOne = colon > start && at > colon + 1 && /^[\w.%+~-]+$/.test(text.slice(start, colon));
  return isOne && /^[\w[]/.test(text.slice(at + 1)) ? text.slice(0, start) + HIDDEN + text.slice(at) : text;
}

/** For `JSON.stringify`: hides the secrets of each text, so that JSON stays JSON, and spells out what no file of prime's own may hold. */
export function hideSecrets(_key: string, value: unknown): unknown {
  return typeof value === "string" ? withoutSecrets(value).replaceAll("\0", "\\u{0}") : value;
}

/**
 * The value of a variable as it is written down, to tell later whether it is another one; what is hidden is not compared.
 * `null`: it is not set.
 */
export function remembered(name: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  return SECRET_NAME.test(name) && value !== "" ? HIDDEN : withoutSecrets(value);
}
