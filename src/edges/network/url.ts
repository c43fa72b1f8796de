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
