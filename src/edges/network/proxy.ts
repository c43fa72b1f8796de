import type { Environment } from "../command.ts";
import type { NetworkRules } from "./rules.ts";

/**
 * The proxy that a URL is asked for through: the policy's own, else by the variables that curl(1), pip and uv go by, the lower case
 * first; undefined: none. NO_PROXY exempts from either.
 * Where a web server has set REQUEST_METHOD, HTTP_PROXY is a header of somebody's request (CVE-2016-5385).
 */
export function proxyFor(
  url: Pick<URL, "hostname" | "port" | "protocol">,
  env: Environment,
  rules: Pick<NetworkRules, "proxy">,
): URL | undefined {
  if (isExempt(url, env.no_proxy ?? env.NO_PROXY ?? "")) return undefined;
  const upper = env.REQUEST_METHOD === undefined ? env.HTTP_PROXY : undefined;
  const own = url.protocol === "https:" ? (env.https_proxy ?? env.HTTPS_PROXY) : (env.http_proxy ?? upper);
  const named = rules.proxy ?? (own || (env.all_proxy ?? env.ALL_PROXY));
  if (named === undefined || named === "") return undefined;
  const proxy = parse(named.includes("://") ? named : `http://${named}`);
  return proxy?.protocol === "http:" || proxy?.protocol === "https:" ? proxy : undefined;
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** NO_PROXY: names and all below them, with a port or without, separated by commas; `*`: all. */
function isExempt({ hostname, port, protocol }: Pick<URL, "hostname" | "port" | "protocol">, list: string): boolean {
  const at = `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
  return list
    .split(/[\s,]+/)
    .map((one) => one.toLowerCase().replace(/^\*?\./, ""))
    .some(
      (one) => one === "*" || (one !== "" && [hostname, at].some((host) => host === one || host.endsWith(`.${one}`))),
    );
}
