import { usageError } from "../../errors.ts";
import { quoted } from "../../quoted.ts";

/** What somebody wrote as an address; a file's is of this machine. Throws `usage` for what is none. */
export function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && !(url.protocol === "file:" && url.host)) return url;
  throw usageError(
    "usage",
    `could not use ${quoted(text)}: it is no address`,
    "write it as https://host/path or file:///path",
  );
}

/** Whether it leads nowhere but to this machine: what comes by http: from elsewhere can be changed on the way. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:127\.[\d.]+|localhost|\[::1\])$/.test(hostname);
}
