import * as os from "node:os";
import * as path from "node:path";
import type { Environment } from "../command.ts";
import { readText } from "../files/read.ts";

/**
 * `user:password` for a host: of the URL itself, else of the user's netrc file (ftp(1); NETRC names another). What that has for all hosts is not
 * for one that the user has not named, but another host: `isSent`.
 */
export function credentialsFor(url: URL, env: Environment, isSent = false): string | undefined {
  if (url.username !== "") return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const file = env.NETRC ?? path.join(env.HOME ?? os.homedir(), ".netrc");
  const words = (path.isAbsolute(file) ? (readText(file) ?? "") : "").replace(/^[ \t]*#.*$/gm, "").match(/\S+/g) ?? [];
  let isMeant = false;
  let login = "";
  for (let at = 0; at < words.length; at += 1) {
    const value = words[at + 1] ?? "";
    if (words[at] === "machine") isMeant = value === url.hostname;
    else if (words[at] === "default") isMeant = !isSent;
    else if (words[at] === "login") login = value;
    else if (words[at] === "password" && isMeant) return `${login}:${value}`;
  }
  return undefined;
}
