/** What stands in the place of a secret. */
export const HIDDEN = "****";

/** What is in front of the host of a URL (RFC 3986, 3.2.1): a name and a password, or a token alone. */
const USERINFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#'"<>]*@/gi;
/** Names of a query's parts that hold one. */
const QUERY = /([?&](?:\w*token|api_?key|\w*key|pass(?:word|wd)?|secret|sig(?:nature)?|auth)=)[^&\s'"#]+/gi;
/** A header or a setting that holds one. */
const HEADER = /(\bauthorization:\s*(?:basic|bearer|token)\s+)\S+/gi;

const SECRET_NAME = /TOKEN|PASS|SECRET|CRED|AUTH|(?:^|_)KEY(?:_|$)/i;

/** Shorter lines are found everywhere, and tell nothing. */
const TELLING = 6;
/** Lines of files that a clone has no business to show. */
const unquotable = new Set<string>();

/**
 * Has no line of a text quoted from now on, whoever quotes it (an installer, too): it is of a file to which a clone leads by a link
 * or an include, out of its own folder.
 */
export function neverQuote(text: string): void {
  for (const line of text.split(/\r?\n/)) if (line.trim().length >= TELLING) unquotable.add(line.trim());
}

/** A text for a person, a log or a record, without the secrets that can be told by their form, and without what is not to be quoted. */
export function withoutSecrets(text: string): string {
  let shown = text.replace(USERINFO, `$1${HIDDEN}@`).replace(QUERY, `$1${HIDDEN}`).replace(HEADER, `$1${HIDDEN}`);
  for (const line of unquotable)
    shown = shown.replaceAll(line, "(a line that is not shown: its file is outside of the repo)");
  return shown;
}

/** For `JSON.stringify`: hides the secrets of each text, so that JSON stays JSON. */
export function hideSecrets(_key: string, value: unknown): unknown {
  return typeof value === "string" ? withoutSecrets(value) : value;
}

/**
 * The value of a variable as it is written down, to tell later whether it is another one; what is hidden is not compared.
 * `null`: it is not set.
 */
export function remembered(name: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  return SECRET_NAME.test(name) && value !== "" ? HIDDEN : withoutSecrets(value);
}
